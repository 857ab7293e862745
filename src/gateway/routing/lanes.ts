import type { Target } from "../../core/channel.ts";
import type { Catalog, CatalogEntry } from "../catalog/catalog.ts";
import type { ChannelState, ChannelStates } from "../channels/states.ts";
import { type WeightTree, createWeightTree } from "../channels/weight-tree.ts";

/** Targets that a request fits alike: the same card, price and narrowing. Fitting one of them fits all. */
export interface FitClass {
  readonly representative: Target;
}

/** One target's place among its equals. */
export interface LaneSpot {
  readonly target: Target;
  readonly state: ChannelState;
  readonly lane: Lane;
  readonly leaf: number;
}

/** Targets of one model, one priority and one fit class, to be drawn by weight. */
export interface Lane {
  readonly fitClass: FitClass;
  /** The place of its model among those of an alias; 0 for a model's own name. */
  readonly modelPlace: number;
  readonly priority: number;
  /** Weights of those that can be chosen now. */
  readonly tree: WeightTree;
  readonly spots: readonly LaneSpot[];
}

/** What could serve one name, arranged so that choosing touches only what it chooses. */
export interface EntryLanes {
  readonly classes: readonly FitClass[];
  readonly lanes: readonly Lane[];
  /** Ids of the providers that may serve it. */
  readonly providers: ReadonlySet<string>;
  /** The longest that one attempt at any of the targets may take, milliseconds. */
  readonly attemptMsMax: number;
  /** The longest prompt of a generation that all of them take. */
  readonly promptMax: number;
}

/** How an entry of the catalog in use is arranged. */
export type ArrangeLanes = (catalog: Catalog, entry: CatalogEntry) => EntryLanes;

/** Arranges a catalog's entries when they are first asked for; a new catalog begins anew. */
export function createLanes(states: ChannelStates, forget: () => void): ArrangeLanes {
  let arranged = new Map<string, EntryLanes>();
  let current: Catalog | undefined;
  return (catalog, entry) => {
    if (catalog !== current) {
      states.forgetSpots();
      forget();
      arranged = new Map();
      current = catalog;
    }
    const known = arranged.get(entry.name);
    if (known !== undefined) return known;
    const lanes = arrange(entry, states);
    arranged.set(entry.name, lanes);
    return lanes;
  };
}

interface LanePlan {
  readonly fitClass: FitClass;
  readonly modelPlace: number;
  readonly priority: number;
  readonly targets: Target[];
}

function arrange(entry: CatalogEntry, states: ChannelStates): EntryLanes {
  const classes = new Map<string, FitClass>();
  const plans = new Map<string, LanePlan>();
  const classKey = createClassKey();
  let attemptMsMax = 0;
  for (const target of entry.targets) {
    const { channel } = target;
    attemptMsMax = Math.max(attemptMsMax, channel.timeout.totalMs);
    const key = classKey(target);
    const fitClass = classes.get(key) ?? { representative: target };
    classes.set(key, fitClass);
    const modelPlace = entry.aliasOf?.indexOf(target.model.name) ?? 0;
    const laneKey = `${modelPlace} ${channel.priority} ${key}`;
    const plan = plans.get(laneKey) ?? {
      fitClass,
      modelPlace,
      priority: channel.priority,
      targets: [],
    };
    plan.targets.push(target);
    plans.set(laneKey, plan);
  }
  const lanes = [...plans.values()].map((plan) => openLane(plan, states));
  const providers = new Set(
    [...classes.values()].map(({ representative }) => representative.channel.provider.id),
  );
  const promptMax = promptMaxOf([...classes.values()]);
  return { classes: [...classes.values()], lanes, providers, attemptMsMax, promptMax };
}

function promptMaxOf(classes: readonly FitClass[]): number {
  let least = Infinity;
  for (const { representative } of classes) {
    const { card, model } = representative;
    for (const one of [card, model.named]) least = Math.min(least, one?.prompt_max ?? Infinity);
  }
  return least;
}

function openLane({ targets, ...plan }: LanePlan, states: ChannelStates): Lane {
  const tree = createWeightTree(targets.length);
  const spots: LaneSpot[] = [];
  const lane: Lane = { ...plan, tree, spots };
  for (const [leaf, target] of targets.entries()) {
    const { channel, model } = target;
    const state = states.of(channel);
    spots.push({ target, state, lane, leaf });
    state.watch({ tree, leaf, weight: channel.weight, model: model.upstream });
  }
  return lane;
}

/**
 * Names a target's fit class. Fitting looks at the card, the price, the provider and what the channel's
 * settings let through; secrets print alike, and no provider narrows by its address.
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
    const narrowing =
      provider.narrow === undefined ? "" : JSON.stringify({ ...settings, base_url: "" });
    const price = model.price === undefined ? "" : JSON.stringify(model.price);
    const { card, named, name, upstream } = model;
    // A retired model's warning says what runs in its place.
    const replaced = named === undefined ? "" : `${numberOf(named)} ${upstream}`;
    return [numberOf(provider), numberOf(card), name, replaced, price, narrowing].join(" ");
  };
}
