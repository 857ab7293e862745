import { z } from "zod";
import { errorTable, PinholeError } from "../../core/errors.ts";
import { Picture } from "../../core/picture.ts";
import type { ProviderEvent, UpstreamHttp } from "../../core/provider.ts";
import { readOpenAiUsage } from "../openai-images/index.ts";
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
export function* readResponse(
  json: unknown,
  http: Pick<UpstreamHttp, "refusal">,
): Generator<ProviderEvent, void, void> {
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
  const failed = output.find((item) => item.error !== null && item.error !== undefined)?.error;
  const error = failed ?? response.error ?? undefined;
  if (error !== undefined) throw failure(error, http);
  throw whyNot(output, response.incomplete_details?.reason ?? undefined);
}

/** The failure that a call of the image tool, or the response itself, ended in. */
function failure(
  error: NonNullable<z.infer<typeof errorSchema>>,
  http: Pick<UpstreamHttp, "refusal">,
): PinholeError {
  const { moderation_details: details, ...words } = error;
  const isModeration = details !== null && details !== undefined;
  const json = { error: isModeration ? { ...words, code: "moderation_blocked" } : words };
  return (
    http.refusal({ status: 200, headers: {}, json, picture: undefined }) ??
    new PinholeError("upstream_failed", {
      message: errorTable.upstream_failed.meaning,
      detail: `the call of the image tool ended in ${error.code ?? "an error without a code"}`,
    })
  );
}

/** The reason why a response holds no picture, where it names no error. */
function whyNot(output: readonly Item[], incomplete: string | undefined): PinholeError {
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
