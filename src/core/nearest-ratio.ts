import { ratioValue } from "./model-card.ts";
import type { Size } from "./request.ts";

/** The listed ratio word with the smallest |log(r/r')|. Words that are no ratio (match_input_image) are skipped. */
export function nearestRatio(asked: Size, words: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestGap = Infinity;
  for (const word of words) {
    const value = ratioValue(word);
    if (value === undefined) continue;
    const gap = Math.abs(Math.log(asked.width / asked.height / value));
    if (gap < bestGap - 1e-9) {
      best = word;
      bestGap = gap;
    }
  }
  return best;
}
