import type { Changer } from "../../core/audit.ts";
import type { OwnerSettings } from "../../core/people.ts";
import type { Scope } from "../../core/role.ts";
import type { Condition } from "./condition.ts";
import type { OwnerView } from "./owner-views.ts";

/**
 * Teams, or users, as the admin API changes them. Those of the file are shown, and changed in the file only: conflict names
 * their line. Where file and database have the same id the file's counts, and the row is shadowed.
 */
export interface OwnerAdministration extends ConfinedOwners {
  /** The same as a caller sees it who may see no more than a scope: others are not there, and of users budgets alone are changed. */
  within(scope: Scope): ConfinedOwners;
}

/** Teams or users that a caller may see. */
export interface ConfinedOwners {
  /** In the order of the ids, after one of them. */
  page(after: string, limit: number): Promise<OwnerView[]>;
  /** Throws not_found. */
  get(id: string): Promise<OwnerView>;
  create(by: Changer, id: string, settings: OwnerSettings): Promise<OwnerView>;
  /** Makes it, or gives it these choices. Where it has them already nothing is changed. */
  put(
    by: Changer,
    wanted: Omit<OwnerChange, "edit" | "said"> & { readonly settings: OwnerSettings },
  ): Promise<{ readonly view: OwnerView; readonly isNew: boolean }>;
  change(by: Changer, change: OwnerChange): Promise<OwnerView>;
  /** Refuses its keys from now on. It is never deleted, since records and books name it. */
  disable(by: Changer, id: string, condition: Condition): Promise<OwnerView>;
}

/** A change of one of them, made from a version. */
export interface OwnerChange {
  readonly id: string;
  readonly condition: Condition;
  /** The choices that it makes out of those that stand. */
  readonly edit: (now: OwnerSettings) => OwnerSettings;
  /** The words that it says; absent: all. */
  readonly said?: readonly string[] | undefined;
}
