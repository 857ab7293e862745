import { readFileSync } from "node:fs";
import type { Config } from "./config/types.ts";
import type { Environment } from "./config/sources.ts";
import type { Flags } from "./config/tree.ts";
import type { Shelf } from "./config/loading.ts";
import type { StateFiles } from "./config/state-file.ts";
import type { StateReader } from "./core/state.ts";

export type { Config } from "./config/types.ts";
export type { Environment } from "./config/sources.ts";
export type { Flags } from "./config/tree.ts";
export { clientEnvironment, fileSource, flagName, settingSources } from "./config/sources.ts";
export { ConfigError, faultLine } from "./config/faults.ts";
export type { Fault } from "./config/faults.ts";
export { runningSettings, settingsThatNeedRestart } from "./config/restart.ts";

/** The environment of this process: the one place that reads it. Everything else is handed what it needs. */
export function processEnvironment(): Environment {
  return process.env;
}

/** The sources that decide a configuration. */
export interface LoadInput {
  readonly env: Environment;
  readonly flags: Flags;
  /** Paths count from here. */
  readonly cwd: string;
  /** The log goes to a terminal, which `logs.format: auto` asks; not unless said. */
  readonly terminal?: boolean;
  /** Unix milliseconds; the clock's time unless given. */
  readonly now?: number;
  /** True: a channel may name no models, as where they are about to be asked for. */
  readonly modelsMayBeMissing?: boolean;
  /** The providers that ship, unless given. */
  readonly shelf?: Shelf;
}

/**
 * Reads file, environment and flags. Throws `ConfigError` with every fault at once. The reader is
 * loaded on use, so that commands that need none of it start fast.
 */
export async function loadConfig(input: LoadInput): Promise<Config> {
  const { readConfig } = await import("./config/read.ts");
  return readConfig({
    env: input.env,
    flags: input.flags,
    cwd: input.cwd,
    terminal: input.terminal ?? false,
    now: input.now ?? Date.now(),
    modelsMayBeMissing: input.modelsMayBeMissing ?? false,
    ...(input.shelf ?? (await shipped())),
    readFile: (path) => readFileSync(path, "utf8"),
  });
}

async function shipped(): Promise<Shelf> {
  const [{ providers }, { knownModels }] = await Promise.all([
    import("./providers/index.ts"),
    import("./providers/known-models.ts"),
  ]);
  return { providers, knownModels };
}

/** Reads a state in the words of the file, once one is asked for. */
export const readState: StateReader = async (written, variables) => {
  const reader = await import("./config/state.ts");
  return reader.readState(written, variables);
};

/** The way from a state's file to what is sent, and back. */
export async function stateFiles(): Promise<StateFiles> {
  const { readStateFile, stateText } = await import("./config/state-file.ts");
  return { readStateFile, stateText };
}
