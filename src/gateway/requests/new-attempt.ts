import type { Nano } from "../../core/money.ts";
import type { NewAttempt } from "../../store/request-records.ts";
import type { Plan } from "../fit/terms.ts";
import type { ChannelPart } from "../ledger/channel-pool.ts";
import type { OpenCall } from "../routing/dispatch.ts";
import { chargeBound } from "../routing/hold.ts";
import type { RequestParts } from "./parts.ts";

/** One try of a call at a target. */
interface Try {
  readonly requestId: string;
  readonly call: number;
  /** 1 for the call's first. */
  readonly attempt: number;
  readonly plan: Plan;
  /** The most that it may cost; 0: it is free; null: nothing bounds it. */
  readonly boundNano: Nano | null;
}

/** The line of an attempt that is about to begin. */
export function newAttempt(
  parts: Pick<RequestParts, "newId" | "now">,
  { requestId, call, attempt, plan, boundNano }: Try,
): NewAttempt {
  const { channel, model } = plan.target;
  return {
    id: parts.newId("att"),
    requestId,
    call,
    attempt,
    channelId: channel.id,
    providerId: channel.provider.id,
    upstreamModel: model.upstream,
    startedAt: parts.now(),
    boundNano,
  };
}

/** The attempts that are written with their request, and what each of its calls may cost at a channel. */
interface FirstAttempts {
  readonly first: readonly NewAttempt[];
  readonly needs: readonly ChannelPart[];
}

/** The first attempts of all calls that have their target. `pricedAt`: when the request began; undefined: it is free. */
export function firstAttempts(
  parts: Pick<RequestParts, "newId" | "now">,
  requestId: string,
  calls: readonly OpenCall[],
  pricedAt: number | undefined,
): FirstAttempts {
  const first: NewAttempt[] = [];
  const needs: ChannelPart[] = [];
  const [leader] = calls;
  for (const [call, one] of calls.entries()) {
    // What waits for room will most likely be made where the first is.
    const plan = (one.first ?? leader?.first)?.plan;
    if (plan === undefined) continue;
    const boundNano = pricedAt === undefined ? 0 : chargeBound(plan, one.part.count, pricedAt);
    needs.push({ channel: plan.target.channel, boundNano });
    if (one.first !== undefined)
      first.push(newAttempt(parts, { requestId, call, attempt: 1, plan, boundNano }));
  }
  return { first, needs };
}
