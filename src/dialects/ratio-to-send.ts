import type { ModelCard } from "../core/model-card.ts";
import { nearestRatio } from "../core/nearest-ratio.ts";
import type { FittedRequest } from "../core/request.ts";

/**
 * The ratio that is said to the upstream: the client's, else that of the picture to edit, else a square, so
 * that the vendor's own default, which may change, decides nothing. In the card's words.
 */
export function ratioToSend({
  request: { operation, ratio, images },
  card,
}: {
  readonly request: Pick<FittedRequest, "operation" | "ratio" | "images">;
  readonly card: ModelCard | undefined;
}): string {
  const shape = (operation === "generation" ? undefined : images[0]) ?? { width: 1, height: 1 };
  return ratio ?? nearestRatio(shape, card?.ratios ?? []) ?? "1:1";
}
