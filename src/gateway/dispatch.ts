import type { CallPart } from "./attempt.ts";
import { choose, type Chosen, comeBackMs, waitFor } from "./choose.ts";
import type { GatewayParts } from "./parts.ts";
import { noChannel, type Route } from "./plan.ts";
import { Tried } from "./tried.ts";

/** The longest that a call waits in a channel's queue. */
const queueMsMax = 10_000;

/** What a choice may wait for. */
export interface ChoiceContext {
  readonly parts: Pick<GatewayParts, "now" | "routing">;
  readonly signal: AbortSignal;
  /** Unix milliseconds. */
  readonly deadline: number;
}

/** One upstream call that is about to begin. */
export interface OpenCall {
  readonly part: CallPart;
  readonly tried: Tried;
  /** Undefined: there was no room for this one yet; it chooses when the others run. */
  readonly first: Chosen | undefined;
}

/** Splits n images into upstream calls of at most `perCall`. */
export function splitCalls(n: number, perCall: number): CallPart[] {
  const calls: CallPart[] = [];
  for (let offset = 0; offset < n; offset += perCall) {
    calls.push({ count: Math.min(perCall, n - offset), offset });
  }
  return calls;
}

/**
 * Chooses a target for each upstream call of a request, before anything is written or paid. The first
 * may wait in a queue; the others take what is free at once, since what they would wait for may be
 * the first one's end. Throws no_channel_available where there is none for the first.
 */
export async function openCalls(
  context: ChoiceContext,
  route: Route,
  n: number,
): Promise<[OpenCall, ...OpenCall[]]> {
  const tried = new Tried();
  const first = await chooseTarget(context, route, tried, n);
  if (first === undefined) throw noChannel(comeBackMs(route, n, context.parts.now()));
  const [part = { count: n, offset: 0 }, ...others] = splitCalls(n, first.plan.perCall);
  const calls: [OpenCall, ...OpenCall[]] = [{ part, tried, first }];
  for (const other of others) {
    const own = new Tried();
    const now = context.parts.now();
    const choice = choose(route, own, { images: other.count, now, waitMsMax: 0 });
    const chosen = choice !== undefined && "chosen" in choice ? choice.chosen : undefined;
    calls.push({ part: other, tried: own, first: chosen });
  }
  return calls;
}

/** Gives back what calls hold that were never begun. Does nothing to those that were. */
export function cancelCalls(calls: readonly OpenCall[]): void {
  for (const { first } of calls) first?.lease.cancel();
}

/** The next target that the call has not tried, waited for where need be; undefined: none. */
export async function chooseTarget(
  context: ChoiceContext,
  route: Route,
  tried: Tried,
  images: number,
): Promise<Chosen | undefined> {
  const { parts, signal, deadline } = context;
  const { now, routing } = parts;
  const until = Math.min(now() + queueMsMax, deadline);
  // Where the channel waited for cools meanwhile, the others are looked at again.
  while (!signal.aborted && now() < deadline) {
    routing.states.wake();
    const choice = choose(route, tried, { images, now: now(), waitMsMax: until - now() });
    if (choice === undefined) return undefined;
    if ("chosen" in choice) return choice.chosen;
    const waited = await waitFor(route, choice.wait, tried, images, until, signal);
    if (waited !== undefined) return waited;
  }
  return undefined;
}
