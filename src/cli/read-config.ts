import type { Command } from "commander";
import {
  type Config,
  ConfigError,
  fileSource,
  flagName,
  type Flags,
  loadConfig,
  type LoadInput,
  settingSources,
} from "../config.ts";
import type { CommandContext, CommandInput } from "./command.ts";

/** Adds `--config` and the flags of all settings that have one. */
export function defineConfigFlags(command: Command): void {
  command.option(fileSource.flag, fileSource.help);
  for (const source of settingSources) {
    if (source.flag !== undefined) command.option(source.flag, source.help);
  }
}

/** The configuration that this call asks for, or the faults that keep it from being one. */
export async function readCommandConfig(
  { options }: CommandInput,
  context: CommandContext,
  lenient: Pick<LoadInput, "modelsMayBeMissing"> = {},
): Promise<{ readonly config: Config } | { readonly faults: ConfigError["faults"] }> {
  const given = (flag: string): string | undefined => {
    const value = options[optionName(flag)];
    return typeof value === "string" ? value : undefined;
  };
  const settings = Object.fromEntries(
    settingSources.flatMap(({ setting, flag }) =>
      flag === undefined ? [] : [[setting, given(flag)] as const],
    ),
  );
  const flags: Flags = { file: given(fileSource.flag), settings };
  try {
    const { env, cwd, outIsTerminal } = context;
    const now = context.now();
    const input = { env, flags, cwd, terminal: outIsTerminal, now, ...lenient };
    return { config: await loadConfig(input) };
  } catch (error) {
    if (error instanceof ConfigError) return { faults: error.faults };
    throw error;
  }
}

/** `publicUrl` of `--public-url <url>`: commander's name for the option. */
function optionName(flag: string): string {
  return flagName(flag)
    .slice(2)
    .replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
