import { PinholeError } from "../../core/errors.ts";
import type { ModelCard } from "../../core/model-card.ts";
import type { ImageRequest } from "../../core/request.ts";

/** The contract's words for style and background, which every model with a card is asked in. */
const contractWords = {
  style: ["vivid", "natural"],
  background: ["transparent", "opaque", "auto"],
} as const;

/**
 * Refuses a style or a background that is neither a word of the contract nor one of the card's own. A model without
 * a card may have any words, so they go on as they came.
 */
export function checkWords(request: ImageRequest, card: ModelCard | undefined): void {
  if (card === undefined) return;
  checkWord("style", request.style, card.styles);
  checkWord("background", request.background, card.backgrounds);
}

function checkWord(
  param: keyof typeof contractWords,
  word: string | undefined,
  own: readonly string[] = [],
): void {
  const known = [...new Set([...contractWords[param], ...own])];
  if (word === undefined || known.includes(word)) return;
  throw new PinholeError("invalid_value", {
    message: `\`${param}\` must be one of ${known.join(", ")}.`,
    param,
  });
}
