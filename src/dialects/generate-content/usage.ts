import { z } from "zod";
import type { Usage } from "../../core/request.ts";

const details = z
  .array(z.object({ modality: z.string(), tokenCount: z.int().min(0).nullish() }))
  .nullish();

const usageSchema = z.object({
  promptTokenCount: z.int().min(0).nullish(),
  candidatesTokenCount: z.int().min(0).nullish(),
  thoughtsTokenCount: z.int().min(0).nullish(),
  toolUsePromptTokenCount: z.int().min(0).nullish(),
  cachedContentTokenCount: z.int().min(0).nullish(),
  promptTokensDetails: details,
  candidatesTokensDetails: details,
  cacheTokensDetails: details,
});

type Details = z.output<typeof details>;

function countOf(list: Details, modality: string): number | undefined {
  const of = (list ?? []).filter((one) => one.modality === modality);
  return of.length === 0 ? undefined : of.reduce((sum, one) => sum + (one.tokenCount ?? 0), 0);
}

/**
 * The tokens that `usageMetadata` tells of, in OpenAI's words; undefined where it tells of none. Thoughts
 * are billed as text that came out. Where the output is not told apart, all that is no text is image.
 */
export function usageOf(metadata: unknown): Usage | undefined {
  const read = usageSchema.safeParse(metadata);
  if (!read.success) return undefined;
  const said = read.data;
  if (said.promptTokenCount === undefined && said.candidatesTokenCount === undefined)
    return undefined;
  const input = (said.promptTokenCount ?? 0) + (said.toolUsePromptTokenCount ?? 0);
  const imageIn = countOf(said.promptTokensDetails, "IMAGE") ?? 0;
  const made = said.candidatesTokenCount ?? 0;
  const textMade = countOf(said.candidatesTokensDetails, "TEXT") ?? 0;
  const imageMade = countOf(said.candidatesTokensDetails, "IMAGE") ?? made - textMade;
  const thoughts = said.thoughtsTokenCount ?? 0;
  const cached = said.cachedContentTokenCount ?? 0;
  const cachedImage = countOf(said.cacheTokensDetails, "IMAGE") ?? 0;
  return {
    input_tokens: input,
    output_tokens: made + thoughts,
    total_tokens: input + made + thoughts,
    input_tokens_details: { text_tokens: input - imageIn, image_tokens: imageIn },
    output_tokens_details: {
      text_tokens: made - imageMade + thoughts,
      image_tokens: imageMade,
    },
    ...(cached === 0
      ? {}
      : {
          cached_tokens_details: { text_tokens: cached - cachedImage, image_tokens: cachedImage },
        }),
  };
}
