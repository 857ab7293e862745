import { PinholeError } from "../../core/errors.ts";
import type { ProviderEvent, UpstreamHttp } from "../../core/provider.ts";
import type { WireAnswer } from "../../core/wire.ts";
import { findAnyPictures, takePictures } from "../picture-places.ts";
import { picturesInTexts, usualTexts } from "../text-pictures.ts";
import { readOpenAiUsage } from "./usage.ts";

/** One of an answer's objects, read by hand: a schema for the few fields of each answer costs more than all else here. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * Asks for an answer and reads it: usage first, since it is owed whatever follows, then each picture. Links are
 * fetched side by side. Throws upstream_bad_answer where there is no picture, or what the answer's own error says.
 */
export async function* readImagesAnswer(
  ask: () => WireAnswer | Promise<WireAnswer>,
  {
    places,
    n,
    http,
  }: { readonly places: readonly string[]; readonly n: number; readonly http: UpstreamHttp },
): AsyncGenerator<ProviderEvent, void, void> {
  const answer = await ask();
  if (answer.picture !== undefined) {
    yield { picture: answer.picture, index: 0 };
    return;
  }
  const json = objectOf(answer.json);
  if (json === undefined) throw noPicture("the answer is no JSON object");
  const usage = readOpenAiUsage(json.usage);
  if (usage !== undefined) yield { usage };
  const quality = textOf(json.quality);
  const background = textOf(json.background);
  const placed = findAnyPictures(json, places, n);
  const found = placed.length > 0 ? placed : picturesInTexts(json, usualTexts, n);
  if (found.length === 0) {
    throw http.refusal(answer) ?? noPicture("no place for pictures held one");
  }
  const { taken, failure } = await takePictures(found, http);
  for (const { picture, index, item } of taken) {
    const revisedPrompt = textOf(objectOf(item)?.revised_prompt) || undefined;
    yield { picture, index, revisedPrompt, quality, background };
  }
  if (failure !== undefined) throw failure.reason;
}

export function noPicture(detail: string): PinholeError {
  return new PinholeError("upstream_bad_answer", {
    message: "The upstream answered without an image.",
    detail,
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function objectOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;
}
