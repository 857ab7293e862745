import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { commands, reads } from "../commands/index.ts";
import { prepareFile } from "./database-file.ts";
import { faultAtOpen, faultOfCommand, logIsRead, toWire } from "./faults.ts";
import { commitGroup } from "./group-commit.ts";
import type {
  CommandMessage,
  FromWorker,
  ResultMessage,
  ToWorker,
  WorkerSettings,
} from "./messages.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "../migrations/index.ts";
import type { CountedEntry, Steps } from "../query.ts";
import { integer, record } from "../shape.ts";
import { openConnection, runSteps } from "./connection.ts";
import type { Connection } from "./connection.ts";

/** The thread that owns the database. Entry of a worker: it begins to work when it is loaded. */

/** Commands in one transaction: reads that arrive meanwhile wait for no more than this. */
const groupCommandsMax = 1000;

/** Bytes of a database that is written anew when somebody is forgotten: all commits wait meanwhile, some two seconds. */
const rewrittenBytesMax = 256 * 1024 * 1024;
const databaseBytes =
  "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()";
const sizeRow = record({ bytes: integer });

type Run = (name: string, args: CommandMessage[2], booked?: CountedEntry[]) => unknown;

function open({ file, busyTimeoutMs, now, migrates }: WorkerSettings): Connection {
  prepareFile(file);
  const connection = openConnection(file, busyTimeoutMs);
  try {
    migrate(connection, { file, migrations, now, isAllowed: migrates });
    return connection;
  } catch (fault) {
    connection.close();
    throw fault;
  }
}

function runner(connection: Connection): Run {
  const byName = new Map(Object.entries(commands));
  return (name, args, booked) => {
    const command = byName.get(name);
    if (command === undefined) throw new Error(`no store command is called ${name}`);
    // The client's types tie each name to its arguments; a name known only at run time cannot.
    const begin = command as (...args: readonly unknown[]) => Steps<unknown>;
    // As the client wrote them.
    const given = typeof args === "string" ? (JSON.parse(args) as readonly unknown[]) : args;
    return runSteps(connection, begin(...given), booked);
  };
}

function answer(port: MessagePort, message: FromWorker): void {
  port.postMessage(message);
}

function read([id, name, args]: CommandMessage, run: Run): ResultMessage {
  try {
    return [id, run(name, args), undefined];
  } catch (thrown) {
    return [id, undefined, toWire(faultOfCommand(thrown))];
  }
}

function write(
  group: readonly CommandMessage[],
  connection: Connection,
  run: Run,
): { results: ResultMessage[]; commits: number } {
  const { outcomes, commits } = commitGroup(
    connection,
    group.map(
      ([, name, args]) =>
        (booked) =>
          run(name, args, booked),
    ),
  );
  const results = group.map(([id], index): ResultMessage => {
    const outcome = outcomes[index];
    if (outcome === undefined) throw new Error("a command of the group has no outcome");
    return outcome.fault === undefined
      ? [id, outcome.value, undefined]
      : [id, undefined, toWire(outcome.fault)];
  });
  return { results, commits };
}

/** Lists that fill while a transaction runs and empty between two. */
interface Waiting {
  reads: CommandMessage[];
  writes: CommandMessage[];
  /** Numbers under which the log's cutting back is answered. */
  scrubs: number[];
  closing: boolean;
}

function take(waiting: Waiting, message: ToWorker): void {
  if (message.kind === "close") {
    waiting.closing = true;
    return;
  }
  if (message.kind === "scrub") {
    waiting.scrubs.push(message.id);
    return;
  }
  for (const command of message.commands)
    (reads.has(command[1]) ? waiting.reads : waiting.writes).push(command);
}

/** Takes what arrived while this thread was busy, without going back to its event loop. */
function takeAll(port: MessagePort, waiting: Waiting): void {
  let received = receiveMessageOnPort(port);
  while (received !== undefined) {
    // Only the store's client has the other end.
    take(waiting, received.message as ToWorker);
    received = receiveMessageOnPort(port);
  }
}

function serve(port: MessagePort, connection: Connection, run: Run): void {
  const waiting: Waiting = { reads: [], writes: [], scrubs: [], closing: false };
  port.on("message", (message: ToWorker) => {
    take(waiting, message);
    takeAll(port, waiting);
    while (waiting.reads.length + waiting.writes.length > 0) {
      // Reads see what was acknowledged before they were asked; they need not wait for the commit.
      const begunAt = performance.now();
      const looked = waiting.reads.splice(0).map((command) => read(command, run));
      const lookedAt = performance.now();
      const lookedMs = lookedAt - begunAt;
      if (looked.length > 0)
        answer(port, {
          kind: "results",
          of: "reads",
          results: looked,
          commits: 0,
          ranMs: lookedMs,
        });
      const group = waiting.writes.splice(0, groupCommandsMax);
      if (group.length > 0) {
        const written = write(group, connection, run);
        const ranMs = performance.now() - lookedAt;
        answer(port, { kind: "results", of: "writes", ...written, ranMs });
      }
      takeAll(port, waiting);
    }
    const scrubs = waiting.scrubs.splice(0);
    if (scrubs.length > 0) {
      const results = scrubs.map((id) => scrub(id, connection));
      answer(port, { kind: "results", of: "writes", results, commits: 0, ranMs: 0 });
    }
    if (waiting.closing) {
      finish(connection);
      answer(port, { kind: "closed" });
      port.close();
    }
  });
}

/**
 * Writes the database anew, where it is small enough, then takes the log into it and makes it empty; waits for those who read
 * for as long as a commit would. Zeros over what is deleted are not enough: where cells move between pages, SQLite leaves
 * copies of them in the unused part of a page (seen in a third of the tries).
 */
function scrub(id: number, connection: Connection): ResultMessage {
  try {
    const size = connection.run({ sql: databaseBytes, parameters: [] }).rows;
    if (sizeRow.parse(size[0]).bytes <= rewrittenBytesMax)
      connection.run({ sql: "VACUUM", parameters: [] });
    const { rows } = connection.run({ sql: "PRAGMA wal_checkpoint(TRUNCATE)", parameters: [] });
    // SQLite throws nothing where a reader still needs the log.
    if (!JSON.stringify(rows).startsWith('[{"busy":0,')) throw logIsRead();
    return [id, undefined, undefined];
  } catch (thrown) {
    return [id, undefined, toWire(faultOfCommand(thrown))];
  }
}

/** Leaves one file behind: the log goes into the database, unless another process still reads it. */
function finish(connection: Connection): void {
  connection.run({ sql: "PRAGMA wal_checkpoint(TRUNCATE)", parameters: [] });
  connection.close();
}

function start(port: MessagePort, settings: WorkerSettings): void {
  let connection: Connection;
  try {
    connection = open(settings);
  } catch (thrown) {
    answer(port, { kind: "refused", fault: toWire(faultAtOpen(settings.file, thrown)) });
    port.close();
    return;
  }
  serve(port, connection, runner(connection));
  answer(port, { kind: "ready" });
}

if (parentPort === null) throw new Error("src/store/worker.ts runs as a worker thread only");
// The client that started this thread is the only one that sets it.
start(parentPort, workerData as WorkerSettings);
