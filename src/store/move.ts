import { dirname, resolve } from "node:path";
import { openStore } from "./open.ts";
import { lockFolder } from "./sqlite/folder-lock.ts";
import type { FolderOwner } from "./sqlite/folder-lock.ts";

export interface MoveOptions {
  /** Absolute path of an SQLite database. */
  readonly file: string;
  /** `postgres:` and the rest, of a database without rows. */
  readonly url: string;
  /** The process that moves, for those who find the folder locked. */
  readonly owner: FolderOwner;
  readonly now: () => number;
  readonly onTable: (table: string, rows: number) => void;
}

/**
 * Copies all that is in an SQLite database to Postgres; both are brought to the newest schema first. The file stays as
 * it is. Throws a `PinholeError` of one sentence where a gateway works on the file or the other database has rows.
 */
export async function moveToPostgres(options: MoveOptions): Promise<void> {
  const { owner, now, url, onTable } = options;
  const file = resolve(options.file);
  const place = { folder: dirname(file), kind: "data" as const, settings: "--from" };
  const lock = await lockFolder(place, owner);
  try {
    const { openRows } = await import("./sqlite/read-rows.ts");
    // Says in words what is wrong with the file, and makes none where there is none.
    openRows(file).close();
    await (await openStore({ url: `sqlite:${file}`, now })).close();
    await (await openStore({ url, now })).close();
    const rows = openRows(file);
    try {
      const { importInto } = await import("./postgres/client.ts");
      await importInto(url, rows, onTable);
    } finally {
      rows.close();
    }
  } finally {
    lock.release();
  }
}
