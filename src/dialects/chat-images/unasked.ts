import { z } from "zod";
import type { StreamedEvent } from "../../core/wire.ts";
import { valuesAt } from "../picture-places.ts";

const chunkSchema = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        finish_reason: z.string().nullish().catch(undefined),
        delta: z.looseObject({ content: z.unknown() }).nullish().catch(undefined),
        message: z.unknown().optional(),
      }),
    )
    .nullish()
    .catch(undefined),
  usage: z.unknown().optional(),
});

/** The places in the chunks of a stream for those of an answer's message. */
export function chunkPlaces(places: readonly string[]): readonly string[] {
  return places.map((place) => place.replace(".message.", ".delta."));
}

/**
 * The chat completion that the chunks of a stream come to: one message with all their texts and pictures.
 * A chunk that is a whole completion already is the answer.
 */
export function chatDocument(events: readonly StreamedEvent[]): unknown {
  const chunks = events
    .map(({ json }) => chunkSchema.safeParse(json).data)
    .filter((chunk) => chunk !== undefined);
  const whole = chunks.findLast(({ choices }) => choices?.some(({ message }) => message));
  if (whole !== undefined || chunks.length === 0) return whole;
  const choices = chunks.flatMap((chunk) => chunk.choices ?? []);
  const deltas = choices.map(({ delta }) => delta ?? { content: undefined });
  const reasons = choices.map((choice) => choice.finish_reason);
  const usage = chunks.findLast(
    (chunk) => chunk.usage !== undefined && chunk.usage !== null,
  )?.usage;
  const message: Record<string, unknown> = {};
  for (const delta of deltas) Object.assign(message, delta);
  message["content"] = contentOf(deltas.map(({ content }) => content));
  message["images"] = deltas.flatMap((delta) => valuesAt(delta, "images.*"));
  const finishReason = reasons.findLast((reason) => typeof reason === "string");
  return { ...chunks.at(-1), usage, choices: [{ message, finish_reason: finishReason }] };
}

/** Texts that follow one another are one; what else is among them stays a piece of its own. */
function contentOf(contents: readonly unknown[]): unknown {
  const pieces: unknown[] = [];
  for (const piece of contents.flat()) {
    const last = pieces.at(-1);
    if (typeof piece === "string" && typeof last === "string")
      pieces[pieces.length - 1] = last + piece;
    else if (piece !== null && piece !== undefined) pieces.push(piece);
  }
  return pieces.length === 1 ? pieces[0] : pieces;
}
