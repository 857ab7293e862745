import type { Changer } from "../../core/audit.ts";
import type { KeyOwners, KeySettings } from "../../core/key.ts";
import type { Scope } from "../../core/role.ts";
import type { Condition } from "./condition.ts";
import type { DeclaredKey, KeyView } from "./key-views.ts";

/** The keys that a page shows. */
export interface KeyQuery {
  /** The id after which it begins; empty: at the first. */
  readonly after: string;
  readonly limit: number;
  /** True: removed ones too. */
  readonly removed: boolean;
  /** Null: whoever's. */
  readonly userId: string | null;
  readonly teamId: string | null;
}

/** A key with its secret, which is kept nowhere. */
export interface MadeKey {
  readonly key: string;
  readonly view: KeyView;
}

/** A key after a put. */
export interface PutKey {
  readonly view: KeyView;
  /** The secret of one that was made; undefined: it was there. */
  readonly key: string | undefined;
}

/** A change of a key, made from a version. */
export interface KeyChange {
  readonly id: string;
  readonly condition: Condition;
  /** The choices that it makes out of those that stand. */
  readonly edit: (now: KeySettings) => KeySettings;
  /** The words that it says; absent: all. */
  readonly said?: readonly string[] | undefined;
}

/** Keys of whoever they are, and of one team alone. */
export interface KeyAdministration extends ConfinedKeys {
  /** The same as a caller sees it who may see no more than a scope: other keys are not there. */
  within(scope: Scope): ConfinedKeys;
  /** Keys in memory. */
  count(): number;
  /** Puts others in the place of those that the file declared. */
  declare(keys: readonly DeclaredKey[], owners: KeyOwners): Promise<void>;
  /** Takes over the keys that another node has changed, and tells uses of replaced secrets. Wants to be called every 2 s. */
  catchUp(): Promise<void>;
}

/**
 * Keys as the admin API changes them. Keys of the file are shown and changed in the file only: conflict names its line.
 * Changes name the version that they were made from: version_required, or version_stale where it is another.
 */
export interface ConfinedKeys {
  /** In the order of the ids. */
  page(query: KeyQuery): Promise<KeyView[]>;
  /** Throws not_found. */
  get(id: string): Promise<KeyView>;
  /** The secret is returned this once. `id`: of the caller's choice; conflict where it is, or was, another's. */
  create(by: Changer, settings: KeySettings, id?: string): Promise<MadeKey>;
  /** Makes a key, or gives it these choices; where it has them already nothing is changed, and no version is asked for. */
  put(by: Changer, id: string, condition: Condition, settings: KeySettings): Promise<PutKey>;
  change(by: Changer, change: KeyChange): Promise<KeyView>;
  /** Gives a key another secret; the one of before goes on for a while. Said twice from one version it is done once. */
  rotate(by: Changer, id: string, condition: Condition, overlapMs: number): Promise<MadeKey>;
  /** Ends a key for ever. Its id, its records and its money stay. No version is asked for: nobody's change is lost by it. */
  revoke(by: Changer, id: string, condition: Condition): Promise<KeyView>;
}
