import { faultOfCommand } from "./faults.ts";
import type { PinholeError } from "../../core/errors.ts";
import type { Connection } from "./connection.ts";
import type { CountedEntry } from "../query.ts";
import { additionsOf } from "../totals.ts";

/**
 * One command's work inside a transaction that it may share. Throws to be undone alone. It adds the entries that it
 * books to a list, which the totals get before the commit.
 */
export type Work = (booked: CountedEntry[]) => unknown;

export type Outcome =
  | { readonly value: unknown; readonly fault?: undefined }
  | { readonly fault: PinholeError };

/** The end of a group: outcomes in its order, and how many transactions were committed for it. */
export interface GroupResult {
  readonly outcomes: readonly Outcome[];
  readonly commits: number;
}

// Run as prepared statements: executing a text would parse it each time.
const begin = { sql: "BEGIN IMMEDIATE", parameters: [] };
const end = { sql: "COMMIT", parameters: [] };
const rollback = { sql: "ROLLBACK", parameters: [] };
const savepoint = { sql: "SAVEPOINT command", parameters: [] };
const undo = { sql: "ROLLBACK TO command", parameters: [] };
const release = { sql: "RELEASE command", parameters: [] };

/**
 * Runs commands in one transaction and commits it once, which is what makes many writes cheap: the
 * disk is waited for once. Commands hardly ever fail, so they are tried without savepoints first,
 * which would cost each of them two statements; where one fails, all is undone and done again with a
 * savepoint for each: it is undone alone, and its neighbours stay.
 */
export function commitGroup(connection: Connection, group: readonly Work[]): GroupResult {
  try {
    connection.run(begin);
  } catch (thrown) {
    return allFailed(group, thrown);
  }
  let outcomes: readonly Outcome[];
  try {
    const booked: CountedEntry[] = [];
    outcomes = group.map((work) => ({ value: work(booked) }));
    addTotals(connection, booked);
  } catch (thrown) {
    if (connection.inTransaction()) connection.run(rollback);
    if (group.length === 1) return allFailed(group, thrown);
    return commitWithSavepoints(connection, group);
  }
  return commit(connection, outcomes);
}

function addTotals(connection: Connection, booked: readonly CountedEntry[]): void {
  for (const addition of additionsOf(booked)) connection.run(addition);
}

/** A failed COMMIT fails all commands of its transaction. */
function commit(connection: Connection, outcomes: readonly Outcome[]): GroupResult {
  try {
    connection.run(end);
    return { outcomes, commits: 1 };
  } catch (thrown) {
    if (connection.inTransaction()) connection.run(rollback);
    return allFailed(outcomes, thrown);
  }
}

/**
 * Commits commands with a savepoint each. If SQLite drops the whole transaction by itself (a full disk), the others are tried one by one: a
 * small one may still fit, and settling money must not fail because a neighbour was large.
 */
function commitWithSavepoints(connection: Connection, group: readonly Work[]): GroupResult {
  try {
    connection.run(begin);
  } catch (thrown) {
    return allFailed(group, thrown);
  }
  const outcomes: Outcome[] = [];
  for (const work of group) {
    const outcome = runInSavepoint(connection, work);
    if (!connection.inTransaction())
      return oneByOne(connection, group, { index: outcomes.length, outcome });
    outcomes.push(outcome);
  }
  return commit(connection, outcomes);
}

function allFailed(group: readonly unknown[], thrown: unknown): GroupResult {
  const fault = faultOfCommand(thrown);
  return { outcomes: group.map(() => ({ fault })), commits: 0 };
}

function runInSavepoint(connection: Connection, work: Work): Outcome {
  try {
    connection.run(savepoint);
    const booked: CountedEntry[] = [];
    const value = work(booked);
    addTotals(connection, booked);
    connection.run(release);
    return { value };
  } catch (thrown) {
    if (connection.inTransaction()) {
      connection.run(undo);
      connection.run(release);
    }
    return { fault: faultOfCommand(thrown) };
  }
}

/** Runs all but the command that brought the transaction down, each in a transaction of its own. */
function oneByOne(
  connection: Connection,
  group: readonly Work[],
  lost: { readonly index: number; readonly outcome: Outcome },
): GroupResult {
  const outcomes: Outcome[] = [];
  let commits = 0;
  for (const [index, work] of group.entries()) {
    const single =
      index === lost.index
        ? { outcomes: [lost.outcome], commits: 0 }
        : commitGroup(connection, [work]);
    outcomes.push(...single.outcomes);
    commits += single.commits;
  }
  return { outcomes, commits };
}
