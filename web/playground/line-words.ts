import type { Words } from "../language/en.ts";
import type { MakeWords, RoughTime } from "../language/make-en.ts";
import type { GenerationState, Made } from "./generation.ts";
import { usualMs } from "./usual-times.ts";

/** The time until one at this place in a line is done, where each takes so long. */
export function roughTime(place: number, usual: number): RoughTime {
  const seconds = Math.max(5, Math.round((place * usual) / 5000) * 5);
  return seconds < 60 ? { seconds } : { minutes: Math.round(seconds / 60) };
}

/** The place of a request in its line, and about how long that is where this browser knows the model's usual time. */
export function lineWords(
  made: Made,
  { place }: GenerationState,
  words: Words["playground"],
  more: MakeWords,
): string {
  if (place === undefined) return words.waiting;
  const usual = usualMs(made.fields.model);
  return more.inLine(place, usual === undefined ? undefined : roughTime(place, usual));
}
