import type { FittedRequest } from "../../core/request.ts";
import type { Lease, Wanted } from "../channels/lease.ts";
import type { LaneSpot } from "./lanes.ts";
import type { Plan } from "../fit/terms.ts";
import type { Rank } from "./rank.ts";
import { Tried } from "./tried.ts";

/** A target that has been chosen for one attempt, with the right to make it. */
export interface Chosen {
  readonly plan: Plan;
  readonly spot: LaneSpot;
  readonly lease: Lease;
}

/** What one request could be served by, best first. Fitted once for each class of targets. */
export interface Ranking {
  readonly ranks: readonly Rank[];
  /** What the plans leave open, where requests that differ only in their words share them. */
  readonly words: Words | undefined;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** What tells requests apart that are fitted alike. */
export type Words = Pick<FittedRequest, "prompt" | "user">;

/** Targets looked at where none can be chosen at once: for a queue, a last resort, or when to come back. */
const looksMax = 64;

/** What choosing came to: a target that can begin, or one to wait for. */
export type Choice = { readonly chosen: Chosen } | { readonly wait: Drawn };

export interface ChooseOptions {
  /** Images that the call is to make. */
  readonly images: number;
  /** Unix milliseconds. */
  readonly now: number;
  /** How long the call may wait for room; 0: not at all. */
  readonly waitMsMax: number;
}

/**
 * The best target that has not been tried: by rank, and by weight within a rank. One that can begin
 * at once is better than waiting, but where the operator gave a channel a queue, its rank is waited
 * for before lower ones are used. With nothing left, a call that has tried nothing takes a cooling
 * target: the last one of a model is never ejected. Undefined: all are tried, cooling or full.
 */
export function choose(ranking: Ranking, tried: Tried, options: ChooseOptions): Choice | undefined {
  for (const rank of ranking.ranks) {
    const chosen = chooseInRank(ranking, rank, tried, options.images);
    if (chosen !== undefined) return { chosen };
    const queue = findQueue(someSpots(ranking, [rank], tried), tried, options, 0);
    if (queue !== undefined) return { wait: queue };
  }
  const queue = findQueue(someSpots(ranking, ranking.ranks, tried), tried, options, queueDefault);
  if (queue !== undefined) return { wait: queue };
  const chosen = !tried.isEmpty ? undefined : lastResort(ranking, tried, options);
  return chosen === undefined ? undefined : { chosen };
}

function chooseInRank(
  ranking: Ranking,
  rank: Rank,
  tried: Tried,
  images: number,
): Chosen | undefined {
  let full: Set<LaneSpot> | undefined;
  for (let looks = 0; looks < looksMax; looks += 1) {
    const drawn =
      full === undefined && tried.isEmpty
        ? drawFrom(ranking, rank)
        : drawWithout(ranking, rank, [...tried.spots, ...(full ?? [])]);
    if (drawn === undefined) return undefined;
    const lease = drawn.spot.state.acquire(wantedOf(drawn, tried, images));
    if (lease !== undefined) return chosenOf(ranking, drawn, lease);
    // It has room for something, but not for this, or no credential that is new to this call.
    (full ??= new Set()).add(drawn.spot);
  }
  return undefined;
}

/** The class's plan, for this very target and in this request's words. */
function chosenOf({ words }: Ranking, { plan, spot }: Drawn, lease: Lease): Chosen {
  const { inputs, options, output, warnings } = plan;
  const request = words === undefined ? plan.request : inWords(plan.request, words);
  const { target } = spot;
  const perCall = perCallOf(plan, spot);
  return { plan: { target, request, inputs, perCall, options, output, warnings }, spot, lease };
}

function inWords(request: Plan["request"], { prompt, user }: Words): Plan["request"] {
  return { ...request, prompt, user: request.user === undefined ? undefined : user };
}

/** A call for more images than the channel takes in a minute could never begin. */
function perCallOf(plan: Plan, spot: LaneSpot): number {
  return Math.min(plan.perCall, spot.state.channel.limits.ipm ?? plan.perCall);
}

/** A target and what the request becomes on it, not yet with the right to use it. */
export interface Drawn {
  readonly plan: Plan;
  readonly spot: LaneSpot;
}

/** Draws by weight among those that can be chosen, less some that are taken out for the moment. */
function drawWithout(
  ranking: Ranking,
  rank: Rank,
  without: readonly LaneSpot[],
): Drawn | undefined {
  const kept: { readonly spot: LaneSpot; readonly weight: number }[] = [];
  for (const spot of without) {
    kept.push({ spot, weight: spot.lane.tree.get(spot.leaf) });
    spot.lane.tree.set(spot.leaf, 0);
  }
  const drawn = drawFrom(ranking, rank);
  // In reverse, since one that stands in the list twice was 0 the second time.
  for (const { spot, weight } of kept.toReversed()) spot.lane.tree.set(spot.leaf, weight);
  return drawn;
}

function drawFrom(ranking: Ranking, rank: Rank): Drawn | undefined {
  let total = 0;
  for (const { lane } of rank.lanes) total += lane.tree.total();
  if (total <= 0) return undefined;
  let point = ranking.random() * total;
  for (const { lane, plan } of rank.lanes) {
    const size = lane.tree.total();
    const leaf = size > 0 && point < size ? lane.tree.find(point) : undefined;
    const spot = leaf === undefined ? undefined : lane.spots[leaf];
    if (spot !== undefined) return { spot, plan };
    point -= size;
  }
  return undefined;
}

function wantedOf({ plan, spot }: Drawn, tried: Tried, images: number): Wanted {
  return {
    model: spot.target.model.upstream,
    images: Math.min(images, perCallOf(plan, spot)),
    triedCredentials: tried.credentials(spot.target.channel.id),
  };
}

/** Calls that may wait for a channel whose queue the operator did not size, and only where no other target can begin. */
const queueDefault = 8;

/** A healthy target that is full, whose queue has a place, and that will have room in time. */
function findQueue(
  spots: Iterable<Drawn>,
  tried: Tried,
  options: ChooseOptions,
  unsized: number,
): Drawn | undefined {
  const { now, waitMsMax } = options;
  if (waitMsMax <= 0) return undefined;
  for (const drawn of spots) {
    const { state } = drawn.spot;
    const { model, images } = wantedOf(drawn, tried, options.images);
    if (state.healthyAt(model, now) > now) continue;
    if (state.waiting >= (state.channel.limits.queue ?? unsized)) continue;
    const roomAt = state.room.readyAt(images, now);
    // Room at an unknown time: when one of those in flight ends.
    if (roomAt === Infinity ? state.room.inFlight === 0 : roomAt - now > waitMsMax) continue;
    return drawn;
  }
  return undefined;
}

/** Waits for room where `choose` said so. Undefined: there was none in time, or the channel cools. */
export async function waitFor(
  ranking: Ranking,
  drawn: Drawn,
  tried: Tried,
  images: number,
  until: number,
  signal: AbortSignal,
): Promise<Chosen | undefined> {
  const lease = await drawn.spot.state.wait(wantedOf(drawn, tried, images), until, signal);
  return lease === undefined ? undefined : chosenOf(ranking, drawn, lease);
}

/** Where all cool, the one that will be healthy first is used all the same. */
function lastResort(
  ranking: Ranking,
  tried: Tried,
  { images, now }: ChooseOptions,
): Chosen | undefined {
  const found = [...someSpots(ranking, ranking.ranks, tried)].toSorted(
    (a, b) => healthyAt(a, now) - healthyAt(b, now),
  );
  for (const drawn of found) {
    const lease = drawn.spot.state.acquire(wantedOf(drawn, tried, images), true);
    if (lease !== undefined) return chosenOf(ranking, drawn, lease);
  }
  return undefined;
}

function healthyAt({ spot }: Drawn, now: number): number {
  return spot.state.healthyAt(spot.target.model.upstream, now);
}

/** Milliseconds until a target may have room and health again; at least a second. */
export function comeBackMs(ranking: Ranking, images: number, now: number): number {
  let soonest = Infinity;
  const none = new Tried();
  for (const drawn of someSpots(ranking, ranking.ranks, none)) {
    const { images: asked } = wantedOf(drawn, none, images);
    const roomAt = drawn.spot.state.room.readyAt(asked, now);
    soonest = Math.min(soonest, Math.max(roomAt, healthyAt(drawn, now)));
  }
  return soonest === Infinity ? 1000 : Math.max(1000, soonest - now);
}

/** Untried targets, best ranks first: all where they are few, else as many as may be looked at from a place at random. */
function* someSpots(
  ranking: Ranking,
  ranks: readonly Rank[],
  tried: Tried,
): Generator<Drawn, void, void> {
  let looks = 0;
  for (const { lanes } of ranks) {
    for (const { lane, plan } of lanes) {
      const { spots } = lane;
      const from = Math.floor(ranking.random() * spots.length);
      for (let step = 0; step < spots.length && looks < looksMax; step += 1) {
        const spot = spots[(from + step) % spots.length];
        looks += 1;
        if (spot !== undefined && !tried.has(spot)) yield { spot, plan };
      }
    }
  }
}
