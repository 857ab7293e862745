import type { AuditEntry } from "../core/audit.ts";
import type { StoredKey } from "../core/key.ts";
import type { TeamRecord, UserRecord } from "../core/people.ts";
import type { StoredResource } from "./resource-records.ts";

/** A record in the table that it belongs to. */
export type StateRow =
  | { readonly table: "teams"; readonly record: TeamRecord }
  | { readonly table: "users"; readonly record: UserRecord }
  /** `setsSecret`: its digests are written too; a new one always has its own. */
  | { readonly table: "keys"; readonly record: StoredKey; readonly setsSecret: boolean }
  /** An entry with a time of its removal becomes a tombstone. */
  | { readonly table: "resources"; readonly record: StoredResource };

/** One change of many that are made together. A record that is changed names the version that it is changed from. */
export type StateChange = StateRow & {
  /** True: a new row. */
  readonly isNew: boolean;
  readonly entry: AuditEntry;
};

/** All that is served from the database, as it was at one version. */
export interface StateRows {
  readonly version: number;
  readonly teams: readonly TeamRecord[];
  readonly users: readonly UserRecord[];
  /** Tombstones too. */
  readonly keys: readonly StoredKey[];
  readonly resources: readonly StoredResource[];
}

/** The part of the store by which all that is served is read, and changed in one commit. */
export interface StateStore {
  /** Undefined where changes come too fast to be seen as at one moment. */
  read(): Promise<StateRows | undefined>;
  /**
   * All of the changes, their audit rows and one step of the version of all that is served, in one commit. False, and nothing is done, where
   * that version is another than `from` by now.
   */
  apply(from: number, changes: readonly StateChange[]): Promise<boolean>;
}
