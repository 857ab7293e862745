import type { KeyOwner } from "../../core/key.ts";
import type { OwnerSettings } from "../../core/people.ts";
import { damageJson } from "./damage.ts";
import { ownerWordsOf } from "../../core/owner-words.ts";

/** The two kinds of owners of keys. */
export type OwnerKind = "team" | "user";

/** A team or a user of the file; a team has no team. */
export type DeclaredOwner = KeyOwner & { readonly teamId?: string | null };

/** A team or a user as operators see it. Times are Unix milliseconds. */
export interface OwnerView extends OwnerSettings {
  readonly id: string;
  /** Counts its changes, from 1; 0: the file's. */
  readonly version: number;
  /** The place in the file that declares it; null: it is in the database. */
  readonly declaredAt: string | null;
  /** True: the file has one of the same id, which counts instead. */
  readonly shadowed: boolean;
  /** Null: the file's, of which nobody knows. */
  readonly createdAt: number | null;
  readonly changedAt: number | null;
  readonly damaged?: readonly string[] | undefined;
}

/** A team or a user as the admin API shows it: in the words of the file, and what the gateway knows of it. */
export function ownerJson(view: OwnerView, kind: OwnerKind): Record<string, unknown> {
  return {
    id: view.id,
    ...ownerWordsOf(view, kind),
    version: view.version,
    declared_at: view.declaredAt,
    shadowed: view.shadowed,
    ...damageJson(view),
    created_at: timeText(view.createdAt),
    changed_at: timeText(view.changedAt),
  };
}

function timeText(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
