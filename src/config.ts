import { readFileSync } from "node:fs";
import type { Config } from "./config/types.ts";
import type { Environment } from "./config/sources.ts";
import type { Flags } from "./config/tree.ts";

export type { Config } from "./config/types.ts";
export type { Environment } from "./config/sources.ts";
export type { Flags } from "./config/tree.ts";
export { clientEnvironment, fileSource, flagName, settingSources } from "./config/sources.ts";
export { ConfigError, type Fault, faultLine } from "./config/faults.ts";

/** The environment of this process: the one place that reads it. Everything else is handed what it needs. */
export function processEnvironment(): Environment {
  return process.env;
}

/** What the command line decides about the configuration. */
export interface LoadInput {
  readonly env: Environment;
  readonly flags: Flags;
  readonly cwd: string;
  /** The log goes to a terminal. */
  readonly terminal: boolean;
  /** Unix milliseconds. */
  readonly now: number;
}

/**
 * Reads file, environment and flags for the providers that ship. Throws `ConfigError` with every
 * fault at once. The reader is loaded on use, so that commands that need none of it start fast.
 */
export async function loadConfig(input: LoadInput): Promise<Config> {
  const [{ readConfig }, { providers }] = await Promise.all([
    import("./config/read.ts"),
    import("./providers/index.ts"),
  ]);
  return readConfig({ ...input, providers, readFile: (path) => readFileSync(path, "utf8") });
}
