import type { StoredKey } from "../core/key.ts";
import type { StoredResource } from "./resource-records.ts";
import type { TeamRecord, UserRecord } from "../core/people.ts";

/** The rows that nodes keep in memory, as it was at one moment. */
export interface ServedRows {
  /** Counts the changes of any of it, by whichever node. */
  readonly version: number;
  readonly keys: readonly StoredKey[];
  readonly teams: readonly TeamRecord[];
  readonly users: readonly UserRecord[];
  readonly resources: readonly StoredResource[];
}
