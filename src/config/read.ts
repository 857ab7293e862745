import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { Channel } from "../core/channel.ts";
import { resolveChannels } from "./channels.ts";
import { ConfigError, type Faults, type Place, placeName } from "./faults.ts";
import { entryReader } from "./entries.ts";
import { valueAt } from "../core/entry-paths.ts";
import { readWith } from "./issues.ts";
import { faultImages, imagesOf } from "./images.ts";
import { loadFor, retiredCards, type Shelf } from "./loading.ts";
import { faultOwners, ownersOf } from "./owners.ts";
import { faultAliasesOfAliases } from "./unserved-names.ts";
import { findNotYet } from "./not-yet.ts";
import { declaredNames, policyOf } from "./named-entries.ts";
import { elsewhere } from "./reference.ts";
import { readPriceList } from "./price-list.ts";
import { faultRepeatedBudgets } from "./sections/budget.ts";
import { faultTargets, targetsOf } from "./sections/notices.ts";
import { shownSettings } from "./shown.ts";
import { fileSchema, type FileSettings } from "./schema.ts";
import { type Environment, readVariable } from "./sources.ts";
import { keySettingsOf } from "../core/key-words.ts";
import { oidcOf } from "./oidc.ts";
import { faultRedis, redisOf } from "./redis.ts";
import { Secret } from "../core/secret.ts";
import { readTree, type Tree, type TreeInput } from "./tree.ts";
import type { Config, ConfigKey, DatabaseConfig, ProxyConfig } from "./types.ts";

/** The sources of a configuration. */
export interface ConfigInput extends TreeInput, Shelf {
  /** Unix milliseconds: models whose vendor has ended them are not served unless listed. */
  readonly now: number;
  /** A channel may name no models. */
  readonly modelsMayBeMissing?: boolean;
  /** The log goes to a terminal: what `logs.format: auto` asks. */
  readonly terminal: boolean;
}

/** The whole configuration. Throws `ConfigError` with every fault at once. */
export async function readConfig(input: ConfigInput): Promise<Config> {
  const tree = await readTree(input);
  const { faults, value } = tree;
  findNotYet(value, faults);
  // A file may have 100,000 keys, which a compiled schema reads in half the time.
  const once = tree.text === undefined;
  const written = readWith(fileSchema, value, { faults, at: [], elsewhere, once });
  const { providers, env, now, modelsMayBeMissing = false } = input;
  const listed = valueAt(value, ["channels"]);
  const loaded = await loadFor(listed, env, input);
  const rates = written?.money.rates ?? {};
  const files = input;
  const texts = tree.text === undefined ? [] : [tree.text];
  const kept = { ...files, readFile: keepingTexts(files.readFile, texts) };
  const prices = await readPriceList(pricesFileOf(value), { files: kept, providers, faults });
  const markup = written?.money.markup;
  const terms = { now, rates, prices: prices.map(({ price }) => price), markup };
  const sources = { providers, loaded, env, ...terms, faults, modelsMayBeMissing, files };
  const declared = resolveChannels(listed, sources);
  const channels = declared.map(({ channel }) => channel);
  const settings = written && withManuals(written, channels, providers);
  if (settings !== undefined) {
    faultRepeatedKeys(settings, faults);
    faultImages(settings.images, env, faults);
    faultRedis(settings.redis, faults);
    faultOwners(settings, faults);
    faultTargets(settings.notices, faults);
    if (!faults.touches(["channels"])) faultAliasesOfAliases(settings, modelsOf(channels), faults);
  }
  if (settings === undefined || faults.found) throw new ConfigError(faults.list());
  const models = modelsOf(channels);
  const aliases = Object.keys(settings.aliases);
  const retired = await retiredCards({ models, aliases, now }, input);
  const config = assemble(settings, channels, tree, input);
  const { policy } = settings;
  const names = { aliases: config.aliases, defaultModel: config.defaultModel };
  const served = { channels, ...names, retired, policy: config.policy };
  const { aliases: listedAliases = {}, default_model: defaultModel } = written ?? {};
  const ownNames = { aliases: aliasesOf(listedAliases), defaultModel, policy };
  const named = declaredNames(value, { ...names, policy }, faults);
  const read = { sources, declared, served, listed: ownNames, declaredNames: named, prices };
  const entries = entryReader(read, input);
  const shown = shownSettings(value, written, faults);
  return { ...config, fileHash: digestOf(texts), shown, retired, entries };
}

function keepingTexts(readFile: TreeInput["readFile"], texts: string[]): TreeInput["readFile"] {
  return (path) => {
    const text = readFile(path);
    texts.push(text);
    return text;
  };
}

function digestOf(texts: readonly string[]): string | null {
  if (texts.length === 0) return null;
  return createHash("sha256").update(texts.join("\0")).digest("hex");
}

function modelsOf(channels: readonly Channel[]): string[] {
  return channels.flatMap((channel) => channel.models.map((model) => model.name));
}

/** The name of the file of prices, although something else is at fault. */
function pricesFileOf(value: unknown): string | undefined {
  const name = valueAt(value, ["prices", "file"]);
  return typeof name === "string" && name !== "" ? name : undefined;
}

/**
 * The settings for a start on which only what is built in serves: it then serves the names in the examples of images
 * manuals too, under the rules of those models, and requests without a model.
 */
function withManuals(
  settings: FileSettings,
  channels: readonly Channel[],
  providers: ConfigInput["providers"],
): FileSettings {
  const lines = channels.map(({ provider }) => providers.find(({ id }) => id === provider.id));
  const isBare = settings.channels.length === 0 && lines.every((line) => line?.builtIn === true);
  const manuals = isBare ? lines.find((line) => line?.manuals !== undefined)?.manuals : undefined;
  if (manuals === undefined) return settings;
  const { names, model } = manuals;
  return {
    ...settings,
    aliases: { ...Object.fromEntries(names.map((name) => [name, model])), ...settings.aliases },
    default_model: settings.default_model ?? model,
  };
}

function assemble(
  settings: FileSettings,
  channels: readonly Channel[],
  { file, faults }: Tree,
  { cwd, env, terminal }: ConfigInput,
): Omit<Config, "fileHash" | "shown" | "retired" | "entries"> {
  const { server, policy, images, logs } = settings;
  const dataFolder = resolve(cwd, settings.data);
  const format = logs.format === "auto" ? (terminal ? "pretty" : "json") : logs.format;
  return {
    file,
    dataFolder,
    secret: settings.secret,
    secretPrevious: settings.secret_previous,
    adminToken: settings.admin_token,
    oidc: oidcOf(settings.oidc),
    server: {
      host: server.host,
      port: server.port,
      publicUrl: server.public_url,
      trustedProxies: server.trusted_proxies,
      cors: server.cors,
      requestTimeoutMs: server.request_timeout,
      readTimeoutMs: server.read_timeout,
      shutdownGraceMs: server.shutdown_grace,
      bodyBytesMax: server.body_bytes_max,
      heartbeatMs: server.heartbeat,
      interim102: server.interim_102,
      retryWindowMs: server.retry_window,
    },
    database: databaseOf(settings.database, dataFolder, cwd),
    images: imagesOf(images, { dataFolder, cwd, env }),
    redis: redisOf(settings.redis),
    keys: settings.keys.map((key, index) => keyOf(key, faults.placeOf(["keys", index]))),
    owners: ownersOf(settings, (path) => faults.placeOf(path)),
    channels,
    aliases: aliasesOf(settings.aliases),
    defaultModel: settings.default_model,
    policy: policyOf(policy),
    egress: {
      allowPrivate: settings.egress.allow_private,
      proxyFilters: settings.egress.proxy_filters,
    },
    noticeTargets: targetsOf(settings.notices),
    noticesAllowPrivate: settings.notices.allow_private,
    exposeChannel: settings.expose_channel,
    admission: {
      requestsMax: settings.admission.requests_max,
      bytesMax: settings.admission.bytes_max,
      eventLoopDelayMsMax: settings.admission.event_loop_delay_max,
    },
    correctionMaxNano: settings.money.correction_max,
    calendar: { timeZone: settings.money.time_zone, weekStarts: settings.money.week_starts },
    logs: { level: logs.level, format },
    traces: tracesOf(settings.traces),
    records: { retentionMs: settings.records.retention, promptsMs: settings.records.prompts },
    console: settings.console,
    metrics: { listen: settings.metrics.listen, token: settings.metrics.token },
    proxy: proxyOf(env),
  };
}

function aliasesOf(written: FileSettings["aliases"]): Config["aliases"] {
  return Object.fromEntries(
    Object.entries(written).map(([name, models]) => [name, [models].flat()]),
  );
}

function tracesOf({ endpoint, ...traces }: FileSettings["traces"]): Config["traces"] {
  return { ...traces, endpoint: endpoint === undefined ? undefined : `${endpoint}/v1/traces` };
}

function databaseOf(
  { url, pool, migrate }: FileSettings["database"],
  dataFolder: string,
  cwd: string,
): DatabaseConfig {
  const migrates = migrate === "start";
  if (url === undefined)
    return { kind: "sqlite", path: resolve(dataFolder, "pinhole.db"), migrates };
  if (!url.startsWith("sqlite:")) return { kind: "postgres", url: new Secret(url), pool, migrates };
  const path = url.slice("sqlite:".length);
  return { kind: "sqlite", path: path === ":memory:" ? path : resolve(cwd, path), migrates };
}

/** A key with the line that declares it, for those who want to change it elsewhere. */
function keyOf(key: FileSettings["keys"][number], place: Place | undefined): ConfigKey {
  return {
    ...keySettingsOf(key),
    id: key.id ?? key.name,
    key: key.key,
    declaredAt: placeName(place),
  };
}

function proxyOf(env: Environment): ProxyConfig {
  return {
    http: readVariable(env, ["http_proxy", "HTTP_PROXY"])?.value,
    https: readVariable(env, ["https_proxy", "HTTPS_PROXY"])?.value,
    bypass: readVariable(env, ["no_proxy", "NO_PROXY"])?.value,
  };
}

function faultRepeatedKeys(settings: FileSettings, faults: Faults): void {
  const names = new Set<string>();
  const ids = new Set<string>();
  const keys = new Set<string>();
  for (const [index, { id, name, key, budget }] of settings.keys.entries()) {
    const at = ["keys", index];
    faultRepeatedBudgets(budget, [...at, "budget"], faults);
    if (names.has(name)) {
      faults.add(
        [...at, "name"],
        `another key has the name \`${name}\` already; choose a different one`,
      );
    }
    if (keys.has(key.reveal())) {
      faults.add(
        [...at, "key"],
        `\`keys[${index}].key\` is the same as another key; make a new one`,
      );
    }
    if (ids.has(id ?? name)) {
      faults.add(
        [...at, id === undefined ? "name" : "id"],
        `another key has the id \`${id ?? name}\` already; choose a different one`,
      );
    }
    names.add(name);
    ids.add(id ?? name);
    keys.add(key.reveal());
  }
}
