import { closeSync, existsSync, fsyncSync, openSync } from "node:fs";
import { openConnection } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { faultAtOpen, openFault } from "./faults.ts";
import { record, text } from "../shape.ts";

/** Time that a copy waits for a process that keeps the database to itself, milliseconds. */
const busyMsMax = 10_000;
const fileMode = 0o600;
const checkRow = record({ integrity_check: text });
const nameRow = record({ name: text });

/**
 * Copies a database, which a gateway may be working on, as it is at one moment. `to` must not exist. The copy has been
 * checked and is on the disk. Returns the name of its newest migration. Throws a `PinholeError` of one sentence.
 */
export function copyDatabase(file: string, to: string): string {
  open(file, (connection) => {
    closeSync(openSync(to, "wx", fileMode));
    connection.run({ sql: "VACUUM INTO ?", parameters: [to] });
  });
  const newest = checkDatabase(to);
  const written = openSync(to, "r+");
  fsyncSync(written);
  closeSync(written);
  return newest;
}

/** Reads a whole database; returns the name of its newest migration. Throws where it is damaged or none of Pinhole's. */
export function checkDatabase(file: string): string {
  return open(file, (connection) => {
    const { rows } = connection.run({ sql: "PRAGMA integrity_check(1)", parameters: [] });
    const found = rows.map((row) => checkRow.parse(row).integrity_check).join("; ");
    if (found !== "ok") throw openFault(`The database ${file} is damaged (${found}).`);
    const newest = connection.run({
      sql: "SELECT name FROM migrations ORDER BY name DESC LIMIT 1",
      parameters: [],
    });
    return newest.rows.map((row) => nameRow.parse(row).name).at(0) ?? "none";
  });
}

function open<T>(file: string, work: (connection: Connection) => T): T {
  if (!existsSync(file))
    throw openFault(
      `The database ${file} does not exist; --data or database.url says where it is.`,
    );
  let connection: Connection | undefined;
  try {
    connection = openConnection(file, busyMsMax);
    return work(connection);
  } catch (thrown) {
    throw faultAtOpen(file, thrown);
  } finally {
    connection?.close();
  }
}
