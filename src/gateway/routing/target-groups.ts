import type { Target } from "../../core/channel.ts";
import { valueUnder } from "../../money/facts.ts";
import { changesOf } from "../../money/price-version.ts";
import { settingNames } from "../../money/settings.ts";
import type { Catalog, CatalogEntry } from "../catalog/catalog.ts";
import type { ChannelState, ChannelStates } from "../channels/states.ts";
import { type WeightTree, createWeightTree } from "../channels/weight-tree.ts";

/** Targets with the same card, price and narrowing: a request that is fitted to one of them fits all. */
export interface FitClass {
  readonly representative: Target;
}

/** A target as a member of its group, with its channel's state. */
export interface GroupedTarget {
  readonly target: Target;
  readonly state: ChannelState;
  readonly group: TargetGroup;
  /** The target's place in the group's tree of weights. */
  readonly leaf: number;
}

/** Targets of one model, one priority and one fit class, of which one is drawn by weight. */
export interface TargetGroup {
  readonly fitClass: FitClass;
  /** The place of its model among those of an alias; 0 for a model's own name. */
  readonly modelPlace: number;
  readonly priority: number;
  /** Weights of those that can be chosen now. */
  readonly tree: WeightTree;
  readonly members: readonly GroupedTarget[];
}

/** The targets of one catalog entry in groups, so that choosing touches only what it chooses. */
export interface EntryGroups {
  readonly classes: readonly FitClass[];
  readonly groups: readonly TargetGroup[];
  /** Ids of the providers that may serve the entry. */
  readonly providers: ReadonlySet<string>;
  /** The longest that one attempt at any of the targets may take, milliseconds. */
  readonly attemptMsMax: number;
  /** The longest prompt of a generation that all of them take. */
  readonly promptMax: number;
  /** The moments (Unix milliseconds) at which one of their prices changes, in order. */
  readonly priceChanges: readonly number[];
}

/** A function that gives an entry of the catalog in use its groups. */
export type GroupTargets = (catalog: Catalog, entry: CatalogEntry) => EntryGroups;

/** Groups a catalog's entries when they are first asked for; a new catalog begins anew, and `forget` is called. */
export function createTargetGroups(states: ChannelStates, forget: () => void): GroupTargets {
  let arranged = new Map<string, EntryGroups>();
  let current: Catalog | undefined;
  return (catalog, entry) => {
    if (catalog !== current) {
      states.forgetWeights();
      forget();
      arranged = new Map();
      current = catalog;
    }
    const known = arranged.get(entry.name);
    if (known !== undefined) return known;
    const groups = arrange(entry, states);
    arranged.set(entry.name, groups);
    return groups;
  };
}

/** A group whose targets are still being collected. */
interface GroupDraft {
  readonly fitClass: FitClass;
  readonly modelPlace: number;
  readonly priority: number;
  readonly targets: Target[];
}

function arrange(entry: CatalogEntry, states: ChannelStates): EntryGroups {
  const classes = new Map<string, FitClass>();
  const drafts = new Map<string, GroupDraft>();
  const classKey = createClassKey();
  let attemptMsMax = 0;
  for (const target of entry.targets) {
    const { channel } = target;
    attemptMsMax = Math.max(attemptMsMax, channel.timeout.totalMs);
    const key = classKey(target);
    const fitClass = classes.get(key) ?? { representative: target };
    classes.set(key, fitClass);
    const modelPlace = entry.aliasOf?.indexOf(target.model.name) ?? 0;
    const groupKey = `${modelPlace} ${channel.priority} ${key}`;
    const draft = drafts.get(groupKey) ?? {
      fitClass,
      modelPlace,
      priority: channel.priority,
      targets: [],
    };
    draft.targets.push(target);
    drafts.set(groupKey, draft);
  }
  const groups = [...drafts.values()].map((draft) => openGroup(draft, states));
  const providers = new Set(
    [...classes.values()].map(({ representative }) => representative.channel.provider.id),
  );
  const promptMax = promptMaxOf([...classes.values()]);
  const priceChanges = changesOf(entry.targets.map(({ model }) => model.price));
  return {
    classes: [...classes.values()],
    groups,
    providers,
    attemptMsMax,
    promptMax,
    priceChanges,
  };
}

function promptMaxOf(classes: readonly FitClass[]): number {
  let least = Infinity;
  for (const { representative } of classes) {
    const { card, model } = representative;
    for (const one of [card, model.named]) least = Math.min(least, one?.prompt_max ?? Infinity);
  }
  return least;
}

function openGroup({ targets, ...draft }: GroupDraft, states: ChannelStates): TargetGroup {
  const tree = createWeightTree(targets.length);
  const members: GroupedTarget[] = [];
  const group: TargetGroup = { ...draft, tree, members };
  for (const [leaf, target] of targets.entries()) {
    const { channel, model } = target;
    const state = states.of(channel);
    members.push({ target, state, group, leaf });
    state.watch({ tree, leaf, weight: channel.weight, model: model.upstream });
  }
  return group;
}

/**
 * Names a target's fit class. Fitting looks at the card, the price with the settings that it depends on, the provider
 * and what the channel's settings let through; secrets print alike, and no provider narrows by its address.
 */
function createClassKey(): (target: Target) => string {
  const numbers = new Map<unknown, number>();
  const numberOf = (value: unknown): number => {
    const known = numbers.get(value) ?? numbers.size;
    numbers.set(value, known);
    return known;
  };
  return ({ channel, model }) => {
    const { provider, credentials } = channel;
    const [settings] = credentials;
    const depends = provider.narrow !== undefined || provider.sends !== undefined;
    const narrowing = depends ? JSON.stringify({ ...settings, base_url: "" }) : "";
    const { card, named, name, upstream } = model;
    const sent = provider.sends === undefined ? "" : JSON.stringify(upstream);
    const isCards = model.price === card?.price && model.markup === undefined;
    const price = isCards ? "" : JSON.stringify([model.price, model.markup]);
    const priced = settingNames(model.price).map((setting) => valueUnder({ ...settings }, setting));
    // A retired model's warning says what runs in its place.
    const replaced = named === undefined ? "" : `${numberOf(named)} ${upstream}`;
    const settingsText = `${narrowing} ${sent} ${JSON.stringify(priced)}`;
    return [numberOf(provider), numberOf(card), name, replaced, price, settingsText].join(" ");
  };
}
