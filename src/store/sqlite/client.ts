import { Worker } from "node:worker_threads";
import { PinholeError, asPinholeError } from "../../core/errors.ts";
import { Slots } from "../../runtime/slots.ts";
import { closedFault, pendingMax, tooManyFault } from "../client.ts";
import type { OnCommand, StoreClient } from "../client.ts";
import type { CommandName, CommandResult } from "../commands/index.ts";
import { argumentsAsSent } from "./as-json.ts";
import { fromWire, toWire } from "./faults.ts";
import { createReportReader } from "./report-reader.ts";
import type {
  CommandMessage,
  FromWorker,
  ResultMessage,
  ResultsMessage,
  ToWorker,
  WorkerSettings,
} from "./messages.ts";

/** Commands that no answer waits for: sent when the answer has been. */
const unhurried: ReadonlySet<string> = new Set<CommandName>(["requestsFinish"]);

export interface ClientOptions {
  readonly worker: URL;
  readonly settings: WorkerSettings;
  /** Told once where the worker dies; every call, waiting and later, rejects with the same error. */
  readonly onError: (error: PinholeError) => void;
  /** Absent: nobody listens. */
  readonly onCommand?: OnCommand | undefined;
}

interface Waiter {
  resolve(value: unknown): void;
  reject(error: PinholeError): void;
  /** Of `performance.now()`; 0 where nobody listens. */
  readonly askedAt: number;
}

interface State {
  readonly onCommand: OnCommand | undefined;
  readonly worker: Worker;
  readonly waiters: Slots<Waiter>;
  /** Asked in this turn of the event loop, not sent yet. */
  unsent: CommandMessage[];
  commands: number;
  commits: number;
  /** Why nothing more can be asked: it is closing, closed or dead. */
  refusal: PinholeError | undefined;
  /** The worker is gone, or says that it is done. */
  ended: boolean;
  closing: PromiseWithResolvers<void> | undefined;
}

/** The worker's file, beside this one: .ts under type stripping, .js when built. */
export function storeWorker(): URL {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`./worker.${extension}`, import.meta.url);
}

/** Starts the worker; resolves once the database is open and migrated, rejects with what the worker says otherwise. */
export async function startClient(options: ClientOptions): Promise<StoreClient> {
  const worker = new Worker(options.worker, {
    workerData: options.settings,
    name: "pinhole-store",
    // node:sqlite is marked experimental on Node 24, which operators can do nothing about.
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  await opened(worker);
  const state: State = {
    worker,
    onCommand: options.onCommand,
    waiters: new Slots(),
    unsent: [],
    commands: 0,
    commits: 0,
    refusal: undefined,
    ended: false,
    closing: undefined,
  };
  listen(state, options.onError);
  // An idle store does not keep the process alive; `ask` holds it while an answer is due.
  worker.unref();
  const reports = createReportReader(options.settings);
  return {
    // The worker answers a command with its own result, which messages cannot carry as a type.
    call: (name, ...args) => ask(state, name, args) as Promise<CommandResult<typeof name>>,
    report: (statement) => reports.rows(statement),
    scrub: () => scrub(state),
    counters: () => ({
      commands: state.commands,
      commits: state.commits,
      pending: state.waiters.size,
    }),
    serverTime: () => Promise.resolve(undefined),
    connections: () => Promise.resolve(undefined),
    async close() {
      await reports.close();
      await close(state);
    },
  };
}

function opened(worker: Worker): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onMessage = (message: FromWorker) => {
    if (message.kind === "refused") reject(fromWire(message.fault));
    else resolve();
  };
  const onError = (cause: unknown) => reject(died(cause));
  const onExit = (code: number) => reject(died(`it ended with code ${code} while it opened`));
  worker.on("message", onMessage).on("error", onError).on("exit", onExit);
  return promise.finally(() =>
    worker.off("message", onMessage).off("error", onError).off("exit", onExit),
  );
}

function died(cause: unknown): PinholeError {
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return new PinholeError("internal_error", {
    message: "The gateway's record keeping has stopped; its operator must restart it.",
    detail: `the store's worker died: ${text}`,
    cause,
  });
}

function listen(state: State, onError: (error: PinholeError) => void): void {
  const { worker } = state;
  const die = (cause: unknown) => {
    if (state.ended) return;
    const error = died(cause);
    state.ended = true;
    state.refusal = error;
    rejectAll(state, error);
    state.closing?.reject(error);
    onError(error);
  };
  worker.on("message", (message: FromWorker) => {
    if (message.kind === "results") settle(state, message);
    if (message.kind === "closed") state.ended = true;
  });
  worker.on("messageerror", die);
  worker.on("error", die);
  worker.on("exit", (code) => {
    die(`it ended with code ${code}`);
    // Does nothing where dying has rejected it.
    state.closing?.resolve();
  });
}

function ask(state: State, name: CommandName, args: readonly unknown[]): Promise<unknown> {
  if (state.refusal !== undefined) return Promise.reject(state.refusal);
  if (state.waiters.size >= pendingMax) return Promise.reject(tooManyFault());
  let sent: CommandMessage[2];
  try {
    sent = argumentsAsSent(name, args);
  } catch (thrown) {
    // A fault in this program.
    return Promise.reject(asPinholeError(thrown));
  }
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  state.commands += 1;
  const isIdle = state.waiters.size === 0;
  if (isIdle) state.worker.ref();
  const askedAt = state.onCommand === undefined ? 0 : performance.now();
  const id = state.waiters.add({ resolve, reject, askedAt });
  state.unsent.push([id, name, sent]);
  // One message for all that is asked together, since each has its price: together are those of a turn of
  // the event loop; where the worker has nothing to do only those asked without waiting in between, so
  // that it begins while whoever asked makes ready what comes after.
  if (state.unsent.length > 1) return promise;
  if (isIdle && !unhurried.has(name)) queueMicrotask(() => send(state));
  else setImmediate(() => send(state));
  return promise;
}

function scrub(state: State): Promise<void> {
  if (state.refusal !== undefined) return Promise.reject(state.refusal);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (state.waiters.size === 0) state.worker.ref();
  const askedAt = performance.now();
  const id = state.waiters.add({ resolve: () => resolve(), reject, askedAt });
  // What was asked before is in the log before.
  send(state);
  const message: ToWorker = { kind: "scrub", id };
  state.worker.postMessage(message);
  return promise;
}

function send(state: State): void {
  const commands = state.unsent;
  if (commands.length === 0) return;
  state.unsent = [];
  const message: ToWorker = { kind: "commands", commands };
  try {
    state.worker.postMessage(message);
  } catch (cause) {
    // Something that no message can carry: a fault in this program, which must not end it.
    const fault = toWire(asPinholeError(cause));
    const results = commands.map(([id]): ResultMessage => [id, undefined, fault]);
    settle(state, { kind: "results", of: "writes", results, commits: 0, ranMs: 0 });
  }
}

function settle(state: State, { of, results, commits, ranMs }: ResultsMessage): void {
  state.commits += commits;
  const { onCommand } = state;
  const now = onCommand === undefined ? 0 : performance.now();
  for (const [id, value, fault] of results) {
    const waiter = state.waiters.take(id);
    if (onCommand !== undefined && waiter !== undefined) {
      const waitMs = Math.max(0, now - waiter.askedAt - ranMs);
      onCommand({ kind: of === "reads" ? "read" : "write", waitMs, runMs: ranMs });
    }
    if (fault === undefined) waiter?.resolve(value);
    else waiter?.reject(fromWire(fault));
  }
  if (state.waiters.size === 0 && state.closing === undefined) state.worker.unref();
}

function rejectAll(state: State, error: PinholeError): void {
  state.unsent = [];
  state.waiters.drain((waiter) => waiter.reject(error));
}

function close(state: State): Promise<void> {
  if (state.closing !== undefined) return state.closing.promise;
  state.closing = Promise.withResolvers<void>();
  if (state.ended) {
    state.closing.resolve();
    return state.closing.promise;
  }
  state.refusal = closedFault();
  state.worker.ref();
  send(state);
  const message: ToWorker = { kind: "close" };
  state.worker.postMessage(message);
  return state.closing.promise;
}
