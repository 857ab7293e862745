import { parentPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { DatabaseSync } from "node:sqlite";
import { faultOfCommand, toWire } from "./faults.ts";
import type { WireFault } from "./faults.ts";
import type { Statement } from "../query.ts";

/** The thread that reads long reports, so that no commit waits for them. Entry of a worker, which begins to work when it is loaded. */

/** Given to the reader when it starts. */
export interface ReaderSettings {
  /** Absolute path. */
  readonly file: string;
  readonly busyTimeoutMs: number;
}

/** Asks for a report to be begun, for its next rows, or for its end. */
export type ToReader =
  | { readonly kind: "open"; readonly id: number; readonly statement: Statement }
  | { readonly kind: "next"; readonly id: number }
  | { readonly kind: "close"; readonly id: number };

/** Answers one `next`. */
export interface FromReader {
  readonly id: number;
  readonly rows: readonly unknown[];
  readonly isLast: boolean;
  readonly fault?: WireFault | undefined;
}

/** Rows of one message. */
const pieceRows = 1000;

function serve(port: MessagePort, { file, busyTimeoutMs }: ReaderSettings): void {
  let database: DatabaseSync | undefined;
  const open = new Map<number, Iterator<unknown>>();
  const begin = ({ sql, parameters }: Statement): Iterator<unknown> => {
    database ??= new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs });
    // Of its own for each report: two with the same text may be read at once.
    return database.prepare(sql).iterate(...parameters);
  };
  const next = (id: number): FromReader => {
    const rows: unknown[] = [];
    const report = open.get(id);
    while (report !== undefined && rows.length < pieceRows) {
      const step = report.next();
      if (step.done === true) return { id, rows, isLast: true };
      rows.push(step.value);
    }
    return { id, rows, isLast: report === undefined };
  };
  const work = (message: ToReader): void => {
    const { id } = message;
    if (message.kind === "open") open.set(id, begin(message.statement));
    else if (message.kind === "next") port.postMessage(next(id));
    else {
      open.get(id)?.return?.();
      open.delete(id);
    }
  };
  port.on("message", (message: ToReader) => {
    try {
      work(message);
    } catch (thrown) {
      const fault = toWire(faultOfCommand(thrown));
      port.postMessage({ id: message.id, rows: [], isLast: true, fault } satisfies FromReader);
    }
  });
}

if (parentPort === null) throw new Error("src/store/report-worker.ts runs as a worker thread only");
// The client that started this thread is the only one that sets it.
serve(parentPort, workerData as ReaderSettings);
