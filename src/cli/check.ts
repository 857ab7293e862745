import { missingSettings } from "../app/requirements.ts";
import { type Config, type Fault, faultLine } from "../config.ts";
import type { CliCommand, CommandContext } from "./command.ts";
import { defineConfigFlags, readCommandConfig } from "./read-config.ts";

/** `pinhole check`: what the configuration says, or what is wrong with it. Starts nothing. */
export const checkCommand: CliCommand = {
  name: "check",
  about: "read the configuration and say what is wrong with it",
  define(command) {
    defineConfigFlags(command);
    command.option("--json", "print one JSON document");
  },
  async run(input, context) {
    const read = await readCommandConfig(input, context);
    const json = input.options["json"] === true;
    const faults = "faults" in read ? read.faults : startFaults(read.config);
    if ("config" in read && faults.length === 0) {
      if (json) context.out(`${JSON.stringify({ ok: true, ...summaryOf(read.config) })}\n`);
      else describe(read.config, context);
      const warnings = warningsOf(read.config);
      for (const line of warnings) context.err(`warning: ${line}\n`);
      if (warnings.length > 0) context.err("A channel of the database may serve them.\n");
      return 0;
    }
    if (json) {
      context.out(`${JSON.stringify({ ok: false, faults })}\n`);
      return 1;
    }
    for (const fault of faults) context.err(`${faultLine(fault)}\n`);
    context.err(faults.length === 1 ? "1 fault\n" : `${faults.length} faults\n`);
    return 1;
  },
};

/** The faults of a configuration that is right in itself, and with which no gateway starts. */
function startFaults(config: Config): readonly Fault[] {
  const missing = missingSettings(config);
  return missing === undefined
    ? []
    : [{ setting: "database.url", message: missing, place: undefined }];
}

/** Lines about names that no channel of the file serves: a channel of the database may, so a gateway starts with them. */
function warningsOf(config: Config): readonly string[] {
  return config.entries
    .concerns(config)
    .map(({ declaredAt, message }) => `${declaredAt}: ${message}`);
}

interface Summary {
  readonly file: string | null;
  readonly listen: string;
  readonly data: string;
  readonly channels: readonly {
    readonly id: string;
    readonly provider: string;
    readonly credentials: number;
    readonly enabled: boolean;
    readonly models: readonly string[];
  }[];
  readonly aliases: Config["aliases"];
  readonly default_model: string | null;
  readonly keys: number;
  /** Names that no channel of the file serves. */
  readonly warnings: readonly string[];
}

/** The configuration as it was understood; never a credential. */
function summaryOf(config: Config): Summary {
  const { host, port } = config.server;
  return {
    file: config.file ?? null,
    listen: host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`,
    data: config.dataFolder,
    channels: config.channels.map((channel) => ({
      id: channel.id,
      provider: channel.provider.id,
      credentials: channel.credentials.length,
      enabled: channel.enabled,
      models: channel.models.map((model) => model.name),
    })),
    aliases: config.aliases,
    default_model: config.defaultModel ?? null,
    keys: config.keys.length,
    warnings: warningsOf(config),
  };
}

function describe(config: Config, { out }: CommandContext): void {
  const summary = summaryOf(config);
  out(`ok: ${summary.file ?? "no file; defaults, environment and flags"}\n`);
  out(`listens on ${summary.listen}, keeps its data in ${summary.data}\n`);
  for (const channel of summary.channels) {
    const facts = [
      channel.provider,
      ...(channel.credentials > 1 ? [`${channel.credentials} credentials`] : []),
      ...(channel.enabled ? [] : ["disabled"]),
    ];
    out(`channel ${channel.id} (${facts.join(", ")}): ${channel.models.join(", ")}\n`);
  }
  for (const [alias, models] of Object.entries(summary.aliases)) {
    out(`alias ${alias}: ${models.join(", then ")}\n`);
  }
  out(`default model: ${summary.default_model ?? "none; requests must name one"}\n`);
  out(`keys in the file: ${summary.keys}\n`);
}
