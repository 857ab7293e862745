import { closedFault, pendingMax, tooManyFault } from "../client.ts";
import type { OnCommand, ServerConnections, StoreClient } from "../client.ts";
import {
  alone,
  commands,
  locksOf,
  reads,
  reports,
  settlements,
  stills,
} from "../commands/index.ts";
import type { CommandName } from "../commands/index.ts";
import type { Statement, Steps } from "../query.ts";
import type { PinholeError } from "../../core/errors.ts";
import { openConnection } from "./connection.ts";
import { faultAtOpen } from "./faults.ts";
import { importRows } from "./import.ts";
import type { ImportOptions, RowSource } from "./import.ts";
import { createLane } from "./lane.ts";
import type { Lane } from "./lane.ts";
import { pieceRows, readReport } from "./report.ts";
import { migrate } from "./migrate.ts";
import { hash, subjectOf } from "./subject.ts";
import { type ServerReading, serverClock, serverConnections } from "./server-facts.ts";

export interface PostgresOptions {
  /** `postgres:` and the rest, the password too. */
  readonly url: string;
  /** Connections at most. */
  readonly pool: number;
  /** Unix milliseconds of the start. */
  readonly now: number;
  /** False: a schema that is not up to date is refused. */
  readonly migrates: boolean;
  /** Undefined: nobody listens. */
  readonly onCommand?: OnCommand | undefined;
}

/** Connections kept for commands that settle: new work never takes them. */
const settlingLanes = 2;
/** Connections for long reports, which take no others. */
const reportingLanes = 2;

/** Time for one statement, a lock's included; and that of a report, milliseconds. */
const statementMsMax = 10_000;
const reportMsMax = 30_000;
const lockMsMax = 5000;
/** Time that an answer may take beyond the statement's own: those before it in the same group are waited for too. */
const answerSlackMs = 20_000;
/** Time that the server keeps a transaction, and its locks, of a process that says nothing any more. */
const silentMsMax = 30_000;

/** Settings for one transaction: a pooler gives the next one another connection. */
const limits = (statementMs: number): string =>
  `SET LOCAL statement_timeout = ${statementMs};
  SET LOCAL lock_timeout = ${lockMsMax};
  SET LOCAL idle_in_transaction_session_timeout = ${silentMsMax}`;
/** Without a word on writing: a standby then refuses the first write, which is how it is known. */
const beginWrite = `BEGIN ISOLATION LEVEL READ COMMITTED; ${limits(statementMsMax)}`;
/** One picture of the database for all statements of a read. */
const beginRead = (statementMs: number): string =>
  `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${limits(statementMs)}`;

interface Lanes {
  readonly settling: readonly Lane[];
  readonly writing: readonly Lane[];
  readonly reporting: readonly Lane[];
  readonly reading: readonly Lane[];
}

/** Opens the database and brings its schema up to date; rejects with a sentence for the operator. */
export async function startPostgres({
  url,
  pool,
  now,
  migrates,
  onCommand,
}: PostgresOptions): Promise<StoreClient> {
  const place = placeOf(url);
  try {
    const connection = await openConnection({ url, answerMsMax: 0 });
    try {
      await migrate(connection, { place, now, isAllowed: migrates });
    } finally {
      await connection.close();
    }
  } catch (thrown) {
    throw faultAtOpen(place, thrown);
  }
  return new Client(url, pool, onCommand);
}

/** Copies rows into a database that has the schema and no rows yet; rejects with a sentence for the operator. */
export async function importInto(
  url: string,
  source: RowSource,
  onTable: ImportOptions["onTable"],
): Promise<void> {
  const place = placeOf(url);
  try {
    const connection = await openConnection({ url, answerMsMax: 0 });
    try {
      await importRows(connection, source, { place, onTable });
    } finally {
      await connection.close();
    }
  } catch (thrown) {
    throw faultAtOpen(place, thrown);
  }
}

/** The database's address without user and password, for people. */
function placeOf(url: string): string {
  try {
    const { host, pathname, searchParams } = new URL(url);
    return `${pathname.slice(1)} on ${host === "" ? (searchParams.get("host") ?? "this machine") : host}`;
  } catch {
    return "of database.url";
  }
}

class Client implements StoreClient {
  readonly #lanes: Lanes;
  #commands = 0;
  #commits = 0;
  readonly #onCommand: OnCommand | undefined;
  #closing: Promise<void> | undefined;

  readonly #pool: number;

  constructor(url: string, pool: number, onCommand: OnCommand | undefined) {
    this.#pool = pool;
    this.#onCommand = onCommand;
    const lanes = (count: number, begin: string, statementMs: number, counts = false): Lane[] =>
      Array.from({ length: count }, () =>
        createLane({
          url,
          begin,
          answerMsMax: statementMs + answerSlackMs,
          onCommits: (commits) => {
            if (counts) this.#commits += commits;
          },
        }),
      );
    const rest = pool - settlingLanes - reportingLanes;
    const writing = Math.max(1, Math.floor(rest / 3));
    this.#lanes = {
      settling: lanes(settlingLanes, beginWrite, statementMsMax, true),
      writing: lanes(writing, beginWrite, statementMsMax, true),
      reporting: lanes(reportingLanes, beginRead(reportMsMax), reportMsMax),
      reading: lanes(rest - writing, beginRead(statementMsMax), statementMsMax),
    };
  }

  // The command's own result, which lanes cannot carry as a type.
  call = ((name: CommandName, ...args: readonly unknown[]) =>
    this.#ask(name, args)) as StoreClient["call"];

  async *report(statement: Statement): AsyncGenerator<readonly unknown[]> {
    if (this.#closing !== undefined) throw closedFault();
    const rows = await this.#short(statement);
    if (rows !== undefined) {
      yield rows;
      return;
    }
    const [lending = emptiest(this.#lanes.reporting)] = this.#lanes.reporting;
    yield* readReport(lending, statement, beginRead(reportMsMax));
  }

  /** The rows of a report that is one piece; undefined where it is longer. Most are, and wait for no longer one. */
  #short({ sql, parameters }: Statement): Promise<readonly unknown[] | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly unknown[] | undefined>();
    let rows: readonly unknown[] = [];
    this.#reportingLane().ask({
      subject: "report",
      locks: [],
      isAlone: true,
      *begin(): Steps<void> {
        rows = (yield { sql: `${sql} LIMIT ${pieceRows + 1}`, parameters }).rows;
      },
      settle: ({ fault }) =>
        fault === undefined ? resolve(rows.length > pieceRows ? undefined : rows) : reject(fault),
    });
    return promise;
  }

  /** One that is not lent to a long report: only the first ever is. */
  #reportingLane(): Lane {
    const { reporting } = this.#lanes;
    return emptiest(reporting.some((lane) => lane.isLent()) ? reporting.slice(1) : reporting);
  }

  /** Postgres overwrites what is dead by itself, when it vacuums. */
  scrub = (): Promise<void> => Promise.resolve();

  counters = (): ReturnType<StoreClient["counters"]> => ({
    commands: this.#commands,
    commits: this.#commits,
    pending: this.#pending(),
  });

  serverTime = (): Promise<number> => this.#read(serverClock);

  connections = async (): Promise<ServerConnections> => ({
    ...(await this.#read(serverConnections)),
    poolOfNode: this.#pool,
  });

  #read<T>({ subject, sql, read }: ServerReading<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let found: { readonly value: T } | undefined;
    emptiest(this.#lanes.reading).ask({
      subject,
      locks: [],
      isAlone: false,
      *begin(): Steps<void> {
        const { rows } = yield { sql, parameters: [] };
        found = { value: read(rows[0]) };
      },
      settle: ({ fault }) => {
        if (found === undefined || fault !== undefined) reject(fault);
        else resolve(found.value);
      },
    });
    return promise;
  }

  close = (): Promise<void> => {
    this.#closing ??= this.#close();
    return this.#closing;
  };

  async #close(): Promise<void> {
    await Promise.all(this.#all().map((lane) => lane.close()));
  }

  #all(): readonly Lane[] {
    const { settling, writing, reporting, reading } = this.#lanes;
    return [...settling, ...writing, ...reporting, ...reading];
  }

  #pending(): number {
    let count = 0;
    for (const lane of this.#all()) count += lane.pending();
    return count;
  }

  #ask(name: CommandName, args: readonly unknown[]): Promise<unknown> {
    if (this.#closing !== undefined) return Promise.reject(closedFault());
    if (this.#pending() >= pendingMax) return Promise.reject(tooManyFault());
    this.#commands += 1;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const subject = subjectOf(args) ?? name;
    const askedAt = performance.now();
    // The types of `call` tie each name to its arguments.
    const begin = commands[name] as (...args: readonly unknown[]) => Steps<unknown>;
    this.#laneFor(name, subject).ask({
      subject,
      locks: locksOf(name, args),
      stills: stills[name],
      isAlone: alone.has(name),
      begin: () => begin(...args),
      settle: ({ value, fault }: { value?: unknown; fault?: PinholeError | undefined }, ranMs) => {
        this.#onCommand?.({
          kind: reads.has(name) ? "read" : "write",
          waitMs: Math.max(0, performance.now() - askedAt - ranMs),
          runMs: ranMs,
        });
        if (fault === undefined) resolve(value);
        else reject(fault);
      },
    });
    return promise;
  }

  /** Writes of one subject take one lane, so that they stay in order; reads take the emptiest. */
  #laneFor(name: CommandName, subject: string): Lane {
    const { settling, writing, reading } = this.#lanes;
    if (reports.has(name)) return this.#reportingLane();
    if (reads.has(name)) return emptiest(reading);
    const lanes = settlements.has(name) ? settling : writing;
    return lanes[hash(subject) % lanes.length] ?? emptiest(lanes);
  }
}

function emptiest(lanes: readonly Lane[]): Lane {
  return lanes.reduce((best, lane) => (lane.pending() < best.pending() ? lane : best));
}
