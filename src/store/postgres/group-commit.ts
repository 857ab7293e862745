import type { PinholeError } from "../../core/errors.ts";
import type { CountedEntry, Statement, Steps } from "../query.ts";
import { additionsOf } from "../totals.ts";
import type { Connection } from "./connection.ts";
import { awayFault, faultOfCommand, isDeadlock, mayPass, unknownCommitFault } from "./faults.ts";
import { shareStatements } from "./shared-statements.ts";

/** One command's work inside a transaction that it may share. */
export interface Work {
  /** Works on one subject, such as a request, are done one after the other, in the order of the group. */
  readonly subject: string;
  /** Names of what only one transaction may work on at a time. */
  readonly locks: readonly string[];
  /** Tables that nobody else may write to meanwhile; absent: none. */
  readonly stills?: readonly string[] | undefined;
  /** Begins the story of its statements; one that throws is undone alone. */
  begin(): Steps<unknown>;
}

export type Outcome =
  | { readonly value: unknown; readonly fault?: undefined }
  | { readonly fault: PinholeError };

/** The end of a group: outcomes in its order, and how many transactions were committed for it. */
export interface GroupResult {
  readonly outcomes: readonly Outcome[];
  readonly commits: number;
}

/** Tries of work that another transaction was in the way of: two that meet again and again are both let through at last. */
const triesMax = 8;

const lockAll = (names: readonly string[]): Statement => ({
  // In one order everywhere, so that two transactions never wait for each other.
  sql: `SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended(name, 0) AS key FROM json_array_elements_text(?::json) AS name
    ORDER BY key) AS keys`,
  parameters: [JSON.stringify(names)],
});

/**
 * Runs commands in one transaction and commits it once. Their statements go to the server without waiting for
 * each other's answers: each command takes its next step when its last one is answered, so a group costs about as many round trips
 * as its longest command has steps. Alike statements of several go as one. Commands hardly ever fail; where one does, all is undone and done again one after the other, with
 * a savepoint for each: it is undone alone, and its neighbours stay. `begin` is the SQL that opens the transaction.
 */
export async function commitGroup(
  connection: Connection,
  group: readonly Work[],
  begin: string,
): Promise<GroupResult> {
  for (let tries = 1; ; tries += 1) {
    const done = await together(connection, group, begin);
    if (done.kind === "finished") return done.result;
    if (connection.isLost()) return allFailed(group, awayFault(done.thrown));
    const isPassing = mayPass(done.thrown);
    if (group.length > 1) return withSavepoints(connection, group, begin);
    if (!isPassing || tries === triesMax) return allFailed(group, faultOfCommand(done.thrown));
  }
}

type Together =
  | { readonly kind: "finished"; readonly result: GroupResult }
  /** Work of which nothing is in the database. */
  | { readonly kind: "undone"; readonly thrown: unknown };

async function together(
  connection: Connection,
  group: readonly Work[],
  begin: string,
): Promise<Together> {
  const opened = await openTransaction(connection, group, begin);
  if (opened !== undefined) return { kind: "undone", thrown: opened.thrown };
  const booked: CountedEntry[] = [];
  const settled = await Promise.allSettled(inOrder(connection, group, booked));
  const failed = firstFault(settled) ?? (await addTotals(connection, booked));
  if (failed !== undefined) {
    await undo(connection);
    return { kind: "undone", thrown: failed };
  }
  const outcomes = settled.map((one): Outcome => ({
    value: one.status === "fulfilled" ? one.value : undefined,
  }));
  return { kind: "finished", result: await commit(connection, outcomes) };
}

/** Adds what was booked to the totals, as the transaction's last work; returns what went wrong. */
async function addTotals(
  connection: Connection,
  booked: readonly CountedEntry[],
): Promise<unknown> {
  const sent = additionsOf(booked).map((addition) => connection.run(addition));
  return firstFault(await Promise.allSettled(sent));
}

/**
 * The reason of a failed group: its own, before those of statements that came after in a transaction which was
 * lost already.
 */
function firstFault(settled: readonly PromiseSettledResult<unknown>[]): unknown {
  const reasons = settled.flatMap((one) =>
    one.status === "rejected" ? [one.reason as unknown] : [],
  );
  return reasons.find((reason) => !isAfterFailure(reason)) ?? reasons[0];
}

function isAfterFailure(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "25P02";
}

/** Starts every command; those of one subject when the one before has ended. */
function inOrder(
  connection: Connection,
  group: readonly Work[],
  booked: CountedEntry[],
): Promise<unknown>[] {
  const last = new Map<string, Promise<unknown>>();
  const shared = shareStatements(connection);
  return group.map((work) => {
    const before = last.get(work.subject);
    const begin = (): Promise<unknown> => shared.during(() => runSteps(shared, work, booked));
    const run = before === undefined ? begin() : before.then(begin);
    last.set(work.subject, run);
    return run;
  });
}

/** Runs a command's story of statements to its end. The entries that it books are added to `booked`. */
async function runSteps(
  connection: Pick<Connection, "run">,
  work: Work,
  booked: CountedEntry[],
): Promise<unknown> {
  const steps = work.begin();
  let step = steps.next();
  while (step.done !== true) {
    const { entries } = step.value;
    if (entries !== undefined) booked.push(...entries);
    step = steps.next(await connection.run(step.value));
  }
  return step.value;
}

/** Undefined where the transaction is open. Nothing may be sent before: without one, each statement would commit itself. */
async function openTransaction(
  connection: Connection,
  group: readonly Work[],
  begin: string,
): Promise<{ readonly thrown: unknown } | undefined> {
  try {
    await connection.execute(begin);
    for (const table of group.flatMap((work) => work.stills ?? []))
      await connection.execute(`LOCK TABLE ${table} IN SHARE MODE`);
    const locks = group.flatMap((work) => work.locks);
    if (locks.length > 0) await connection.run(lockAll(locks));
    return undefined;
  } catch (thrown) {
    await undo(connection);
    return { thrown };
  }
}

async function undo(connection: Connection): Promise<void> {
  if (connection.isLost()) return;
  // One that cannot even undo is lost, and the server undoes by itself.
  await connection.execute("ROLLBACK").catch(() => undefined);
}

/** A failed COMMIT fails all commands of its transaction. */
async function commit(connection: Connection, outcomes: readonly Outcome[]): Promise<GroupResult> {
  try {
    const tag = await connection.execute("COMMIT");
    if (tag === "COMMIT") return { outcomes, commits: 1 };
    return allFailed(outcomes, faultOfCommand(new Error(`the transaction ended with ${tag}`)));
  } catch (thrown) {
    const isLost = connection.isLost();
    if (!isLost) await undo(connection);
    return allFailed(outcomes, isLost ? unknownCommitFault(thrown) : faultOfCommand(thrown));
  }
}

async function withSavepoints(
  connection: Connection,
  group: readonly Work[],
  begin: string,
): Promise<GroupResult> {
  for (let tries = 1; ; tries += 1) {
    const result = await oneByOne(connection, group, begin, tries === triesMax);
    if (result !== undefined) return result;
  }
}

/**
 * Runs commands one after the other in one transaction. Undefined: one of them and another transaction waited for each
 * other, and all has been undone, for rows of the commands before it would stay locked, and the other would wait on. Where it
 * `isLast`, that command has failed alone.
 */
async function oneByOne(
  connection: Connection,
  group: readonly Work[],
  begin: string,
  isLast: boolean,
): Promise<GroupResult | undefined> {
  const opened = await openTransaction(connection, group, begin);
  if (opened !== undefined) return allFailed(group, faultOfCommand(opened.thrown));
  const outcomes: Outcome[] = [];
  const booked: CountedEntry[] = [];
  for (const work of group) {
    const outcome = await inSavepoint(connection, work, booked, isLast);
    if (outcome === undefined) {
      await undo(connection);
      return undefined;
    }
    outcomes.push(outcome);
    if (connection.isLost()) return allFailed(group, awayFault(outcome.fault));
  }
  const failed = await addTotals(connection, booked);
  if (failed === undefined) return commit(connection, outcomes);
  await undo(connection);
  return allFailed(group, faultOfCommand(failed));
}

/** Runs one command, which is undone alone where it fails. Undefined: the whole transaction must be undone and begun anew, unless it `isLast`. */
async function inSavepoint(
  connection: Connection,
  work: Work,
  booked: CountedEntry[],
  isLast: boolean,
): Promise<Outcome | undefined> {
  for (let tries = 1; ; tries += 1)
    try {
      await connection.execute("SAVEPOINT command");
      const own: CountedEntry[] = [];
      const value = await runSteps(connection, work, own);
      await connection.execute("RELEASE command");
      booked.push(...own);
      return { value };
    } catch (thrown) {
      if (connection.isLost()) return { fault: awayFault(thrown) };
      if (isDeadlock(thrown) && !isLast) return undefined;
      await connection.execute("ROLLBACK TO command; RELEASE command").catch(() => undefined);
      const mayTryAgain = mayPass(thrown) && !isDeadlock(thrown) && tries < triesMax;
      if (!mayTryAgain) return { fault: faultOfCommand(thrown) };
    }
}

function allFailed(group: readonly unknown[], fault: PinholeError): GroupResult {
  return { outcomes: group.map(() => ({ fault })), commits: 0 };
}
