import { type Config, faultLine, settingsThatNeedRestart } from "../config.ts";
import type { CliCommand, CommandContext, CommandInput, RunningGateway } from "./command.ts";
import { defineConfigFlags, readCommandConfig } from "./read-config.ts";
import { startFault } from "./start-fault.ts";

/** `pinhole serve`: runs the gateway until a signal ends it. */
export const serveCommand: CliCommand = {
  name: "serve",
  about: "run the gateway",
  define: defineConfigFlags,
  async run(input, context) {
    const read = await readCommandConfig(input, context);
    if ("faults" in read) {
      for (const fault of read.faults) context.err(`pinhole: ${faultLine(fault)}\n`);
      return 1;
    }
    let gateway: RunningGateway;
    try {
      gateway = await context.start(read.config);
    } catch (error) {
      context.err(`pinhole: ${startFault(error)}\n`);
      return 1;
    }
    announce(gateway, read.config, context);
    return untilStopped(gateway, read.config, input, context);
  },
};

/** The listening address, and on the first start the credentials, which are shown this once. */
function announce(gateway: RunningGateway, config: Config, context: CommandContext): void {
  const { adminToken, apiKey, ownerCode } = gateway.firstRun;
  const isFirst = [adminToken, apiKey, ownerCode].some((made) => made !== undefined);
  const base = config.server.publicUrl ?? reachable(gateway.url);
  // Behind `#`, where no server on the way sees it.
  const ownerLink = ownerCode === undefined ? undefined : `${base}/welcome#${ownerCode}`;
  const curl = apiKey === undefined ? undefined : firstCurl(gateway.url, apiKey, config);
  if (config.logs.format === "json") {
    if (!isFirst) return;
    const line = {
      level: 30,
      time: context.now(),
      msg: "first run: these are shown once",
      api_key: apiKey,
      admin_token: adminToken,
      owner_link: ownerLink,
      curl,
    };
    context.out(`${JSON.stringify(line)}\n`);
    return;
  }
  const models = new Set(
    config.channels
      .filter((channel) => channel.enabled)
      .flatMap((channel) => channel.models.map((model) => model.name)),
  );
  context.out(`\nPinhole listens on ${gateway.url} and serves ${models.size} models.\n`);
  if (isFirst) {
    context.out("\nMade on this first start and shown only now; keep what you need:\n\n");
    if (apiKey !== undefined) context.out(`  API key       ${apiKey}\n`);
    if (adminToken !== undefined) context.out(`  admin token   ${adminToken}\n`);
    if (ownerLink !== undefined) context.out(`  owner's link  ${ownerLink}\n`);
  }
  if (curl !== undefined) context.out(`\nA first image:\n\n${curl}\n`);
  context.out("\n");
}

/** A generation to paste into a shell; undefined where no channel serves anything. */
function firstCurl(url: string, key: string, config: Config): string | undefined {
  const served = config.channels.find((channel) => channel.enabled)?.models[0]?.name;
  const model = config.defaultModel ?? served;
  if (model === undefined) return undefined;
  const body = { model, prompt: "A fox in the snow", size: "1024x1024", response_format: "url" };
  // A model's name may hold an apostrophe, which ends a word in single quotes.
  const quoted = JSON.stringify(body).replaceAll("'", String.raw`'\''`);
  return [
    `curl ${reachable(url)}/v1/images/generations \\`,
    `  -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\`,
    `  -d '${quoted}'`,
  ].join("\n");
}

/** An address that listens on everything is reached as localhost. */
function reachable(url: string): string {
  return url.replace(/\/\/(0\.0\.0\.0|\[::\])(?=[:/]|$)/, "//localhost");
}

/** Under npm, one Ctrl-C arrives twice: from the terminal, and passed on by npm. */
const echoMsMax = 500;

/** Reads the configuration again. A broken one is told with all its faults, and the one before stays. */
async function reload(
  gateway: RunningGateway,
  running: Config,
  input: CommandInput,
  context: CommandContext,
): Promise<void> {
  const say = (text: string): void => context.err(`pinhole: ${text}\n`);
  try {
    const read = await readCommandConfig(input, context);
    if ("faults" in read) {
      for (const fault of read.faults) say(faultLine(fault));
      say("SIGHUP: the configuration was not reloaded; the one before stays");
      return;
    }
    await gateway.reload(read.config);
    const { channels, keys } = read.config;
    say(`SIGHUP: reloaded ${channels.length} channels and ${keys.length} keys of the file`);
    const waiting = settingsThatNeedRestart(running, read.config);
    if (waiting.length > 0) say(`changed, but read only at a start: ${waiting.join(", ")}`);
  } catch (error) {
    say(`SIGHUP: the configuration was not reloaded: ${startFault(error)}`);
  }
}

/** Resolves after a graceful stop. A second signal ends the process at once. */
function untilStopped(
  gateway: RunningGateway,
  config: Config,
  input: CommandInput,
  context: CommandContext,
): Promise<number> {
  return new Promise((resolve) => {
    let first: { readonly name: string; readonly at: number } | undefined;
    let reloading = Promise.resolve();
    const say = (text: string): void => context.err(`pinhole: ${text}\n`);
    const ignore = context.onSignal(["SIGTERM", "SIGINT", "SIGHUP"], (name) => {
      // A terminal that closes hangs up and means it; a service manager's SIGHUP asks for a reload.
      if (name === "SIGHUP" && config.logs.format === "json") {
        // One after the other, so that the file as it stood last is what is served.
        reloading = reloading.then(() => reload(gateway, config, input, context));
        return;
      }
      if (first?.name === name && context.now() - first.at < echoMsMax) return;
      if (first !== undefined) {
        say("ended by a second signal; requests in flight were cut");
        context.exit(1);
        return;
      }
      first = { name, at: context.now() };
      say(`${name}: finishing the requests in flight; a second signal ends at once`);
      // Nobody balances load over a terminal: only a service manager's stop waits for it.
      gateway.close({ grace: name === "SIGTERM" }).then(
        () => {
          ignore();
          resolve(0);
        },
        (error: unknown) => {
          ignore();
          say(startFault(error));
          resolve(1);
        },
      );
    });
  });
}
