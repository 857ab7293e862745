import type { InsertedRow, Statement, StatementResult, SummedChange } from "../query.ts";
import type { Connection } from "./connection.ts";

/** The statements of one group of commands, where alike ones of several commands are sent as one. */
export interface SharedStatements {
  /** Does a command's work. Statements that wait for others alike are sent once no command is left that may bring one. */
  during<R>(work: () => Promise<R>): Promise<R>;
  /** Runs a command's statement. A plain INSERT and a summed change wait until every command under way waits with one. */
  run(statement: Statement): Promise<StatementResult>;
}

interface Waiting {
  readonly statement: Statement;
  readonly answer: PromiseWithResolvers<StatementResult>;
}

const oneChanged: StatementResult = { rows: [], changes: 1 };

/**
 * Commands of a group take alike steps, so their statements differ in values only, and Postgres spends more on reading and planning
 * a statement without a name than on its row. Where one of shared INSERTs fails, all that shared it fail: the group is undone
 * and done again one by one.
 */
export function shareStatements(connection: Connection): SharedStatements {
  let waiting: Waiting[] = [];
  /** Commands that have begun, have not ended and do not wait with a statement. */
  let moving = 0;
  const rest = (): void => {
    moving -= 1;
    if (moving > 0) return;
    const sent = waiting;
    waiting = [];
    moving = sent.length;
    const alike = Map.groupBy(sent, ({ statement }) => statement.row ?? statement.sum?.key());
    for (const several of alike.values()) void send(connection, several);
  };
  return {
    async during(work) {
      moving += 1;
      // Those that begin in the same turn are all counted before the first of them waits.
      await Promise.resolve();
      try {
        return await work();
      } finally {
        rest();
      }
    },
    run(statement) {
      if (statement.row === undefined && statement.sum === undefined)
        return connection.run(statement);
      const answer = Promise.withResolvers<StatementResult>();
      waiting.push({ statement, answer });
      rest();
      return answer.promise;
    },
  };
}

/** Sends alike statements. None of them rejects: their commands are told. */
async function send(connection: Connection, several: readonly Waiting[]): Promise<void> {
  const { row, sum } = several[0]?.statement ?? {};
  try {
    if (row !== undefined) await insertAll(connection, row, several);
    else if (sum !== undefined) await changeAll(connection, sum, several);
  } catch (thrown) {
    for (const { answer } of several) answer.reject(thrown);
  }
}

async function insertAll(
  connection: Connection,
  { head, values }: InsertedRow,
  several: readonly Waiting[],
): Promise<void> {
  const sent = powersOfTwo(several).map((part) =>
    connection.run({
      sql: `${head} ${part.map(() => values).join(", ")}`,
      parameters: part.flatMap(({ statement }) => statement.parameters),
    }),
  );
  await Promise.all(sent);
  for (const { answer } of several) answer.resolve(oneChanged);
}

/** Makes the changes as one of their sum; where that is refused, one after the other, so that those that fit are made. */
async function changeAll(
  connection: Connection,
  { of }: SummedChange,
  several: readonly Waiting[],
): Promise<void> {
  if (several.length > 1) {
    const result = await connection.run(of(several.map(({ statement }) => statement)));
    if (result.changes > 0) {
      for (const { answer } of several) answer.resolve(result);
      return;
    }
  }
  await Promise.all(
    several.map(async ({ statement, answer }) => answer.resolve(await connection.run(statement))),
  );
}

/** A list in parts of 1, 2, 4 … elements, the largest first: a handful of texts serves groups of any size. */
function powersOfTwo<T>(list: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < list.length;) {
    const size = 2 ** Math.floor(Math.log2(list.length - from));
    parts.push(list.slice(from, from + size));
    from += size;
  }
  return parts;
}
