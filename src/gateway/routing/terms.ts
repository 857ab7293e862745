import type { ErrorCode } from "../../core/errors.ts";
import type { PriceVersion } from "../../core/price.ts";
import type { PriceMarkup } from "../../core/price-markup.ts";
import type { FittedRequest } from "../../core/request.ts";
import type { Estimate } from "../../money/estimate.ts";
import type { ChargeTerms } from "../fit/priced-call.ts";
import type { Tier } from "./tiers.ts";

/** A target that could have served a request and was not asked, with the reason. */
export interface PassedOver {
  readonly channel: string;
  /** The model's name at the upstream. */
  readonly model: string;
  /** `unfit`: it cannot do what is asked. `tried`: the call has failed there, or the channel's budgets do not cover it. `full`: it has no room. */
  readonly reason: "unfit" | "tried" | "cooling" | "full";
  /** Of an unfit one: the refusal that a client would have got. */
  readonly code?: ErrorCode | undefined;
  readonly param?: string | undefined;
  readonly message?: string | undefined;
  /** Of a cooling one: until it is tried again; undefined while its probe is under way. */
  readonly waitMs?: number | undefined;
}

/** The choices of a request's key by which its route is planned. */
export interface RouteTerms {
  /** True: what would be a warning is a 400. */
  readonly strict: boolean;
  /** The markup of the key's team, on what models cost. */
  readonly teamMarkup?: PriceMarkup | undefined;
}

/** The part of a route that requests which are fitted alike share. */
export interface SharedRoute {
  /** Best first; one plan for each class of targets. */
  readonly tiers: readonly Tier[];
  /** The longest that one attempt may take, milliseconds; the deadline of all of them together. */
  readonly totalMs: number;
  /** The least and the most that the request may cost, whichever of the plans make it. */
  readonly estimate: Estimate;
  /** The versions of the prices that may count for it; none where it is free. */
  readonly prices: readonly PriceVersion[];
  /** Bytes to have free before a paid call. */
  readonly roomBytes: number;
  /** True: URLs of the pictures are wanted. */
  readonly isHosted: boolean;
  /** Targets that serve the model and cannot serve the request; not all of them where they are many. */
  readonly unfit: readonly PassedOver[];
}

/** The fields in which requests that are fitted alike may differ. */
export type Words = Pick<FittedRequest, "prompt" | "user">;

/** The plans for one request, in the order in which they are tried. */
export interface Route extends SharedRoute, ChargeTerms {
  /** Undefined where the plans are this request's alone and hold its words already. */
  readonly words: Words | undefined;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}
