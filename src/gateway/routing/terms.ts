import type { PriceVersion } from "../../core/price.ts";
import type { PriceMarkup } from "../../core/price-markup.ts";
import type { FittedRequest } from "../../core/request.ts";
import type { Estimate } from "../../money/estimate.ts";
import type { ChargeTerms } from "../fit/priced-call.ts";
import type { Tier } from "./tiers.ts";

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
