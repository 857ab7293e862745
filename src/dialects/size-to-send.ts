import type { ModelCard } from "../core/model-card.ts";
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
