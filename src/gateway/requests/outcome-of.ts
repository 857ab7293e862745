import type { Nano } from "../../core/money.ts";
import type { ImageRequest, Usage, Warning } from "../../core/request.ts";
import { sumUsage } from "../../core/usage.ts";
import type { CallsResult } from "../attempts/calls.ts";
import { costOfCall } from "../attempts/cost.ts";
import { rulingCard, servedName } from "../catalog/serving.ts";
import { deliveryOf } from "../delivery/form.ts";
import type { ImageOutcome, Kept } from "../delivery/outcome.ts";
import type { RequestParts } from "./parts.ts";
import type { ImageCall } from "./image-call.ts";

export function outcomeOf(
  parts: RequestParts,
  { request, requestId }: ImageCall,
  calls: CallsResult,
  pictures: readonly Kept[],
  attempts: number,
  upstreamMs: number,
): ImageOutcome {
  const target = calls.results[0]?.plan.target;
  const ruling = target === undefined ? undefined : rulingCard(target);
  return {
    requestId,
    created: Math.floor(parts.now() / 1000),
    pictures,
    usage: usageOf(calls),
    form: deliveryOf(request, parts, ruling?.delivery ?? "url"),
    shape: ruling?.answer ?? "full",
    warnings: collectWarnings(request, calls, pictures),
    servedModel: target === undefined ? request.model : servedName(target),
    channelId: target?.channel.id ?? "",
    attempts,
    costNano: costOf(request, calls),
    upstreamMs,
  };
}

/** What the customer owes: each call's pictures at its own model's price. Undefined where one has none. */
function costOf(request: ImageRequest, calls: CallsResult): Nano | undefined {
  let total = 0;
  for (const result of calls.results) {
    const cost = costOfCall(request, result);
    if (cost === undefined) return undefined;
    total += cost;
  }
  return total;
}

function usageOf({ results }: CallsResult): Usage | undefined {
  const isTold = results.some(({ usage }) => usage !== undefined);
  return isTold ? sumUsage(results.map(({ usage }) => usage)) : undefined;
}

function collectWarnings(
  request: ImageRequest,
  { results, faults }: CallsResult,
  pictures: readonly Kept[],
): Warning[] {
  const warnings: Warning[] = [];
  // Calls of one plan have the same warnings, which are told once.
  const [first] = results;
  if (first !== undefined && results.length === 1) warnings.push(...first.plan.warnings);
  else for (const told of new Set(results.map(({ plan }) => plan.warnings))) warnings.push(...told);
  for (const kept of pictures) warnings.push(...kept.warnings);
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
