import { type EntryWords, type ResourceKind, resourceKinds } from "../../core/resource.ts";

/** An entry of the configuration as operators see it: credentials by their last characters. Times are Unix milliseconds. */
export interface ResourceView {
  readonly kind: ResourceKind;
  readonly id: string;
  readonly words: EntryWords;
  /** Counts its changes, from 1; 0: it is declared. */
  readonly version: number;
  /** The place that declares it; null: it is in the database. */
  readonly declaredAt: string | null;
  /** True: one of the same id is declared, which serves instead. */
  readonly shadowed: boolean;
  /** The reason for which it is not served; null: there is none. */
  readonly fault: string | null;
  /** The reasons for which it has no effect, or less than it seems to have; absent: its kind has none. */
  readonly warnings?: readonly string[] | undefined;
  readonly createdAt: number | null;
  readonly changedAt: number | null;
  readonly removedAt: number | null;
}

/** An entry as the admin API shows it: in the words of the file, and what the gateway knows of it. */
export function resourceJson(view: ResourceView): Record<string, unknown> {
  const { kind, id, words, version, declaredAt, shadowed, fault } = view;
  return {
    id,
    ...resourceKinds[kind].defaults,
    ...words,
    version,
    declared_at: declaredAt,
    shadowed,
    faulty: fault !== null,
    fault,
    ...(view.warnings === undefined ? {} : { warnings: view.warnings }),
    created_at: timeText(view.createdAt),
    changed_at: timeText(view.changedAt),
    removed_at: timeText(view.removedAt),
  };
}

function timeText(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
