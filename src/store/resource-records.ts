import type { AuditEntry } from "../core/audit.ts";
import type { EntryWords } from "../core/resource.ts";

/** An entry of the configuration as a row of the database. Times are Unix milliseconds. */
export interface StoredResource {
  /** A kind that this version does not know is a newer one's. */
  readonly kind: string;
  /** Chosen by whoever made it; unique within its kind. */
  readonly id: string;
  /** The words of the file; where a credential stands, they hold its last characters alone. */
  readonly words: EntryWords;
  /** Sealed credentials by their place in the words: `/settings/api_key`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Counts its changes, from 1; one that is made again goes on counting. */
  readonly version: number;
  readonly createdAt: number;
  readonly changedAt: number;
  /** Null: it stands. */
  readonly removedAt: number | null;
}

/** A page of the rows of one kind, in the order of their ids. */
export interface ResourcePage {
  readonly kind: string;
  /** The id after which it begins; empty: at the first. */
  readonly after: string;
  readonly limit: number;
  /** True: tombstones too. */
  readonly removed: boolean;
}

/** Credentials that were sealed again, for one row. */
export interface Resealed {
  readonly kind: string;
  readonly id: string;
  readonly from: StoredResource["secrets"];
  readonly to: StoredResource["secrets"];
}

/** The part of the store that has entries of the configuration. Changes are as those of keys: one commit with their audit. */
export interface ResourceStore {
  /** All but tombstones, by kind and id. */
  all(): Promise<StoredResource[]>;
  /** Also a tombstone. */
  get(kind: string, id: string): Promise<StoredResource | undefined>;
  page(page: ResourcePage): Promise<StoredResource[]>;
  /**
   * False where the id is taken. A tombstone's is free for a row that goes on counting from its version.
   */
  add(record: StoredResource, entry: AuditEntry): Promise<boolean>;
  /** Writes a record over the version that it names, and counts that up. False where it has another by now. */
  change(record: StoredResource, entry: AuditEntry): Promise<boolean>;
  /** As `change`: leaves a tombstone without credentials. */
  remove(record: StoredResource, entry: AuditEntry): Promise<boolean>;
  /** Puts credentials that were sealed again in the place of the same ones; where they have changed since, nothing happens. */
  reseal(resealed: readonly Resealed[]): Promise<void>;
}
