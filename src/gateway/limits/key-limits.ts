import { PinholeError } from "../../core/errors.ts";
import type { KeyLimits, KeyRecord } from "../../core/key.ts";
import { createSlidingWindow, day, minute, type SlidingWindow } from "./sliding-window.ts";

/** The standing of one limit of a key. */
export interface RateView {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until all of it is there again. */
  readonly resetMs: number;
}

/** The state of a key's limits: requests a minute, and the tighter of images a minute and a day. */
export interface KeyRates {
  /** Undefined where there is no such limit. */
  readonly requests: RateView | undefined;
  readonly images: RateView | undefined;
}

/** The limits of keys: requests and images in a minute, images in a day, requests at once. */
export interface KeyLimiter {
  /**
   * Does the work within the key's limits: one request of n images. Throws rate_limit_exceeded, which
   * costs nothing, and invalid_value for more images than could ever fit. The work says which images
   * count: those that were made or may have been billed, whatever becomes of the answer.
   */
  within<T>(
    key: KeyRecord,
    images: number,
    work: (spend: (images: number) => void) => Promise<T>,
  ): Promise<T>;
  view(key: KeyRecord): KeyRates;
}

interface KeyState {
  readonly requests: SlidingWindow;
  readonly imagesMinute: SlidingWindow;
  readonly imagesDay: SlidingWindow;
  inFlight: number;
}

/** The count of images of a key without limits. */
const uncounted = (): void => undefined;
const unlimited: KeyRates = { requests: undefined, images: undefined };

/** `now`: milliseconds that never go back. Counts live in this process and begin at zero with it. */
export function createKeyLimiter(now: () => number): KeyLimiter {
  const states = new Map<string, KeyState>();
  const stateOf = (id: string): KeyState => {
    const known = states.get(id);
    if (known !== undefined) return known;
    const state: KeyState = {
      requests: createSlidingWindow(minute),
      imagesMinute: createSlidingWindow(minute),
      imagesDay: createSlidingWindow(day),
      inFlight: 0,
    };
    states.set(id, state);
    return state;
  };
  const withinLimits = async <T>(
    parties: readonly Party[],
    images: number,
    work: (spend: (images: number) => void) => Promise<T>,
  ): Promise<T> => {
    const begunAt = now();
    const all = parties.map(({ id }) => stateOf(id));
    for (const { id, who, limits } of parties) refuse(limits, stateOf(id), images, begunAt, who);
    for (const state of all) begin(state, images, begunAt);
    let spent = 0;
    try {
      return await work((more) => {
        spent += more;
      });
    } finally {
      for (const state of all) end(state, images, spent, begunAt, now());
    }
  };
  return {
    within(key, images, work) {
      const parties = limitedParties(key);
      return parties.length === 0 ? work(uncounted) : withinLimits(parties, images, work);
    },
    view(key) {
      const { rpm, ipm, ipd } = key.limits;
      if (rpm === null && ipm === null && ipd === null) return unlimited;
      const state = stateOf(key.id);
      const inMinute = rateView(state.imagesMinute, ipm, now());
      const inDay = rateView(state.imagesDay, ipd, now());
      const isDayTighter =
        inDay !== undefined && (inMinute === undefined || inDay.remaining < inMinute.remaining);
      return {
        requests: rateView(state.requests, rpm, now()),
        images: isDayTighter ? inDay : inMinute,
      };
    },
  };
}

/** A party whose limits a request is within: a key, its user, its team. */
interface Party {
  readonly id: string;
  /** The words of a message for it. */
  readonly who: string;
  readonly limits: KeyLimits;
}

/** The parties of a key without limits, as most are. */
const noParties: readonly Party[] = [];

function limitedParties({ id, limits, user, team }: KeyRecord): readonly Party[] {
  if (user === undefined && team === undefined && !isLimited(limits)) return noParties;
  const parties: Party[] = [{ id, who: "This key", limits }];
  if (user !== undefined)
    parties.push({ id: `user ${user.id}`, who: "This key's user", limits: user.limits });
  if (team !== undefined)
    parties.push({ id: `team ${team.id}`, who: "This key's team", limits: team.limits });
  return parties.filter((party) => isLimited(party.limits));
}

function isLimited({ rpm, ipm, ipd, concurrency }: KeyLimits): boolean {
  return rpm !== null || ipm !== null || ipd !== null || concurrency !== null;
}

function begin(state: KeyState, images: number, now: number): void {
  state.inFlight += 1;
  state.requests.take(1, now);
  state.imagesMinute.take(images, now);
  state.imagesDay.take(images, now);
}

/** Gives back the images that were not made; counts those that an attempt more may have been billed for. */
function end(state: KeyState, images: number, spent: number, begunAt: number, now: number): void {
  state.inFlight -= 1;
  for (const window of [state.imagesMinute, state.imagesDay]) {
    if (spent <= images) window.giveBack(images - spent, begunAt);
    // Tried again after a failure that may have been billed, a request may cost more than it asked for.
    else window.take(spent - images, now);
  }
}

function rateView(window: SlidingWindow, limit: number | null, now: number): RateView | undefined {
  if (limit === null) return undefined;
  return {
    limit,
    remaining: Math.max(0, limit - window.used(now)),
    resetMs: window.resetMs(now),
  };
}

/** Throws where a limit does not allow it. */
function refuse(
  limits: KeyLimits,
  state: KeyState,
  images: number,
  now: number,
  who: string,
): void {
  const { rpm, ipm, ipd, concurrency } = limits;
  if (concurrency !== null && state.inFlight >= concurrency) {
    throw exceeded(`${who} may run ${amount(concurrency, "request")} at the same time`, 1000);
  }
  const checks = [
    { limit: rpm, window: state.requests, asked: 1, what: "request", span: "minute" },
    { limit: ipm, window: state.imagesMinute, asked: images, what: "image", span: "minute" },
    { limit: ipd, window: state.imagesDay, asked: images, what: "image", span: "day" },
  ];
  let longest: { readonly wait: number; readonly rule: string } | undefined;
  for (const { limit, window, asked, what, span } of checks) {
    if (limit === null) continue;
    const rule = `${who} may make ${amount(limit, what)} a ${span}`;
    const wait = window.waitMs(asked, limit, now);
    if (wait === undefined) throw neverFits(rule, images);
    if (wait > (longest?.wait ?? 0)) longest = { wait, rule };
  }
  if (longest !== undefined) throw exceeded(longest.rule, longest.wait);
}

function amount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function exceeded(rule: string, waitMs: number): PinholeError {
  const seconds = Math.ceil(waitMs / 1000);
  return new PinholeError("rate_limit_exceeded", {
    message: `${rule}; try again in ${amount(seconds, "second")}.`,
    retryAfterSeconds: seconds,
  });
}

/** No waiting would help, so this is no rate limit to retry on. */
function neverFits(rule: string, images: number): PinholeError {
  return new PinholeError("invalid_value", {
    message: `${rule}, which ${images} in one request exceed; ask for fewer in \`n\`.`,
    param: "n",
  });
}
