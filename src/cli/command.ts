import type { Command } from "commander";
import type { Config, Environment } from "../config.ts";

/** A running gateway, as `serve` sees it. */
export interface RunningGateway {
  /** The listening address: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Credentials that the first start made; each undefined on later ones. */
  readonly firstRun: {
    readonly adminToken: string | undefined;
    readonly apiKey: string | undefined;
    /** The code of the one-time link for the first owner. */
    readonly ownerCode: string | undefined;
  };
  /** Serves the channels, keys, aliases and default model of another configuration from now on. */
  reload(next: Config): Promise<void>;
  /** Lets requests in flight finish; with `grace`, after whoever balances load has had time to look elsewhere. */
  close(options: { readonly grace: boolean }): Promise<void>;
}

/** The process around a command: all that commands read and write. */
export interface CommandContext {
  readonly env: Environment;
  /** Paths count from here. */
  readonly cwd: string;
  /** Text for people and scripts: standard output. */
  readonly out: (text: string) => void;
  /** Progress, warnings and errors: standard error. */
  readonly err: (text: string) => void;
  /** Standard output for bytes. */
  readonly stdout: NodeJS.WritableStream;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Starts the gateway. Throws an error whose message is one line for the operator. */
  readonly start: (config: Config) => Promise<RunningGateway>;
  /** Calls the listener on each of these signals until the returned function is called. */
  readonly onSignal: (
    names: readonly NodeJS.Signals[],
    listener: (name: NodeJS.Signals) => void,
  ) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/** Arguments and flags after the command's name. */
export interface CommandInput {
  readonly args: readonly string[];
  /** By their long names in camel case, as commander gives them. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** One command, in a file of its own. */
export interface CliCommand {
  readonly name: string;
  readonly about: string;
  /** The words that may follow it, where resources of the admin API have the same name: all others are theirs. */
  readonly words?: readonly string[];
  /** Adds arguments and options. */
  define(command: Command): void;
  /** The exit code: 0, 1 where it failed, 2 where it was called wrongly. */
  run(input: CommandInput, context: CommandContext): Promise<number>;
}
