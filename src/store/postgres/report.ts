import type { Statement } from "../query.ts";
import { awayFault, faultOfCommand } from "./faults.ts";
import type { Lane } from "./lane.ts";

/** Rows of one round trip. */
export const pieceRows = 1000;

/**
 * The rows of a statement in pieces, all of the moment in which it begins: a cursor in a transaction of its own, which a
 * pooler leaves whole. It has the lane for itself until it ends; the server ends one that is not read on for half a minute.
 */
export async function* readReport(
  lane: Lane,
  { sql, parameters }: Statement,
  begin: string,
): AsyncGenerator<readonly unknown[]> {
  const { connection, release } = await lane.borrow();
  try {
    // The whole is read, so the quickest way to the whole is asked for.
    await connection.execute(`${begin}; SET LOCAL cursor_tuple_fraction = 1`);
    await connection.run({ sql: `DECLARE report NO SCROLL CURSOR FOR ${sql}`, parameters });
    for (;;) {
      const { rows } = await connection.run({
        sql: `FETCH FORWARD ${pieceRows} FROM report`,
        parameters: [],
      });
      yield rows;
      if (rows.length < pieceRows) return;
    }
  } catch (thrown) {
    throw connection.isLost() ? awayFault(thrown) : faultOfCommand(thrown);
  } finally {
    if (!connection.isLost()) await connection.execute("ROLLBACK").catch(() => undefined);
    release();
  }
}
