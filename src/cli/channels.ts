import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChannelTrial, CheapCall } from "../app/channel-trial.ts";
import { type Config, faultLine } from "../config.ts";
import type { Channel } from "../core/channel.ts";
import { PinholeError } from "../core/errors.ts";
import { usdText } from "../core/money.ts";
import type { CliCommand, CommandContext, CommandInput } from "./command.ts";
import { defineConfigFlags, readCommandConfig } from "./read-config.ts";
import { openClient, textOption, withAdminClient } from "./remote.ts";
import { tableOf } from "./resources/tables.ts";

/** Actions on a channel, by the words that ask for them. */
const actions = { test: testChannel, models: listModels } as const;

/** `pinhole channels test <id>` and `pinhole channels models <id>`: asks one channel's upstream. */
export const channelsCommand: CliCommand = {
  name: "channels",
  about: "test a channel, or list what its upstream has",
  words: Object.keys(actions),
  define(command) {
    command.argument("<action>", "test: is it usable; models: which models its upstream lists");
    command.argument("<id>", "the channel's id in the configuration");
    command.option("--paid", "test: make one real picture where no free check says enough");
    command.option("--model <name>", "test --paid: the model, in place of the cheapest");
    command.option("--json", "print one JSON document for scripts");
    command.option(
      "--url <url>",
      "test: ask this running gateway, which has channels of its database",
    );
    defineConfigFlags(command);
  },
  async run(input, context) {
    const [action = "", id = ""] = input.args;
    if (!isAction(action)) {
      context.err(`pinhole: there is no \`channels ${action}\`; there are test and models\n`);
      return 2;
    }
    if (action === "test" && textOption(input, "url") !== undefined)
      return testRemotely(id, input, context);
    const read = await readCommandConfig(input, context, { modelsMayBeMissing: true });
    if ("faults" in read) {
      for (const fault of read.faults) context.err(`pinhole: ${faultLine(fault)}\n`);
      return 1;
    }
    const channel = read.config.channels.find((one) => one.id === id);
    if (channel === undefined) {
      const ids = read.config.channels.map((one) => one.id).join(", ");
      const hint =
        action === "test" ? "; --url asks a running gateway for one of its database" : "";
      context.err(`pinhole: there is no channel \`${id}\`; there are ${ids || "none"}${hint}\n`);
      return 2;
    }
    return actions[action]({ input, context, config: read.config, channel });
  },
};

/** Has a running gateway test a channel of its own; 1 where the channel does not answer. */
async function testRemotely(
  id: string,
  input: CommandInput,
  context: CommandContext,
): Promise<number> {
  let isOk = false;
  const model = textOption(input, "model");
  const code = await withAdminClient(input, context, async (client) => {
    const { text, json } = await client({
      method: "POST",
      path: `/admin/v1/channels/${encodeURIComponent(id)}/test`,
      body: { paid: input.options["paid"] === true, model },
    });
    isOk = typeof json === "object" && json !== null && "ok" in json && json.ok === true;
    context.out(
      input.options["json"] === true ? `${JSON.stringify(json)}\n` : tableOf(json ?? text),
    );
  });
  return code === 0 && !isOk ? 1 : code;
}

function isAction(word: string): word is keyof typeof actions {
  return Object.hasOwn(actions, word);
}

interface Asked {
  readonly input: CommandInput;
  readonly context: CommandContext;
  readonly config: Config;
  readonly channel: Channel;
}

/** Prints a result for people, or as one document. */
function tell({ input, context }: Asked, document: object, text: string): void {
  context.out(input.options["json"] === true ? `${JSON.stringify(document)}\n` : `${text}\n`);
}

function fail({ input, context, channel }: Asked, thrown: unknown): number {
  if (!(thrown instanceof Error)) throw thrown;
  const { code, detail } =
    thrown instanceof PinholeError ? thrown : { code: "", detail: undefined };
  if (input.options["json"] === true) {
    const error = { code, message: thrown.message, detail };
    context.out(`${JSON.stringify({ ok: false, channel: channel.id, error })}\n`);
    return 1;
  }
  const facts = [code, detail].filter((fact) => fact !== undefined && fact !== "");
  const tail = facts.length === 0 ? "" : ` (${facts.join(": ")})`;
  context.err(`pinhole: channel ${channel.id}: ${thrown.message}${tail}\n`);
  return 1;
}

/** Opens the way to the channel's upstream and closes it whatever happens. */
async function withTrial(
  asked: Asked,
  act: (trial: ChannelTrial) => Promise<number>,
): Promise<number> {
  const { tryChannel } = await import("../app/channel-trial.ts");
  const trial = await tryChannel(asked.config, asked.channel);
  try {
    return await act(trial);
  } catch (thrown) {
    return fail(asked, thrown);
  } finally {
    await trial.close();
  }
}

async function testChannel(asked: Asked): Promise<number> {
  const { input, channel } = asked;
  if (input.options["paid"] === true) return testPaid(asked);
  return withTrial(asked, async (trial) => {
    const found: string[] = [];
    for (const index of channel.credentials.keys()) {
      const said = await trial.check(index);
      if (said === undefined) return refuseUnpaid(asked);
      const which = channel.credentials.length > 1 ? `credential ${index + 1}: ` : "";
      found.push(`${which}${said}`);
    }
    const document = { ok: true, channel: channel.id, free: true, found };
    tell(asked, document, `channel ${channel.id} answers: ${found.join("; ")}. Nothing was paid.`);
    return 0;
  });
}

/** The refusal of a paid test that was not asked for: it tells the price first. */
async function refuseUnpaid(asked: Asked): Promise<number> {
  const call = await cheapest(asked);
  if (call === undefined) return 2;
  const { context, channel } = asked;
  context.err(
    `pinhole: ${channel.provider.name} has no free check; \`pinhole channels test ${channel.id} --paid\` makes one real picture with ${call.model}, ${priceWords(call)}\n`,
  );
  return 2;
}

/** The cheapest call; says why there is none. */
async function cheapest({ input, context, channel }: Asked): Promise<CheapCall | undefined> {
  const { cheapestCall } = await import("../app/channel-trial.ts");
  const name = textOption(input, "model");
  const call = cheapestCall(channel, context.now(), name);
  if (call === undefined) {
    const which = name === undefined ? "no model" : `no model \`${name}\``;
    context.err(
      `pinhole: channel ${channel.id} has ${which} that makes pictures from words alone\n`,
    );
  }
  return call;
}

function priceWords({ estimate }: CheapCall): string {
  const { state, least, most } = estimate;
  if (state === "free") return "for nothing";
  if (state === "unknown" || most === undefined) return "for a price that is not known here";
  return least === most ? `for $${usdText(most)}` : `for at most $${usdText(most)}`;
}

/** One real picture, made as every picture is: a gateway of its own, which has this channel and nothing else. */
async function testPaid(asked: Asked): Promise<number> {
  const { context, config, channel } = asked;
  const call = await cheapest(asked);
  if (call === undefined) return 2;
  context.err(`One real picture with ${call.model}, ${priceWords(call)} …\n`);
  const data = await mkdtemp(join(tmpdir(), "pinhole-paid-"));
  try {
    const gateway = await context.start(trialConfig(config, channel, call.model, data));
    try {
      return await makeOne(asked, call, gateway.url, gateway.firstRun.apiKey ?? "");
    } finally {
      await gateway.close({ grace: false });
    }
  } catch (thrown) {
    return fail(asked, thrown);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

async function makeOne(
  asked: Asked,
  { model, prompt, size, quality }: CheapCall,
  url: string,
  key: string,
): Promise<number> {
  const { context, channel } = asked;
  const client = await openClient(url, key);
  const began = context.now();
  const made = await client.generate({ model, prompt, n: 1, size, quality });
  const ms = context.now() - began;
  const cost = made.costUsd === undefined ? "at a cost that is not known" : `for $${made.costUsd}`;
  const facts = [made.size, made.output_format].filter((fact) => typeof fact === "string");
  const warnings = made.warnings.map(({ message }) => message);
  const document = {
    ok: true,
    channel: channel.id,
    free: false,
    model,
    cost_usd: made.costUsd ?? null,
    size: made.size ?? null,
    format: made.output_format ?? null,
    ms,
    warnings,
  };
  tell(
    asked,
    document,
    [
      `channel ${channel.id} made a picture with ${model} (${facts.join(", ")}) in ${ms} ms ${cost}.`,
      ...warnings.map((warning) => `warning: ${warning}`),
    ].join("\n"),
  );
  return 0;
}

/** The configuration with one channel and one model, and with data of its own that nobody else sees. */
function trialConfig(config: Config, channel: Channel, model: string, data: string): Config {
  return {
    ...config,
    dataFolder: data,
    secret: undefined,
    adminToken: undefined,
    server: { ...config.server, host: "127.0.0.1", port: 0, publicUrl: undefined },
    database: { kind: "sqlite", path: join(data, "pinhole.db"), migrates: true },
    images: { ...config.images, folder: join(data, "images") },
    keys: [],
    channels: [
      { ...channel, enabled: true, models: channel.models.filter(({ name }) => name === model) },
    ],
    aliases: {},
    defaultModel: undefined,
    retired: new Map(),
    logs: { level: "silent", format: "json" },
  };
}

async function listModels(asked: Asked): Promise<number> {
  const { context, channel } = asked;
  return withTrial(asked, async (trial) => {
    const names = await trial.discover();
    if (names === undefined) {
      context.err(`pinhole: ${channel.provider.name} does not list its models\n`);
      return 2;
    }
    const served = new Set(channel.models.map(({ upstream }) => upstream));
    const missing = [...served].filter((name) => !names.includes(name));
    const document = { ok: true, channel: channel.id, models: names, served: [...served], missing };
    const lines = names.map((name) => `${served.has(name) ? "served" : "      "}  ${name}`);
    const absent = missing.map(
      (name) => `missing  ${name}: the channel names it, its upstream does not list it`,
    );
    tell(asked, document, [...lines, ...absent].join("\n"));
    return 0;
  });
}
