import { PinholeError } from "../../core/errors.ts";
import type { Target } from "../../core/channel.ts";
import type { ImageRequest } from "../../core/request.ts";
import type { Complain } from "./terms.ts";

/** The field's words for quality, from least to most. */
const tiers: Readonly<Record<string, number>> = {
  low: 1,
  medium: 2,
  standard: 2,
  high: 3,
  hd: 3,
  xhigh: 4,
  max: 5,
};

/**
 * The model's own word for the quality asked for. Strict cards refuse words they do not have; others
 * get the nearest tier, with a warning where it is another one.
 */
export function fitQuality(
  request: ImageRequest,
  target: Target,
  complain: Complain,
): string | undefined {
  const { card } = target;
  const asked = request.quality;
  if (asked === undefined) return card?.quality_default;
  if (card === undefined ? target.takes("quality") : card.qualities?.includes(asked) === true)
    return asked;
  const takes = card?.qualities ?? [];
  if (card?.strict === true && takes.length > 0) throw unknownQuality(asked, takes, request.model);
  if (asked === "auto") return card?.quality_default;
  const tier = Object.hasOwn(tiers, asked) ? tiers[asked] : undefined;
  if (takes.length === 0) {
    // `standard` is what every model without tiers makes, so it is honoured.
    if (asked !== "standard") {
      complain(
        "quality",
        "unsupported_parameter",
        `${request.model} has no quality tiers; \`quality\` was left out.`,
      );
    }
    return undefined;
  }
  if (tier === undefined) throw unknownQuality(asked, takes, request.model);
  const nearest = nearestTier(tier, takes);
  if (nearest === undefined) throw unknownQuality(asked, takes, request.model);
  if (tiers[nearest] !== tier) {
    complain(
      "quality",
      "adjusted_value",
      `${request.model} has no quality ${asked}; ${nearest} was used.`,
    );
  }
  return nearest;
}

function nearestTier(tier: number, words: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const word of words) {
    const own = Object.hasOwn(tiers, word) ? tiers[word] : undefined;
    if (own === undefined) continue;
    const distance = Math.abs(own - tier);
    if (distance < bestDistance) {
      best = word;
      bestDistance = distance;
    }
  }
  return best;
}

function unknownQuality(asked: string, takes: readonly string[], model: string): PinholeError {
  return new PinholeError("invalid_value", {
    message: `\`quality\` must be one of ${takes.join(", ")} for ${model}; you sent ${asked}.`,
    param: "quality",
  });
}
