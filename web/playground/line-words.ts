import { queueMsMax } from "../../src/core/queue.ts";
import type { Words } from "../language/en.ts";
import type { MakeWords, RoughWait } from "../language/make-en.ts";
import type { GenerationState, Made } from "./generation.ts";
import { usualMs } from "./usual-times.ts";

/** The time that one at this place in a line waits where each takes so long, and no longer than the gateway lets it. */
export function roughWait(place: number, usual: number): RoughWait {
  const most = queueMsMax / 1000;
  const seconds = Math.max(5, Math.round((place * usual) / 5000) * 5);
  return seconds > most ? { seconds: most, isMost: true } : { seconds, isMost: false };
}

/** The place of a request in its line, and about how long it waits where this browser knows the model's usual time. */
export function lineWords(
  made: Made,
  { place }: GenerationState,
  words: Words["playground"],
  more: MakeWords,
): string {
  if (place === undefined) return words.waiting;
  const usual = usualMs(made.fields.model);
  return more.inLine(place, usual === undefined ? undefined : roughWait(place, usual));
}
