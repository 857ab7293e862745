import type { ModelCard } from "../core/model-card.ts";
import type { Picture } from "../core/picture.ts";
import { type FittedRequest, parseSize, type Size } from "../core/request.ts";

/**
 * The size that is said to the upstream: the client's, else the card's `size_default`, so that the
 * vendor's own default, which may change, decides nothing. Undefined where neither names pixels.
 */
export function sizeToSend({
  request: { size },
  card,
}: {
  readonly request: Pick<FittedRequest, "size">;
  readonly card: ModelCard | undefined;
}): Size | undefined {
  if (size !== undefined && size !== "auto") return size;
  return card?.size_default === undefined ? undefined : parseSize(card.size_default);
}

/** An image's own size as it is shown, made smaller where a side is too long, both sides rounded to the multiple. */
export function sizeOfImage(image: Picture, multiple: number, edgeMax: number): Size {
  // Orientations 5 to 8 are shown on their side.
  const turned = image.orientation >= 5;
  const [width, height] = turned ? [image.height, image.width] : [image.width, image.height];
  const scale = Math.min(1, edgeMax / Math.max(width, height));
  const side = (pixels: number): number =>
    Math.max(multiple, Math.round((pixels * scale) / multiple) * multiple);
  return { width: side(width), height: side(height) };
}

/**
 * As `sizeToSend`, and where neither names pixels a square of 1024, or of 2048 where the model makes none so
 * small. For a model that also edits: a card with a `size_default` would have the gateway squeeze every edited
 * picture into that.
 */
export function sizeOrSquare(input: Parameters<typeof sizeToSend>[0]): Size {
  const least = input.card?.size_rule?.pixels_min ?? 1;
  const edge = 1024 * 1024 >= least ? 1024 : 2048;
  return sizeToSend(input) ?? { width: edge, height: edge };
}
