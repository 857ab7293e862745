import type { WireFault } from "./faults.ts";

/** Messages between the main thread and the store's worker. Both ends are this program. */

/** Given to the worker when it starts. */
export interface WorkerSettings {
  /** Absolute path. */
  readonly file: string;
  readonly busyTimeoutMs: number;
  /** Unix milliseconds of the start. */
  readonly now: number;
  /** False: a schema that is not up to date is refused. */
  readonly migrates: boolean;
}

/** One command: a number to answer under, a name of `Commands`, its arguments, which may be written as JSON. */
export type CommandMessage = readonly [id: number, name: string, args: readonly unknown[] | string];

/** Asks for one call of the event loop's commands, or for the end after all that came before. */
export type ToWorker =
  | { readonly kind: "commands"; readonly commands: readonly CommandMessage[] }
  /** Cuts the log back, which holds pages as they were; answered as a command of this number. */
  | { readonly kind: "scrub"; readonly id: number }
  | { readonly kind: "close" };

export type ResultMessage = readonly [id: number, value: unknown, fault: WireFault | undefined];

/** The answers to several commands. */
export interface ResultsMessage {
  readonly kind: "results";
  readonly of: "reads" | "writes";
  readonly results: readonly ResultMessage[];
  /** Transactions committed for these results. */
  readonly commits: number;
  /** Time that the worker took for them, milliseconds. */
  readonly ranMs: number;
}

export type FromWorker =
  | { readonly kind: "ready" }
  /** Could not open: the worker ends. */
  | { readonly kind: "refused"; readonly fault: WireFault }
  | ResultsMessage
  | { readonly kind: "closed" };
