import type { Channel, ChannelModel } from "../core/channel.ts";
import type { ModelCard } from "../core/model-card.ts";
import type { Provider } from "../core/provider.ts";
import { indexCards } from "../core/cards.ts";
import { channelSchema, type ChannelSettings, modelSchema } from "./sections/channel.ts";
import { findProvider, resolveCredentials } from "./credentials.ts";
import { isRecord } from "./document.ts";
import type { Faults, Path } from "./faults.ts";
import { readWith, type Reading } from "./issues.ts";
import { currentModels, resolveModel, type ModelSources } from "./models.ts";
import { type Environment, readVariable } from "./sources.ts";

/** What channels are made from. */
export interface ChannelSources {
  readonly providers: readonly Provider[];
  readonly env: Environment;
  /** Unix milliseconds. */
  readonly now: number;
  readonly faults: Faults;
}

/**
 * All channels: those of the file; one for each provider whose variable is set and that the file does
 * not name; and the built-in ones, where the file lists none.
 */
export function resolveChannels(listed: unknown, sources: ChannelSources): Channel[] {
  const entries: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const cards = indexCards(sources.providers);
  const channels = entries.flatMap((entry, index) => {
    const channel = fromFile(entry, ["channels", index], sources, cards);
    return channel === undefined ? [] : [channel];
  });
  faultRepeatedIds(entries, sources.faults);
  const named = new Set(entries.map((entry) => (isRecord(entry) ? entry["provider"] : undefined)));
  for (const provider of sources.providers) {
    if (named.has(provider.id)) continue;
    const made = fromEnvironment(provider, sources, cards, channels);
    if (made !== undefined) channels.push(made);
  }
  if (entries.length > 0) return channels;
  const builtIn = sources.providers.filter((provider) => provider.builtIn === true);
  return [...channels, ...builtIn.map((provider) => fromNothing(provider, sources, cards))];
}

function fromFile(
  entry: unknown,
  at: Path,
  sources: ChannelSources,
  cards: ReadonlyMap<string, ModelCard>,
): Channel | undefined {
  const reading: Reading = { faults: sources.faults, at };
  if (!isRecord(entry)) return undefined;
  // Each part is read although another is at fault, so that all faults are told at once.
  const written = readWith(channelSchema, entry, reading);
  const provider = findProvider(entry["provider"], sources.providers, reading);
  if (provider === undefined) return undefined;
  const settings = entry["settings"] ?? {};
  const credentials = isRecord(settings)
    ? resolveCredentials(provider, settings, { ...reading, at: [...at, "settings"] })
    : [];
  const models = listedModels(entry["models"], { provider, cards, now: sources.now }, reading);
  if (written === undefined) return undefined;
  return channelOf(provider, written, credentials, models);
}

function listedModels(listed: unknown, sources: ModelSources, reading: Reading): ChannelModel[] {
  const { faults } = reading;
  const at = [...reading.at, "models"];
  if (listed === undefined) {
    const current = currentModels(sources);
    if (current.length === 0) {
      const { name } = sources.provider;
      faults.add(at, `\`models\` is missing; list those that this ${name} serves`);
    }
    return current;
  }
  const names = new Set<string>();
  const entries: readonly unknown[] = Array.isArray(listed) ? listed : [];
  return entries.flatMap((entry, index) => {
    const place = { ...reading, at: [...at, index] };
    const written = readWith(modelSchema, entry, place);
    if (written === undefined) return [];
    const name = typeof written === "string" ? written : written.name;
    if (names.has(name)) {
      faults.add(place.at, `the channel lists \`${name}\` twice; remove one`);
      return [];
    }
    names.add(name);
    const model = resolveModel(written, sources, place);
    return model === undefined ? [] : [model];
  });
}

function channelOf(
  provider: Provider,
  written: ChannelSettings,
  credentials: Channel["credentials"],
  models: readonly ChannelModel[],
): Channel {
  const { limits, timeout } = written;
  return {
    id: written.id,
    provider,
    credentials,
    models,
    priority: written.priority,
    weight: written.weight,
    enabled: written.enabled,
    retryUnknown: written.retry_unknown,
    limits: {
      concurrency: limits.concurrency,
      rpm: limits.rpm,
      ipm: limits.ipm,
      queue: limits.queue,
    },
    timeout: {
      connectMs: timeout.connect,
      firstByteMs: timeout.first_byte,
      totalMs: timeout.total,
    },
  };
}

function fromEnvironment(
  provider: Provider,
  sources: ChannelSources,
  cards: ReadonlyMap<string, ModelCard>,
  others: readonly Channel[],
): Channel | undefined {
  const { environment } = provider;
  if (environment === undefined) return undefined;
  const variable = readVariable(sources.env, [environment.variable]);
  if (variable === undefined) return undefined;
  const credentials = resolveCredentials(
    provider,
    { [environment.setting]: variable.value },
    {
      faults: sources.faults,
      at: [variable.name],
      renamed: { from: environment.setting, to: [] },
      secret: true,
    },
  );
  const taken = others.some((channel) => channel.id === provider.id);
  const id = taken ? `${provider.id}-environment` : provider.id;
  const written = channelSchema.parse({ id, provider: provider.id });
  const models = currentModels({ provider, cards, now: sources.now });
  return channelOf(provider, written, credentials, models);
}

function fromNothing(
  provider: Provider,
  sources: ChannelSources,
  cards: ReadonlyMap<string, ModelCard>,
): Channel {
  const written = channelSchema.parse({ id: provider.id, provider: provider.id });
  const reading: Reading = { faults: sources.faults, at: [provider.id] };
  const credentials = resolveCredentials(provider, {}, reading);
  const models = currentModels({ provider, cards, now: sources.now });
  return channelOf(provider, written, credentials, models);
}

function faultRepeatedIds(entries: readonly unknown[], faults: Faults): void {
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const id = isRecord(entry) ? entry["id"] : undefined;
    if (typeof id !== "string") continue;
    if (seen.has(id)) {
      faults.add(
        ["channels", index, "id"],
        `another channel has the id \`${id}\` already; choose a different one`,
      );
    }
    seen.add(id);
  }
}
