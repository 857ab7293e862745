import { isDeepStrictEqual } from "node:util";
import type { ResourceKind } from "../../../core/resource.ts";
import type { StateFault } from "../../../core/state.ts";
import type { StateRow } from "../../../store/state-store.ts";

type Words = Readonly<Record<string, unknown>>;

/** A field of a resource that becomes another, in the words of the admin API, secrets masked. */
export interface FieldChange {
  readonly field: string;
  /** Null: it was not set. */
  readonly before: unknown;
  readonly after: unknown;
}

/** A change as it is told before it is made and after. */
export interface ToldChange {
  readonly action: "create" | "change" | "disable" | "revoke" | "delete";
  readonly resource: "team" | "user" | "key" | ResourceKind;
  readonly id: string;
  readonly fields: readonly FieldChange[];
}

/** A change that a state asks for. */
export interface PlannedChange {
  readonly told: ToldChange;
  readonly row: StateRow;
  readonly isNew: boolean;
  /** As the admin API shows the resource; null: there is none. */
  readonly before: Words | null;
  readonly after: Words | null;
}

/** The work on one section of a state: what it asks for, and why that cannot be. */
export interface SectionPlan {
  readonly planned: readonly PlannedChange[];
  readonly faults: readonly StateFault[];
  /** Entries that stand as they are wanted. */
  readonly unchanged: number;
}

/** The plan for an entry. */
export type EntryPlan =
  | { readonly planned: PlannedChange }
  | { readonly faults: readonly StateFault[] }
  | "unchanged";

/** Plans of entries as one. */
export function sectionPlan(plans: readonly EntryPlan[]): SectionPlan {
  const planned: PlannedChange[] = [];
  const faults: StateFault[] = [];
  for (const plan of plans) {
    if (plan === "unchanged") continue;
    if ("planned" in plan) planned.push(plan.planned);
    else faults.push(...plan.faults);
  }
  return { planned, faults, unchanged: plans.filter((plan) => plan === "unchanged").length };
}

/** The fields by which words differ. Of something new those that say something. */
export function changedFields(before: Words | undefined, after: Words): FieldChange[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after)]);
  return [...names]
    .map((field) => ({ field, before: before?.[field] ?? null, after: after[field] ?? null }))
    .filter((change) =>
      before === undefined
        ? saysSomething(change.after)
        : !isDeepStrictEqual(change.before, change.after),
    );
}

/** Words without those that say nothing: null, false and empty lists. */
export function sayingWords(words: Words): Record<string, unknown> {
  return Object.fromEntries(Object.entries(words).filter(([, value]) => saysSomething(value)));
}

function saysSomething(value: unknown): boolean {
  return value !== null && value !== false && !(Array.isArray(value) && value.length === 0);
}

/** The fault of an entry that was made from another version than the one that stands. */
export function staleEntry(
  { at, version }: { readonly at: string; readonly version: number | undefined },
  what: string,
  standing: number,
): StateFault {
  return {
    setting: `${at}.version`,
    code: "version_stale",
    message: `${what} was changed since version ${version}, and is at version ${standing} now; take that one over, or remove \`version\``,
  };
}
