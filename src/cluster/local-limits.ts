import { type Bucket, createBucket } from "./bucket.ts";
import type { Claim, PartyUse, Refusal, WindowUse } from "./cluster.ts";
import { createSlidingWindow, type Piece, type SlidingWindow } from "./sliding-window.ts";
import { amountOf, spanOf, type WindowName, windowNames } from "./windows.ts";

/** The counts of one process. Times are of one clock that never goes back, milliseconds. */
export interface LocalLimits {
  /** The first limit that the request does not fit in; undefined: it fits. */
  refusal(claims: readonly Claim[], sharing: Sharing, now: number): Refusal | undefined;
  begin(claims: readonly Claim[], now: number): void;
  /** `images`: those that count of a request that began then. */
  end(claims: readonly Claim[], images: number, begunAt: number, now: number): void;
  cancel(claims: readonly Claim[], begunAt: number): void;
  view(claim: Claim, nodes: number, now: number): PartyUse;
  /** From now on the nodes count together: parts of limits are forgotten. */
  forgetParts(): void;
  /** All that counts now. */
  counts(now: number): Generator<LocalCount>;
}

/** The way in which nodes share limits that they do not count together. */
export interface Sharing {
  readonly nodes: number;
  /** The use of a window by all nodes, as far as this one knows. */
  readonly used: (claim: Claim, name: WindowName) => number;
}

/** The sharing of a process that is alone. */
export const unshared: Sharing = { nodes: 1, used: () => 0 };

/** One window's counts of one party. */
export interface LocalCount {
  readonly party: string;
  readonly name: WindowName;
  readonly pieces: readonly Piece[];
}

interface PartyState {
  readonly windows: Readonly<Record<WindowName, SlidingWindow>>;
  readonly buckets: Partial<Record<WindowName, Bucket>>;
  inFlight: number;
}

/** Counts that begin at zero. */
export function createLocalLimits(): LocalLimits {
  return new Counts();
}

class Counts implements LocalLimits {
  readonly #states = new Map<string, PartyState>();

  refusal(claims: readonly Claim[], sharing: Sharing, now: number): Refusal | undefined {
    for (const claim of claims) {
      const found = refusalOf(this.#of(claim.party), claim, sharing, now);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  begin(claims: readonly Claim[], now: number): void {
    for (const { party, images } of claims) {
      const state = this.#of(party);
      state.inFlight += 1;
      for (const name of windowNames) take(state, name, amountOf(name, images), now);
    }
  }

  end(claims: readonly Claim[], counted: number, begunAt: number, now: number): void {
    for (const { party, images } of claims) {
      const state = this.#of(party);
      state.inFlight -= 1;
      for (const name of ["ipm", "ipd"] as const) {
        if (counted <= images) giveBack(state, name, images - counted, begunAt);
        // Tried again after a failure that may have been billed, a request may cost more than it asked for.
        else take(state, name, counted - images, now);
      }
    }
  }

  cancel(claims: readonly Claim[], begunAt: number): void {
    for (const { party, images } of claims) {
      const state = this.#of(party);
      state.inFlight -= 1;
      for (const name of windowNames) giveBack(state, name, amountOf(name, images), begunAt);
    }
  }

  view({ party, limits }: Claim, nodes: number, now: number): PartyUse {
    const { windows } = this.#of(party);
    const use = (name: WindowName): WindowUse | undefined => {
      const limit = limits[name];
      if (limit === null) return undefined;
      const used = windows[name].used(now);
      // Of the other nodes' parts nobody knows how much is left.
      const others = nodes === 1 ? 0 : limit - Math.ceil(limit / nodes);
      return { used: used + others, resetMs: windows[name].resetMs(now) };
    };
    return { rpm: use("rpm"), ipm: use("ipm"), ipd: use("ipd") };
  }

  forgetParts(): void {
    for (const { buckets } of this.#states.values())
      for (const name of windowNames) delete buckets[name];
  }

  *counts(now: number): Generator<LocalCount> {
    for (const [party, { windows }] of this.#states) {
      for (const name of windowNames) {
        const pieces = windows[name].pieces(now);
        if (pieces.length > 0) yield { party, name, pieces };
      }
    }
  }

  #of(party: string): PartyState {
    const known = this.#states.get(party);
    if (known !== undefined) return known;
    const state: PartyState = {
      windows: {
        rpm: createSlidingWindow(spanOf.rpm),
        ipm: createSlidingWindow(spanOf.ipm),
        ipd: createSlidingWindow(spanOf.ipd),
      },
      buckets: {},
      inFlight: 0,
    };
    this.#states.set(party, state);
    return state;
  }
}

function take({ windows, buckets }: PartyState, name: WindowName, amount: number, now: number) {
  windows[name].take(amount, now);
  buckets[name]?.take(amount);
}

function giveBack(state: PartyState, name: WindowName, amount: number, takenAt: number): void {
  state.windows[name].giveBack(amount, takenAt);
  state.buckets[name]?.take(-amount);
}

/** The limit that refuses for the longest, concurrency before all others: nobody knows for how long that is. */
function refusalOf(
  state: PartyState,
  claim: Claim,
  sharing: Sharing,
  now: number,
): Refusal | undefined {
  const { concurrency } = claim.limits;
  if (
    concurrency !== null &&
    state.inFlight >= Math.max(1, Math.floor(concurrency / sharing.nodes))
  )
    return { claim, limit: "concurrency", waitMs: undefined };
  let longest: { readonly limit: WindowName; readonly waitMs: number } | undefined;
  for (const limit of windowNames) {
    const waitMs = windowWaitMs(state, claim, limit, sharing, now);
    if (waitMs > (longest?.waitMs ?? 0)) longest = { limit, waitMs };
  }
  return longest && { claim, ...longest };
}

/** Milliseconds until a claim fits into one window. */
function windowWaitMs(
  state: PartyState,
  claim: Claim,
  name: WindowName,
  { nodes, used }: Sharing,
  now: number,
): number {
  const limit = claim.limits[name];
  if (limit === null) return 0;
  const amount = amountOf(name, claim.images);
  const { windowMs } = spanOf[name];
  const window = state.windows[name];
  if (nodes === 1) return window.waitMs(amount, limit, now) ?? windowMs;
  const share = limit / nodes;
  // In no window more than the next whole number, so that what has piled up is not done at once.
  const most = Math.min(limit, Math.max(Math.ceil(share), amount));
  // It begins with what is left: of this node's part, and of what all of them had together.
  state.buckets[name] ??= createBucket(
    Math.max(0, Math.min(share - window.used(now), (limit - used(claim, name)) / nodes)),
    now,
  );
  return Math.max(
    window.waitMs(amount, most, now) ?? windowMs,
    state.buckets[name].waitMs(amount, share, windowMs, now),
  );
}
