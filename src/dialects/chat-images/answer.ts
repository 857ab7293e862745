import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import { statedNano } from "../../core/money.ts";
import type { ProviderEvent, UpstreamHttp } from "../../core/provider.ts";
import type { Usage } from "../../core/request.ts";
import type { WireAnswer } from "../../core/wire.ts";
import type { ChatImagesQuirks } from "./quirks.ts";
import { findAnyPictures, findPictures, takePictures, valuesAt } from "../picture-places.ts";
import { readAnswer } from "../read-answer.ts";
import { picturesInTexts } from "../text-pictures.ts";

const count = z.number().min(0).nullish().catch(undefined);
const word = z.string().nullish().catch(undefined);
const tokenParts = z.object({ image_tokens: count }).nullish().catch(undefined);

const usageSchema = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: tokenParts,
  completion_tokens_details: tokenParts,
});

const answerSchema = z.object({
  usage: z.unknown().optional(),
  choices: z
    .array(
      z.object({
        finish_reason: word,
        native_finish_reason: word,
        message: z.object({ refusal: word }).nullish().catch(undefined),
      }),
    )
    .nullish()
    .catch(undefined),
});

/**
 * Reads a chat completion: usage and cost first, since they are owed whatever follows, then the
 * pictures. Throws what the answer's own error, its finish reason or a refusal means where there is none.
 */
export async function* readChatAnswer(
  answer: WireAnswer,
  {
    quirks,
    n,
    http,
  }: { readonly quirks: ChatImagesQuirks; readonly n: number; readonly http: UpstreamHttp },
): AsyncGenerator<ProviderEvent, void, void> {
  const read = readAnswer(answerSchema, answer.json);
  const usage = chatUsage(read.usage);
  if (usage !== undefined) yield { usage };
  const [cost] = quirks.cost_field === false ? [] : valuesAt(answer.json, quirks.cost_field);
  const charge = statedNano(cost);
  if (charge !== undefined) yield { charge };
  const placed = findPictures(answer.json, quirks.pictures, n);
  const inTexts = placed.length > 0 ? placed : picturesInTexts(answer.json, quirks.texts, n);
  const found = inTexts.length > 0 ? inTexts : findAnyPictures(answer.json, [], n);
  if (found.length === 0) throw http.refusal(answer) ?? whyNot(read, quirks);
  const { taken, failure } = await takePictures(found, http);
  for (const { picture, index } of taken) yield { picture, index };
  if (failure !== undefined) throw failure.reason;
}

/** OpenAI's chat counts in the words of its images API. What is not said to be images is text. */
export function chatUsage(json: unknown): Usage | undefined {
  const read = usageSchema.safeParse(json).data;
  if (read === undefined) return undefined;
  const input = read.prompt_tokens ?? 0;
  const output = read.completion_tokens ?? 0;
  const parts = (all: number, images: number | null | undefined) => {
    const imageTokens = Math.min(images ?? 0, all);
    return { text_tokens: all - imageTokens, image_tokens: imageTokens };
  };
  const imagesOut = read.completion_tokens_details?.image_tokens;
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: read.total_tokens ?? input + output,
    input_tokens_details: parts(input, read.prompt_tokens_details?.image_tokens),
    ...(imagesOut === null || imagesOut === undefined
      ? {}
      : { output_tokens_details: parts(output, imagesOut) }),
  };
}

/** Why there is no picture, where the answer holds no error. */
function whyNot({ choices }: z.infer<typeof answerSchema>, quirks: ChatImagesQuirks): PinholeError {
  const reasons = (choices ?? []).flatMap((choice) => [
    choice.finish_reason ?? "",
    choice.native_finish_reason ?? "",
  ]);
  const blocked = reasons.find((reason) => quirks.blocked_reasons.includes(reason.toLowerCase()));
  const refuses = (choices ?? []).some((choice) => choice.message?.refusal);
  if (blocked !== undefined || refuses) {
    return new PinholeError("moderation_blocked", {
      message: "The model refused the prompt or its own result; change the prompt.",
      detail: blocked === undefined ? "a refusal in the message" : `finished with ${blocked}`,
    });
  }
  return new PinholeError("upstream_bad_answer", {
    message: "The upstream answered without an image.",
    detail: `no picture in the message; finished with ${reasons.filter(Boolean).join(", ") || "no reason"}`,
  });
}
