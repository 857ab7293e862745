import type { AuditEntry } from "../../core/audit.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { rowSchemas, type Tables } from "../tables.ts";
import { writeDown } from "./audit.ts";
import { countUp } from "./settings.ts";

/** The setting that counts changes of what is served, by which other nodes know of them. */
export const configVersionSetting = "config_version";

/** The table of a resource whose rows count their changes. */
type VersionedTable = {
  [T in keyof Tables]: Tables[T] extends { id: string; version: number } ? T : never;
}[keyof Tables];

/** Work on the rows of one such table, in terms of its records. */
export interface VersionedRows<R> {
  /** With a team: those that are its. */
  all(teamId?: string): Steps<R[]>;
  get(id: string, teamId?: string): Steps<R | undefined>;
  /** False where the id is taken: nothing is written then. */
  insert(record: R, entry: AuditEntry): Steps<boolean>;
  /** Writes a record over the version that it names, and counts that up. False where it has another by now. */
  change(record: R, entry: AuditEntry): Steps<boolean>;
  /** `insert` and `change` as a part of a greater change, which is written down and counted by whoever makes it. */
  readonly part: {
    insert(record: R): Steps<boolean>;
    change(record: R): Steps<boolean>;
  };
}

/**
 * Reads and changes of a table whose rows have a version. A change, its audit row and the step of the version of all
 * that is served are one commit; a change of a row that somebody else has changed meanwhile is none. `teamColumn` names
 * the team whose a row is; absent: rows are of no team.
 * `kept`: columns that a change leaves as they are.
 */
export function versionedRows<T extends VersionedTable, R>(
  table: T,
  fromRow: (row: unknown) => R,
  toRow: (record: R) => Tables[T],
  teamColumn?: "id" | "team_id",
  kept: readonly (keyof Tables[T] & string)[] = [],
): VersionedRows<R> {
  const columns = Object.keys(rowSchemas[table].fields);
  const values = columns.map((column) => `:${column}`).join(", ");
  const set = columns
    .filter((column) => !["id", "version", "created_at", ...kept].includes(column))
    .map((column) => `${column} = :${column}`)
    .join(", ");
  const inTeam =
    teamColumn === undefined ? "0 = 0" : `(CAST(:team AS text) IS NULL OR ${teamColumn} = :team)`;
  const selectAll = statement<{ team: string | null }>(
    `SELECT * FROM ${table} WHERE ${inTeam} ORDER BY id`,
  );
  const select = statement<{ id: string; team: string | null }>(
    `SELECT * FROM ${table} WHERE id = :id AND ${inTeam}`,
  );
  const insertRow = statement<Tables[T]>(
    `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${values}) ON CONFLICT (id) DO NOTHING`,
  );
  const update = statement<Tables[T]>(
    `UPDATE ${table} SET ${set}, version = version + 1 WHERE id = :id AND version = :version`,
  );
  const part: VersionedRows<R>["part"] = {
    *insert(record) {
      return (yield insertRow(toRow(record))).changes > 0;
    },
    *change(record) {
      return (yield update(toRow(record))).changes > 0;
    },
  };
  return {
    part,
    *all(teamId) {
      return (yield selectAll({ team: teamId ?? null })).rows.map(fromRow);
    },
    *get(id, teamId) {
      return (yield select({ id, team: teamId ?? null })).rows.map(fromRow).at(0);
    },
    *insert(record, entry) {
      if (!(yield* part.insert(record))) return false;
      yield* note(entry);
      return true;
    },
    *change(record, entry) {
      if (!(yield* part.change(record))) return false;
      yield* note(entry);
      return true;
    },
  };
}

/** A part of a change: it is written down, and counted. */
export function* note(entry: AuditEntry): Steps<void> {
  yield* writeDown(entry);
  yield* countUp(configVersionSetting);
}
