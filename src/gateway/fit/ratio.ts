import { PinholeError } from "../../core/errors.ts";
import { type ModelCard, ratioValue } from "../../core/model-card.ts";
import type { ImageRequest } from "../../core/request.ts";

/** A ratio as the client wrote it, and as width by height. */
export interface AskedRatio {
  readonly word: string;
  readonly value: number;
}

/**
 * The `aspect_ratio` that fitting the size has to carry out; undefined where there is none, or where the
 * card takes the field itself and has no ratios. Throws invalid_value on what is no ratio.
 */
export function ratioOf(request: ImageRequest, card: ModelCard): AskedRatio | undefined {
  const word = request.more.aspect_ratio;
  if (word === undefined || !isShape(card)) return undefined;
  const value = typeof word === "string" ? ratioValue(word) : undefined;
  if (typeof word === "string" && value !== undefined) return { word, value };
  throw new PinholeError("invalid_value", {
    message: "`aspect_ratio` must be WIDTH:HEIGHT, for example 3:2.",
    param: "aspect_ratio",
  });
}

/** True where `aspect_ratio` becomes a ratio or a size of the card's; else the field itself is passed on. */
export function isShape(card: ModelCard): boolean {
  return card.ratios !== undefined || !card.parameters.includes("aspect_ratio");
}
