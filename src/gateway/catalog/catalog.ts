import type { Channel, ChannelModel, Target } from "../../core/channel.ts";
import { PinholeError } from "../../core/errors.ts";
import type { ModelCard } from "../../core/model-card.ts";
import type { Narrowing } from "../../core/narrowing.ts";
import { narrowingOf } from "./serving.ts";

/** One name a client may send, and what could serve it, best first. */
export interface CatalogEntry {
  readonly name: string;
  readonly targets: readonly Target[];
  /** The models an alias stands for, in order; undefined for a model's own name. */
  readonly aliasOf: readonly string[] | undefined;
}

/** The catalog of all that the gateway serves: built once from the configuration, read on every request. */
export interface Catalog {
  /** Throws model_not_found. */
  find(name: string): CatalogEntry;
  has(name: string): boolean;
  readonly entries: readonly CatalogEntry[];
}

/**
 * Builds what is served. `retired` are the cards of retired models by name; an alias that bears such
 * a name keeps to that model's rules, and with `successors` a name that nothing serves is served by
 * the model that its card names.
 */
export function buildCatalog(
  channels: readonly Channel[],
  aliases: Readonly<Record<string, readonly string[]>>,
  retired: ReadonlyMap<string, ModelCard> = new Map(),
  successors = false,
): Catalog {
  const byModel = new Map<string, Target[]>();
  for (const channel of channels) {
    if (!channel.enabled) continue;
    for (const model of channel.models) {
      const targets = byModel.get(model.name) ?? [];
      targets.push(targetOf(channel, model));
      byModel.set(model.name, targets);
    }
  }
  const entries = new Map<string, CatalogEntry>();
  for (const [name, targets] of byModel) {
    entries.set(name, { name, targets, aliasOf: undefined });
  }
  for (const [name, models] of Object.entries(aliases)) {
    const targets = models.flatMap((model) => byModel.get(model) ?? []);
    if (targets.length === 0) continue;
    const named = retired.get(name);
    entries.set(name, {
      name,
      targets: named === undefined ? targets : standIns(targets, named),
      aliasOf: models,
    });
  }
  if (successors) addSuccessors(entries, byModel, retired);
  return {
    entries: [...entries.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    has: (name) => entries.has(name),
    find(name) {
      const entry = entries.get(name);
      if (entry !== undefined) return entry;
      throw new PinholeError("model_not_found", {
        message: `The model \`${name.slice(0, 200)}\` does not exist or no channel serves it; GET /v1/models lists the names this key may use.`,
        param: "model",
      });
    },
  };
}

/** Entries for retired names that no channel and no alias serves but whose successor one does. */
function addSuccessors(
  entries: Map<string, CatalogEntry>,
  byModel: ReadonlyMap<string, readonly Target[]>,
  retired: ReadonlyMap<string, ModelCard>,
): void {
  for (const [name, card] of retired) {
    if (entries.has(name)) continue;
    const targets = successorTargets(card, byModel, retired);
    if (targets === undefined) continue;
    entries.set(name, { name, targets: standIns(targets, card), aliasOf: undefined });
  }
}

/** The targets of the first served model down the line of successors. A line cannot be longer than there are cards. */
function successorTargets(
  card: ModelCard,
  byModel: ReadonlyMap<string, readonly Target[]>,
  retired: ReadonlyMap<string, ModelCard>,
): readonly Target[] | undefined {
  let next = card.successor;
  for (let steps = 0; next !== undefined && steps < retired.size; steps += 1) {
    const targets = byModel.get(next);
    if (targets !== undefined) return targets;
    next = retired.get(next)?.successor;
  }
  return undefined;
}

/** The targets as they serve in place of a retired model. One that bears its name is that model itself. */
function standIns(targets: readonly Target[], named: ModelCard): Target[] {
  const own = new Set([named.name, ...named.also]);
  return targets.map((target) =>
    own.has(target.model.name) ? target : { ...target, model: { ...target.model, named } },
  );
}

/** A model on a channel, its card narrowed to what the adapter sends and the channel's settings let through. */
function targetOf(channel: Channel, model: ChannelModel): Target {
  const { provider } = channel;
  const [settings] = channel.credentials;
  const narrowing = narrowingOf({ channel });
  const sends = (field: string): boolean =>
    settings === undefined ||
    provider.sends === undefined ||
    provider.sends(field, { settings, model: model.upstream });
  const takes = (field: string): boolean =>
    sends(field) && (narrowing === undefined || narrowing.takes(field));
  const { card } = model;
  const isNarrow = narrowing !== undefined || provider.sends !== undefined;
  if (card === undefined || !isNarrow) return { channel, model, card, takes };
  const narrow = narrowCard(card, takes, narrowing);
  return {
    channel,
    model,
    card: sends("mask") ? narrow : { ...narrow, mask: undefined },
    takes,
  };
}

function narrowCard(
  card: ModelCard,
  takes: (field: string) => boolean,
  narrowing: Narrowing | undefined,
): ModelCard {
  const { imagesPerCall, mask } = narrowing ?? {};
  const hasMasks = mask !== undefined && card.operations.includes("edit");
  const openMask = hasMasks ? { polarity: mask, binary: false } : undefined;
  const withoutSize = {
    sizes: undefined,
    edit_sizes: undefined,
    size_rule: undefined,
    size_default: undefined,
    ratios: undefined,
    tiers: undefined,
  };
  return {
    ...card,
    ...(takes("size") ? {} : withoutSize),
    ...(takes("quality") ? {} : { qualities: undefined, quality_default: undefined }),
    ...(takes("style") ? {} : { styles: undefined }),
    // Empty where the model has them otherwise: it cannot be told to make opaque ones.
    ...(takes("background") || card.backgrounds === undefined ? {} : { backgrounds: [] }),
    format_parameter: card.format_parameter && takes("output_format"),
    compression_parameter: card.compression_parameter && takes("output_compression"),
    streaming: card.streaming && takes("stream"),
    parameters: card.parameters.filter((name) => takes(name)),
    mask: card.mask ?? openMask,
    n: Math.min(card.n, imagesPerCall ?? card.n),
    // What the channel does not let through cannot be refused by the vendor's own rules.
    strict: card.strict && takes("size") && takes("quality"),
  };
}
