import { expect, test } from "vitest";
import {
  insertion,
  statement,
  type Statement,
  type StatementResult,
} from "../../src/store/query.ts";
import { shareStatements } from "../../src/store/postgres/shared-statements.ts";
import type { Connection } from "../../src/store/postgres/connection.ts";

const insertNote = insertion<{ id: number; text: string }>(
  "INSERT INTO notes (id, text, seen) VALUES (:id, upper(:text), 'no')",
);
const count = statement<{ id: number }>("UPDATE counts SET n = n + 1 WHERE id = :id");

/** Takes from the rest of 10, as a budget does. */
function taking(amount: number): Statement {
  const of = (sum: number): Statement => ({ sql: "take", parameters: [sum] });
  return {
    ...of(amount),
    sum: {
      amounts: [amount],
      key: () => "rest",
      of: (alike) => of(alike.reduce((total, { sum }) => total + (sum?.amounts.at(0) ?? 0), 0)),
    },
  };
}

/** A connection that keeps what it is sent, answers later, and refuses what goes beyond 10. */
function connected(fails?: string) {
  const sent: Pick<Statement, "sql" | "parameters">[] = [];
  let rest = 10;
  const run = async ({ sql, parameters }: Statement): Promise<StatementResult> => {
    sent.push({ sql, parameters });
    await Promise.resolve();
    if (fails !== undefined && sql.startsWith(fails)) throw new Error("the server refuses it");
    if (sql !== "take") return { rows: [], changes: 1 };
    const amount = Number(parameters[0]);
    if (amount > rest) return { rows: [], changes: 0 };
    rest -= amount;
    return { rows: [], changes: 1 };
  };
  // Nothing else of it is used here.
  const connection = { run } as Connection;
  return { shared: shareStatements(connection), sent };
}

type Shared = ReturnType<typeof connected>["shared"];

/** Runs commands of these statements at once. Gives the numbers of rows that each changed. */
async function together(shared: Shared, commands: readonly (readonly Statement[])[]) {
  const runs = commands.map((statements) =>
    shared.during(async () => {
      const changes: number[] = [];
      for (const one of statements) changes.push((await shared.run(one)).changes);
      return changes;
    }),
  );
  return Promise.all(runs);
}

test("rows of several commands are inserted by statements of 1, 2, 4 … rows, in their order", async () => {
  const { shared, sent } = connected();
  const commands = Array.from({ length: 7 }, (_, id) => [insertNote({ id, text: `t${id}` })]);
  expect(await together(shared, commands)).toEqual(commands.map(() => [1]));
  const values = "(?, upper(?), 'no')";
  const head = "INSERT INTO notes (id, text, seen) VALUES ";
  expect(sent).toEqual([
    {
      sql: `${head}${values}, ${values}, ${values}, ${values}`,
      parameters: [0, "t0", 1, "t1", 2, "t2", 3, "t3"],
    },
    { sql: `${head}${values}, ${values}`, parameters: [4, "t4", 5, "t5"] },
    { sql: `${head}${values}`, parameters: [6, "t6"] },
  ]);
});

test("commands of other steps and lengths go on too, each in its own order", async () => {
  const { shared, sent } = connected();
  const commands = [
    [insertNote({ id: 11, text: "a" }), count({ id: 12 }), insertNote({ id: 13, text: "b" })],
    [count({ id: 21 })],
    [],
    [count({ id: 31 }), taking(1), insertNote({ id: 33, text: "c" })],
  ];
  expect(await together(shared, commands)).toEqual([[1, 1, 1], [1], [], [1, 1, 1]]);
  const order = sent.flatMap(({ parameters }) => parameters.map(Number)).filter((one) => one > 10);
  expect(new Set(order)).toEqual(new Set([11, 12, 13, 21, 31, 33]));
  for (const first of ["1", "3"]) {
    const own = order.filter((id) => String(id).startsWith(first));
    expect(own).toEqual(own.toSorted((a, b) => a - b));
  }
});

test("amounts at the same rows are taken as their sum, and one by one where that is refused", async () => {
  const { shared, sent } = connected();
  expect(await together(shared, [[taking(3)], [taking(2)]])).toEqual([[1], [1]]);
  expect(sent.map(({ parameters }) => parameters[0])).toEqual([5]);
  expect(await together(shared, [[taking(4)], [taking(3)], [taking(1)]])).toEqual([[1], [0], [1]]);
  expect(sent.map(({ parameters }) => parameters[0])).toEqual([5, 8, 4, 3, 1]);
});

test("all that share a failed statement fail, and nobody is left waiting", async () => {
  const { shared } = connected("INSERT");
  const commands = [[insertNote({ id: 1, text: "a" })], [insertNote({ id: 2, text: "b" })]];
  const failed = commands.map((command) =>
    expect(together(shared, [command])).rejects.toThrow(/refuses/),
  );
  await Promise.all(failed);
  expect(await together(shared, [[count({ id: 1 })], [taking(1)]])).toEqual([[1], [1]]);
});

test.each([
  "UPDATE notes SET text = :text",
  "INSERT INTO notes (id) SELECT :id",
  "INSERT INTO notes (id) VALUES (:id) ON CONFLICT DO NOTHING",
  "INSERT INTO notes (id) VALUES (:id) RETURNING id",
])("%s is no plain INSERT", (text) => {
  expect(() => insertion(text)).toThrow(/no plain INSERT/);
});
