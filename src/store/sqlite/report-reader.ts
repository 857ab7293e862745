import { Worker } from "node:worker_threads";
import { PinholeError } from "../../core/errors.ts";
import { closedFault } from "../client.ts";
import type { Statement } from "../query.ts";
import { fromWire } from "./faults.ts";
import type { FromReader, ReaderSettings, ToReader } from "./report-worker.ts";

/** A second thread with a connection of its own, which only reads: a report keeps no commit waiting. */
export interface ReportReader {
  /** The rows of a statement in pieces, as they are at the moment when the first is read. */
  rows(statement: Statement): AsyncGenerator<readonly unknown[]>;
  /** Ends the thread; reports that are being read reject. */
  close(): Promise<void>;
}

interface Thread {
  readonly worker: Worker;
  /** The one question that each report waits for. */
  readonly asked: Map<number, PromiseWithResolvers<FromReader>>;
}

/** The worker's file, beside this one: .ts under type stripping, .js when built. */
export function reportWorker(): URL {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`./report-worker.${extension}`, import.meta.url);
}

function died(cause: unknown): PinholeError {
  return new PinholeError("internal_error", {
    message: "The report could not be read to its end; ask for it again.",
    detail: `the thread of reports died: ${String(cause)}`,
    cause,
  });
}

/** A reader whose thread begins with the first report, since most gateways are never asked for one. */
export function createReportReader(settings: ReaderSettings, file = reportWorker()): ReportReader {
  let thread: Thread | undefined;
  let reports = 0;
  let isClosed = false;
  const drop = (dead: Thread, cause: unknown): void => {
    if (thread === dead) thread = undefined;
    for (const { reject } of dead.asked.values()) reject(cause);
    dead.asked.clear();
  };
  const started = (): Thread => {
    if (thread !== undefined) return thread;
    const worker = new Worker(file, {
      workerData: settings,
      name: "pinhole-reports",
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    const made: Thread = { worker, asked: new Map() };
    worker.on("message", (answer: FromReader) => {
      const waiter = made.asked.get(answer.id);
      made.asked.delete(answer.id);
      if (made.asked.size === 0) worker.unref();
      if (answer.fault === undefined) waiter?.resolve(answer);
      else waiter?.reject(fromWire(answer.fault));
    });
    worker.on("error", (cause) => drop(made, died(cause)));
    worker.on("exit", (code) => drop(made, died(`it ended with code ${code}`)));
    worker.unref();
    thread = made;
    return made;
  };
  return {
    async *rows(statement) {
      if (isClosed) throw closedFault();
      const { worker, asked } = started();
      const id = (reports += 1);
      const tell = (message: ToReader): void => worker.postMessage(message);
      tell({ kind: "open", id, statement });
      try {
        for (;;) {
          const answer = Promise.withResolvers<FromReader>();
          asked.set(id, answer);
          worker.ref();
          tell({ kind: "next", id });
          const { rows, isLast } = await answer.promise;
          yield rows;
          if (isLast) return;
        }
      } finally {
        tell({ kind: "close", id });
      }
    },
    async close() {
      isClosed = true;
      await thread?.worker.terminate();
    },
  };
}
