import type { RoutingParts } from "./parts.ts";
import { type CallPart, splitCalls } from "./call-part.ts";
import { type Choice, type Chosen, type Drawn, choose, comeBackMs, waitFor } from "./choose.ts";
import { type Route, noChannel } from "./route.ts";
import { Tried } from "./tried.ts";

/** The longest that a call waits in a channel's queue. */
const queueMsMax = 10_000;

/** What a choice may wait for. */
export interface ChoiceContext {
  readonly parts: Pick<RoutingParts, "now" | "routing">;
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

/**
 * Chooses a target for each upstream call of a request, before anything is written or paid. The first
 * may wait in a queue; the others take what is free at once, since what they would wait for may be
 * the first one's end. Throws no_channel_available where there is none for the first.
 */
export function openCalls(
  context: ChoiceContext,
  route: Route,
  n: number,
): readonly OpenCall[] | Promise<readonly OpenCall[]> {
  const tried = new Tried();
  const first = chooseTarget(context, route, tried, n);
  return first instanceof Promise
    ? first.then((chosen) => openAll(context, route, n, tried, chosen))
    : openAll(context, route, n, tried, first);
}

function openAll(
  context: ChoiceContext,
  route: Route,
  n: number,
  tried: Tried,
  first: Chosen | undefined,
): readonly OpenCall[] {
  const now = context.parts.now();
  if (first === undefined) throw noChannel(comeBackMs(route, n, now));
  return splitCalls(n, first.plan.perCall).map((part, index) => {
    if (index === 0) return { part, tried, first };
    const own = new Tried();
    const choice = choose(route, own, { images: part.count, now, waitMsMax: 0 });
    const chosen = choice !== undefined && "chosen" in choice ? choice.chosen : undefined;
    return { part, tried: own, first: chosen };
  });
}

/** Gives back what calls hold that were never begun. Does nothing to those that were. */
export function cancelCalls(calls: readonly OpenCall[]): void {
  for (const { first } of calls) first?.lease.cancel();
}

/** The next target that the call has not tried, waited for where need be; undefined: none. */
export function chooseTarget(
  context: ChoiceContext,
  route: Route,
  tried: Tried,
  images: number,
): Chosen | undefined | Promise<Chosen | undefined> {
  const until = Math.min(context.parts.now() + queueMsMax, context.deadline);
  const choice = chooseNow(context, route, tried, images, until);
  if (choice === undefined) return undefined;
  return "chosen" in choice
    ? choice.chosen
    : waitForTarget(context, route, tried, images, until, choice.wait);
}

function chooseNow(
  { parts, signal, deadline }: ChoiceContext,
  route: Route,
  tried: Tried,
  images: number,
  until: number,
): Choice | undefined {
  const now = parts.now();
  if (signal.aborted || now >= deadline) return undefined;
  parts.routing.states.wake();
  return choose(route, tried, { images, now, waitMsMax: until - now });
}

async function waitForTarget(
  context: ChoiceContext,
  route: Route,
  tried: Tried,
  images: number,
  until: number,
  first: Drawn,
): Promise<Chosen | undefined> {
  let drawn = first;
  for (;;) {
    const waited = await waitFor(route, drawn, tried, images, until, context.signal);
    if (waited !== undefined) return waited;
    // Where the channel waited for cools meanwhile, the others are looked at again.
    const choice = chooseNow(context, route, tried, images, until);
    if (choice === undefined) return undefined;
    if ("chosen" in choice) return choice.chosen;
    drawn = choice.wait;
  }
}
