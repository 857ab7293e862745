import { z } from "zod";
import { errorTable, PinholeError } from "../core/errors.ts";
import type { ProviderEvent, UpstreamFault, UpstreamHttp } from "../core/provider.ts";
import type { Usage } from "../core/request.ts";
import type { WireAnswer, WireError } from "../core/wire.ts";
import { readOpenAiError } from "./openai-images-errors.ts";
import { findPictures, takePictures } from "./picture-places.ts";

const tokens = z.number().min(0).nullish().catch(undefined);

export const usageSchema = z.object({
  input_tokens: tokens,
  output_tokens: tokens,
  total_tokens: tokens,
  input_tokens_details: z.object({ text_tokens: tokens, image_tokens: tokens }).nullish(),
  output_tokens_details: z.object({ text_tokens: tokens, image_tokens: tokens }).nullish(),
});

const answerSchema = z.object({
  usage: usageSchema.nullish().catch(undefined),
  quality: z.string().nullish().catch(undefined),
  background: z.string().nullish().catch(undefined),
});

const itemSchema = z.object({ revised_prompt: z.string().nullish().catch(undefined) });

/**
 * Reads an answer: usage first, since it is owed whatever follows, then each picture. Links are
 * fetched side by side. Throws upstream_bad_answer where there is no picture, or what the answer's own error says.
 */
export async function* readImagesAnswer(
  answer: WireAnswer,
  places: readonly string[],
  http: UpstreamHttp,
  readError: (error: WireError) => UpstreamFault | undefined = readOpenAiError,
): AsyncGenerator<ProviderEvent, void, void> {
  if (answer.picture !== undefined) {
    yield { picture: answer.picture, index: 0 };
    return;
  }
  const read = answerSchema.safeParse(answer.json);
  if (!read.success) throw noPicture("the answer is no JSON object");
  const { usage, quality, background } = read.data;
  if (usage !== null && usage !== undefined) yield { usage: completeUsage(usage) };
  const found = findPictures(answer.json, places);
  if (found.length === 0) throw emptyAnswer(answer, readError);
  for await (const { picture, index, item } of takePictures(found, http)) {
    yield {
      picture,
      index,
      revisedPrompt: itemSchema.safeParse(item).data?.revised_prompt || undefined,
      quality: quality ?? undefined,
      background: background ?? undefined,
    };
  }
}

export function noPicture(detail: string): PinholeError {
  return new PinholeError("upstream_bad_answer", {
    message: "The upstream answered without an image.",
    detail,
  });
}

/**
 * Some servers answer 200 with an error in the body: its code decides. Its words are left out, since
 * they have not passed the egress, which alone can clean them of this channel's secrets.
 */
function emptyAnswer(
  answer: WireAnswer,
  readError: (error: WireError) => UpstreamFault | undefined,
): PinholeError {
  const fault = readError({ ...answer, text: "" });
  if (fault === undefined) return noPicture("no place for pictures held one");
  return new PinholeError(fault.code, {
    message: errorTable[fault.code].meaning,
    detail: "an error in the body of an answer with a good status",
  });
}

/** The usage of an answer; undefined where it says none that can be read. */
export function readOpenAiUsage(json: unknown): Usage | undefined {
  const read = usageSchema.safeParse(json);
  return read.success ? completeUsage(read.data) : undefined;
}

/** Missing counts are zeros; a missing total is the sum. */
export function completeUsage(usage: z.infer<typeof usageSchema>): Usage {
  const input = usage.input_tokens ?? 0;
  const output = usage.output_tokens ?? 0;
  const details = (part: z.infer<typeof usageSchema>["input_tokens_details"]) => ({
    text_tokens: part?.text_tokens ?? 0,
    image_tokens: part?.image_tokens ?? 0,
  });
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: usage.total_tokens ?? input + output,
    input_tokens_details: details(usage.input_tokens_details),
    ...(usage.output_tokens_details
      ? { output_tokens_details: details(usage.output_tokens_details) }
      : {}),
  };
}
