import { PinholeError } from "../core/errors.ts";
import type { CommandTimes } from "../core/observer.ts";
import type { Statement } from "./query.ts";
import type { CommandArguments, CommandName, CommandResult } from "./commands/index.ts";

/** Commands without an answer; beyond it new ones are refused instead of filling the memory. */
export const pendingMax = 100_000;

/** Counts since the store was opened; for metrics. */
export interface StoreCounters {
  readonly commands: number;
  /** Transactions committed: fewer than commands where they were grouped. */
  readonly commits: number;
  /** Commands without an answer now. */
  readonly pending: number;
}

/** Told of each command that has its answer. */
export type OnCommand = (times: CommandTimes) => void;

/** Connections to a database's server. */
export interface ServerConnections {
  /** All that it allows, less those that it reserves for its operator. */
  readonly most: number;
  /** Connections that somebody has now, be it another program. */
  readonly used: number;
  /** Gateways that were there within the last half minute, and what each may have. */
  readonly nodes: number;
  readonly poolOfNode: number;
}

/** The way in which a database is asked for commands, whichever it is. */
export interface StoreClient {
  /** Resolves after the commit that holds it. */
  call<N extends CommandName>(name: N, ...args: CommandArguments<N>): Promise<CommandResult<N>>;
  /** The rows of a long read in pieces, all of one moment. What is not read to its end is given back by `return`. */
  report(statement: Statement): AsyncGenerator<readonly unknown[]>;
  /** Overwrites what the database's files still hold of what was deleted or changed, where it does not do so by itself. */
  scrub(): Promise<void>;
  counters(): StoreCounters;
  /** The database's own time, Unix milliseconds; undefined where it has no clock but this machine's. */
  serverTime(): Promise<number | undefined>;
  /** The connections that the database's server allows; undefined where it is no server. */
  connections(): Promise<ServerConnections | undefined>;
  /** Ends after everything asked before. Asking again gives the same promise. */
  close(): Promise<void>;
}

/** The refusal of a command where too many wait already. */
export function tooManyFault(): PinholeError {
  return new PinholeError("overloaded", {
    message: "The gateway's records cannot be written fast enough; try again later.",
    detail: `${pendingMax} commands wait for the store`,
  });
}

/** The refusal of a command after the store was closed. */
export function closedFault(): PinholeError {
  return new PinholeError("internal_error", { message: "The gateway is stopping." });
}
