import { z } from "zod";
import { errorTable, PinholeError } from "../../core/errors.ts";
import { Picture } from "../../core/picture.ts";
import type { ProviderEvent } from "../../core/provider.ts";
import { readOpenAiUsage } from "../openai-images/answer.ts";
import { readOpenAiError } from "../openai-images/errors.ts";
import { readAnswer } from "../read-answer.ts";

const word = z.string().nullish().catch(undefined);

const errorSchema = z
  .object({
    code: word,
    type: word,
    message: word,
    param: word,
    moderation_details: z.unknown().optional(),
  })
  .nullish()
  .catch(undefined);

const itemSchema = z.object({
  type: z.string(),
  status: word,
  result: z.instanceof(Picture).nullish().catch(undefined),
  revised_prompt: word,
  quality: word,
  background: word,
  error: errorSchema,
  content: z
    .array(z.object({ type: word, refusal: word }))
    .nullish()
    .catch(undefined),
});
type Item = z.infer<typeof itemSchema>;

const responseSchema = z.object({
  error: errorSchema,
  incomplete_details: z.object({ reason: word }).nullish().catch(undefined),
  output: z.array(itemSchema).nullish(),
  tool_usage: z.object({ image_gen: z.unknown().optional() }).nullish().catch(undefined),
});

/**
 * Reads a finished response: the image tool's usage, then its pictures. Throws what a failed call of
 * the tool, a refusal of the text model or the response's own error means, where there is no picture.
 * The text model's tokens are not in the usage: their price is another model's.
 */
export function* readResponse(json: unknown): Generator<ProviderEvent, void, void> {
  const response = readAnswer(responseSchema, json);
  const usage = readOpenAiUsage(response.tool_usage?.image_gen);
  if (usage !== undefined) yield { usage };
  const output = response.output ?? [];
  let index = 0;
  for (const item of output) {
    if (item.type !== "image_generation_call" || !(item.result instanceof Picture)) continue;
    yield {
      picture: item.result,
      index,
      revisedPrompt: item.revised_prompt || undefined,
      quality: item.quality ?? undefined,
      background: item.background ?? undefined,
    };
    index += 1;
  }
  if (index > 0) return;
  throw whyNot(output, response.error, response.incomplete_details?.reason ?? undefined);
}

/** Why a response holds no picture. Its words stay out of the message: the egress has not cleaned them. */
function whyNot(
  output: readonly Item[],
  error: z.infer<typeof errorSchema>,
  incomplete: string | undefined,
): PinholeError {
  const fault = output.find((item) => item.error !== null && item.error !== undefined)?.error;
  for (const one of [fault, error]) {
    if (one === null || one === undefined) continue;
    const said = readOpenAiError({ status: 200, headers: {}, json: { error: one }, text: "" });
    const isModeration = one.moderation_details !== null && one.moderation_details !== undefined;
    const code = isModeration ? "moderation_blocked" : (said?.code ?? "upstream_failed");
    return new PinholeError(code, {
      message: errorTable[code].meaning,
      detail: `the call of the image tool ended in ${one.code ?? "an error without a code"}`,
    });
  }
  const refuses = output.some((item) => (item.content ?? []).some((part) => part.refusal));
  const code =
    refuses || incomplete === "content_filter" ? "moderation_blocked" : "upstream_bad_answer";
  return new PinholeError(code, {
    message: refuses
      ? "The model refused the prompt; change it."
      : code === "moderation_blocked"
        ? errorTable[code].meaning
        : "The upstream answered without an image.",
    detail: refuses ? "the text model refused" : `no picture; incomplete: ${incomplete ?? "no"}`,
  });
}
