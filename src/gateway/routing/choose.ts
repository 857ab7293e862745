import type { Lease, Wanted } from "../channels/lease.ts";
import type { Waiting } from "../channels/queue.ts";
import type { GroupedTarget } from "./target-groups.ts";
import type { Plan } from "../fit/terms.ts";
import type { PassedOver, Route, Words } from "./terms.ts";
import type { Tier } from "./tiers.ts";
import { Tried } from "./tried.ts";

/** A target that has been chosen for one attempt, with the right to make it. */
export interface Chosen {
  readonly plan: Plan;
  readonly member: GroupedTarget;
  readonly lease: Lease;
  /** Targets that would have come first and could not begin; undefined: there were none. */
  readonly passedOver?: readonly PassedOver[] | undefined;
}

/** A target with the request's plan on it, not yet with the right to use it. */
export interface Candidate {
  readonly plan: Plan;
  readonly member: GroupedTarget;
}

/** The most targets looked at where none can be chosen at once: for a queue, a last resort, or when to come back. */
const looksMax = 64;

/** The result of choosing: a target that can begin, or one to wait for. */
export type Choice = { readonly chosen: Chosen } | { readonly wait: Candidate };

export interface ChooseOptions {
  /** Images that the call is to make. */
  readonly images: number;
  /** Unix milliseconds. */
  readonly now: number;
  /** The time for which the call may wait for room; 0: not at all. */
  readonly waitMsMax: number;
}

/**
 * The best target that has not been tried: by tier, and by weight within a tier. One that can begin
 * at once is better than waiting, but where the operator gave a channel a queue, its tier is waited
 * for before lower ones are used. With nothing left, a call that has tried nothing takes a cooling
 * target: the last one of a model is never ejected. Undefined: all are tried, cooling or full.
 */
export function choose(route: Route, tried: Tried, options: ChooseOptions): Choice | undefined {
  for (const tier of route.tiers) {
    const chosen = chooseInTier(route, tier, tried, options.images);
    if (chosen !== undefined) return { chosen };
    const queue = findQueue(someCandidates(route, [tier], tried), tried, options, 0);
    if (queue !== undefined) return { wait: queue };
  }
  const queue = findQueue(someCandidates(route, route.tiers, tried), tried, options, queueDefault);
  if (queue !== undefined) return { wait: queue };
  const chosen = !tried.isEmpty ? undefined : lastResort(route, tried, options);
  return chosen === undefined ? undefined : { chosen };
}

function chooseInTier(route: Route, tier: Tier, tried: Tried, images: number): Chosen | undefined {
  let full: Set<GroupedTarget> | undefined;
  for (let looks = 0; looks < looksMax; looks += 1) {
    const candidate =
      full === undefined && tried.isEmpty
        ? drawFrom(route, tier)
        : drawWithout(route, tier, [...tried.members, ...(full ?? [])]);
    if (candidate === undefined) return undefined;
    const lease = candidate.member.state.acquire(wantedOf(candidate, tried, images));
    if (lease !== undefined) return chosenOf(route, candidate, lease);
    // It has room for something, but not for this, or no credential that is new to this call.
    (full ??= new Set()).add(candidate.member);
  }
  return undefined;
}

/** The candidate with its lease, its plan made out to this very target in this request's words. */
function chosenOf({ words }: Route, { plan, member }: Candidate, lease: Lease): Chosen {
  const { inputs, options, output, warnings } = plan;
  const request = words === undefined ? plan.request : inWords(plan.request, words);
  const { target } = member;
  const perCall = perCallOf(plan, member);
  return { plan: { target, request, inputs, perCall, options, output, warnings }, member, lease };
}

function inWords(request: Plan["request"], { prompt, user }: Words): Plan["request"] {
  return { ...request, prompt, user: request.user === undefined ? undefined : user };
}

/** Images that one call asks for there: one for more than the channel takes in a minute could never begin. */
function perCallOf(plan: Plan, member: GroupedTarget): number {
  return Math.min(plan.perCall, member.state.channel.limits.ipm ?? plan.perCall);
}

/** Draws a target by weight among those that can be chosen, less some that are taken out for the moment. */
function drawWithout(
  route: Route,
  tier: Tier,
  without: readonly GroupedTarget[],
): Candidate | undefined {
  const removed: { readonly member: GroupedTarget; readonly weight: number }[] = [];
  for (const member of without) {
    removed.push({ member, weight: member.group.tree.get(member.leaf) });
    member.group.tree.set(member.leaf, 0);
  }
  const candidate = drawFrom(route, tier);
  // In reverse, since one that stands in the list twice was 0 the second time.
  for (const { member, weight } of removed.toReversed()) member.group.tree.set(member.leaf, weight);
  return candidate;
}

function drawFrom(route: Route, tier: Tier): Candidate | undefined {
  let total = 0;
  for (const { group } of tier.groups) total += group.tree.total();
  if (total <= 0) return undefined;
  let point = route.random() * total;
  for (const { group, plan } of tier.groups) {
    const size = group.tree.total();
    const leaf = size > 0 && point < size ? group.tree.find(point) : undefined;
    const member = leaf === undefined ? undefined : group.members[leaf];
    if (member !== undefined) return { member, plan };
    point -= size;
  }
  return undefined;
}

function wantedOf({ plan, member }: Candidate, tried: Tried, images: number): Wanted {
  return {
    model: member.target.model.upstream,
    images: Math.min(images, perCallOf(plan, member)),
    triedCredentials: tried.credentials(member.target.channel.id),
  };
}

/** Calls that may wait for a channel whose queue the operator did not size, and only where no other target can begin. */
const queueDefault = 8;

/** A healthy target that is full, whose queue has a place, and that will have room in time. */
function findQueue(
  candidates: Iterable<Candidate>,
  tried: Tried,
  options: ChooseOptions,
  unsized: number,
): Candidate | undefined {
  const { now, waitMsMax } = options;
  if (waitMsMax <= 0) return undefined;
  for (const candidate of candidates) {
    const { state } = candidate.member;
    const { model, images } = wantedOf(candidate, tried, options.images);
    if (state.healthyAt(model, now) > now) continue;
    if (state.waiting >= (state.channel.limits.queue ?? unsized)) continue;
    const roomAt = state.room.readyAt(images, now);
    // Room at an unknown time: when one of those in flight ends.
    if (roomAt === Infinity ? state.room.inFlight === 0 : roomAt - now > waitMsMax) continue;
    return candidate;
  }
  return undefined;
}

/** Waits for room where `choose` said so. Undefined: there was none in time, or the channel cools. */
export async function waitFor(
  route: Route,
  candidate: Candidate,
  tried: Tried,
  images: number,
  waiting: Waiting,
): Promise<Chosen | undefined> {
  const lease = await candidate.member.state.wait(wantedOf(candidate, tried, images), waiting);
  return lease === undefined ? undefined : chosenOf(route, candidate, lease);
}

/** Takes the target that will be healthy first, though all cool. */
function lastResort(
  route: Route,
  tried: Tried,
  { images, now }: ChooseOptions,
): Chosen | undefined {
  const found = [...someCandidates(route, route.tiers, tried)].toSorted(
    (a, b) => healthyAt(a, now) - healthyAt(b, now),
  );
  for (const candidate of found) {
    const lease = candidate.member.state.acquire(wantedOf(candidate, tried, images), true);
    if (lease !== undefined) return chosenOf(route, candidate, lease);
  }
  return undefined;
}

function healthyAt({ member }: Candidate, now: number): number {
  return member.state.healthyAt(member.target.model.upstream, now);
}

/** Milliseconds until a target may have room and health again; at least a second. */
export function comeBackMs(route: Route, images: number, now: number): number {
  let soonest = Infinity;
  const none = new Tried();
  for (const candidate of someCandidates(route, route.tiers, none)) {
    const { images: asked } = wantedOf(candidate, none, images);
    const roomAt = candidate.member.state.room.readyAt(asked, now);
    soonest = Math.min(soonest, Math.max(roomAt, healthyAt(candidate, now)));
  }
  return soonest === Infinity ? 1000 : Math.max(1000, soonest - now);
}

/** Untried targets, best tiers first: all where they are few, else as many as may be looked at from a place at random. */
function* someCandidates(
  route: Route,
  tiers: readonly Tier[],
  tried: Tried,
): Generator<Candidate, void, void> {
  let looks = 0;
  for (const { groups } of tiers) {
    for (const { group, plan } of groups) {
      const { members } = group;
      const from = Math.floor(route.random() * members.length);
      for (let step = 0; step < members.length && looks < looksMax; step += 1) {
        const member = members[(from + step) % members.length];
        looks += 1;
        if (member !== undefined && !tried.has(member)) yield { member, plan };
      }
    }
  }
}
