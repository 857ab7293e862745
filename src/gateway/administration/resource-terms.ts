import type { Changer } from "../../core/audit.ts";
import type { EntryWords } from "../../core/resource.ts";
import type { Condition } from "./condition.ts";
import type { ResourceView } from "./resource-views.ts";

/** A page of entries of one kind, in the order of their ids. */
export interface ResourceQuery {
  /** The id after which it begins; empty: at the first. */
  readonly after: string;
  readonly limit: number;
  /** True: deleted ones too. */
  readonly removed: boolean;
}

/** A change of an entry, made from a version. */
export interface ResourceChange {
  readonly id: string;
  readonly condition: Condition;
  /** The words that it makes out of those that stand; a credential stands in them as its mark, which keeps it. */
  readonly edit: (now: EntryWords) => EntryWords;
}

/**
 * Entries of one kind as the admin API changes them, in the words of the file and checked by its schemas: invalid_value
 * names the field. Declared ones are changed where they are declared: conflict names the line. Changes name the version
 * that they were made from: version_required, or version_stale where it is another.
 */
export interface ResourceAdministration {
  page(query: ResourceQuery): Promise<ResourceView[]>;
  /** Throws not_found. A deleted one is shown as it was. */
  get(id: string): Promise<ResourceView>;
  /** Throws conflict where the id is taken. */
  create(by: Changer, id: string, words: EntryWords): Promise<ResourceView>;
  /** Makes an entry, or gives it these words; where it has them already nothing is changed, and no version is asked for. */
  put(
    by: Changer,
    wanted: Omit<ResourceChange, "edit"> & { readonly words: EntryWords },
  ): Promise<{ readonly view: ResourceView; readonly isNew: boolean }>;
  change(by: Changer, change: ResourceChange): Promise<ResourceView>;
  /** Ends an entry: its credentials are gone, its name stays known. No version is asked for: nobody's choices are overwritten. */
  remove(by: Changer, id: string, condition: Condition): Promise<ResourceView>;
}
