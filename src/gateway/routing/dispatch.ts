import { PinholeError } from "../../core/errors.ts";
import type { RequestObserver } from "../../core/observer.ts";
import { queueMsMax } from "../../core/queue.ts";
import type { Waiting } from "../channels/queue.ts";
import type { RoutingParts } from "./parts.ts";
import { type CallPart, splitCalls } from "./call-part.ts";
import type { GroupedTarget } from "./target-groups.ts";
import { type Choice, type Chosen, choose, comeBackMs, waitFor } from "./choose.ts";
import { noChannel } from "./route.ts";
import { passedOver } from "./passed-over.ts";
import type { Route } from "./terms.ts";
import { Tried } from "./tried.ts";

/** The bounds of a choice: how long it may wait and what ends it. */
export interface ChoiceContext {
  readonly parts: Pick<RoutingParts, "uptime" | "routing">;
  readonly signal: AbortSignal;
  /** By the process's uptime. */
  readonly deadline: number;
  /** The signal that is aborted once whoever asked has stopped it: nothing is waited for then. */
  stopped?(): AbortSignal;
  /** Told the place in the line while it waits. */
  readonly observer?: Pick<RequestObserver, "waiting"> | undefined;
}

/** One upstream call of a request that is about to begin. */
export interface OpenCall {
  readonly part: CallPart;
  readonly tried: Tried;
  /** Undefined: there was no room for this one yet; it chooses when the others run. */
  readonly first: Chosen | undefined;
}

/**
 * Chooses a target for each upstream call of a request, before anything is written or paid. The first
 * may wait in a queue; the others take what is free at once, since what they would wait for may be
 * the first one's end. `unpayable`: channels whose budgets do not cover the request. Throws no_channel_available
 * where there is none for the first.
 */
export async function openCalls(
  context: ChoiceContext,
  route: Route,
  n: number,
  unpayable: ReadonlySet<string> = new Set(),
): Promise<readonly OpenCall[]> {
  const excluded = unpayable.size === 0 ? [] : targetsOf(route, unpayable);
  const tried = triedOf(excluded);
  const first = await chooseTarget(context, route, tried, n);
  const now = context.parts.uptime();
  if (first === undefined && context.stopped?.().aborted === true) throw stoppedBefore();
  if (first === undefined)
    throw unpayable.size === 0 ? noChannel(comeBackMs(route, n, now)) : noneCanPay(unpayable);
  const calls = splitCalls(n, first.plan.perCall).map((part, index): OpenCall => {
    if (index === 0) return { part, tried, first };
    const own = triedOf(excluded);
    const choice = choose(route, own, { images: part.count, now, waitMsMax: 0 });
    const chosen = choice !== undefined && "chosen" in choice ? choice.chosen : undefined;
    return { part, tried: own, first: chosen };
  });
  return calls.every(isConfirmed) ? calls : Promise.all(calls.map(confirm));
}

function isConfirmed({ first }: OpenCall): boolean {
  return first === undefined || first.lease.isConfirmed;
}

/** The call with its room taken among all nodes; without, where they have none. */
async function confirm(call: OpenCall): Promise<OpenCall> {
  if (call.first === undefined || call.first.lease.isConfirmed) return call;
  return (await call.first.lease.confirm()) ? call : { ...call, first: undefined };
}

function triedOf(members: readonly GroupedTarget[]): Tried {
  const tried = new Tried();
  for (const member of members) tried.add(member);
  return tried;
}

/** The targets of a route that are on one of these channels. */
export function targetsOf({ tiers }: Route, channels: ReadonlySet<string>): GroupedTarget[] {
  return tiers.flatMap(({ groups }) =>
    groups.flatMap(({ group }) =>
      group.members.filter(({ target }) => channels.has(target.channel.id)),
    ),
  );
}

/** Time after which budgets of channels may have room again, milliseconds. */
const unpayableMs = 60_000;

/** The error where no other channel is left: what they may spend is the operator's affair. */
function noneCanPay(channels: ReadonlySet<string>): PinholeError {
  const { message, retryAfterSeconds } = noChannel(unpayableMs);
  const detail = `the budgets of ${[...channels].join(", ")} do not cover the request`;
  return new PinholeError("no_channel_available", { message, retryAfterSeconds, detail });
}

/** The error of a request that was stopped before an upstream heard of it. */
export function stoppedBefore(): PinholeError {
  return new PinholeError("request_stopped", {
    message: "The request was stopped before anything was attempted; nothing was billed.",
  });
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
  const until = Math.min(context.parts.uptime() + queueMsMax, context.deadline);
  for (;;) {
    const choice = chooseNow(context, route, tried, images, until);
    if (choice === undefined) return undefined;
    const chosen =
      "chosen" in choice
        ? choice.chosen
        : await waitFor(route, choice.wait, tried, images, waitingOf(context, until));
    const isOurs = chosen?.lease.isConfirmed === true || (await chosen?.lease.confirm()) === true;
    if (chosen !== undefined && isOurs)
      return withPassedOver(context, route, chosen, tried, images);
    if (chosen === undefined && context.stopped?.().aborted === true) return undefined;
    // Where the channel cools meanwhile, or other nodes have its room, the others are looked at again.
  }
}

function waitingOf(context: ChoiceContext, until: number): Waiting {
  const { signal, observer } = context;
  const stop = context.stopped?.();
  return {
    until,
    signal: stop === undefined ? signal : AbortSignal.any([signal, stop]),
    moved: observer?.waiting === undefined ? undefined : (place) => observer.waiting?.(place),
  };
}

function withPassedOver(
  { parts }: ChoiceContext,
  route: Route,
  chosen: Chosen,
  tried: Tried,
  images: number,
): Chosen {
  const told = passedOver(route, chosen, tried, images, parts.uptime());
  return told === undefined ? chosen : { ...chosen, passedOver: told };
}

function chooseNow(
  { parts, signal, deadline }: ChoiceContext,
  route: Route,
  tried: Tried,
  images: number,
  until: number,
): Choice | undefined {
  const now = parts.uptime();
  if (signal.aborted || now >= deadline) return undefined;
  parts.routing.states.wake();
  return choose(route, tried, { images, now, waitMsMax: until - now });
}
