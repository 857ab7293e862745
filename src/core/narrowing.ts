import type { MaskPolarity } from "./model-card.ts";

/**
 * The limits that a channel's settings add to every card of its models; for a model without a card they are the only
 * ones. The gateway's fitting obeys them, so that what is left out is warned about or refused there.
 */
export interface Narrowing {
  /** Images that one upstream call makes; a request for more becomes parallel calls. Undefined: the card alone says. */
  readonly imagesPerCall: number | undefined;
  /** The part of a mask that the upstream changes, for a model whose card does not say it. Undefined: the card alone says. */
  readonly mask?: MaskPolarity | undefined;
  /** False: this field, under the contract's name (`quality`, `seed`), never reaches the upstream. */
  takes(field: string): boolean;
}
