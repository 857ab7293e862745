import { sumCosts } from "../../core/money.ts";
import type { ImageRequest, Usage, Warning } from "../../core/request.ts";
import { sumUsage } from "../../core/usage.ts";
import type { CallsResult } from "../attempts/calls.ts";
import { rulingCard, servedName } from "../catalog/serving.ts";
import { deliveryOf } from "../fit/form.ts";
import type { DeliveredPicture, ImageOutcome } from "../delivery/outcome.ts";
import type { RequestParts } from "./parts.ts";
import type { ImageCall } from "./image-call.ts";

/** The results of a request's calls, with its pictures ready for delivery. */
export interface MadeOfRequest extends CallsResult {
  readonly pictures: readonly DeliveredPicture[];
  readonly attempts: number;
  /** Time spent waiting for upstreams. */
  readonly upstreamMs: number;
}

/** The outcome of a request of which something was made. */
export function outcomeOf(
  parts: RequestParts,
  { request, requestId }: ImageCall,
  made: MadeOfRequest,
): ImageOutcome {
  const { pictures, attempts, upstreamMs } = made;
  const target = made.results[0]?.plan.target;
  const ruling = target === undefined ? undefined : rulingCard(target);
  return {
    requestId,
    created: Math.floor(parts.now() / 1000),
    pictures,
    usage: usageOf(made),
    form: deliveryOf(request, parts, ruling?.delivery),
    shape: ruling?.answer ?? "full",
    warnings: collectWarnings(request, made),
    servedModel: target === undefined ? request.model : servedName(target),
    channelId: target?.channel.id ?? "",
    attempts,
    cost: sumCosts(made.results.map(({ cost }) => cost)),
    upstreamMs,
  };
}

function usageOf({ results }: CallsResult): Usage | undefined {
  const isTold = results.some(({ usage }) => usage !== undefined);
  return isTold ? sumUsage(results.map(({ usage }) => usage)) : undefined;
}

function collectWarnings(
  request: ImageRequest,
  { results, faults, pictures }: MadeOfRequest,
): Warning[] {
  const warnings: Warning[] = [];
  // Calls of one plan have the same warnings, which are told once.
  const [first] = results;
  if (first !== undefined && results.length === 1) warnings.push(...first.plan.warnings);
  else for (const told of new Set(results.map(({ plan }) => plan.warnings))) warnings.push(...told);
  // Parallel calls find the same about the same inputs.
  for (const late of results.flatMap((result) => result.warnings)) {
    const isTold = warnings.some(
      ({ param, message }) => param === late.param && message === late.message,
    );
    if (!isTold) warnings.push(late);
  }
  for (const picture of pictures) warnings.push(...picture.warnings);
  if (pictures.length < request.n) {
    const cause = faults[0]?.message ?? "the provider returned fewer.";
    warnings.push({
      param: "n",
      code: "partial_result",
      message: `${pictures.length} of ${request.n} images were made and charged: ${cause}`,
    });
  }
  return warnings;
}
