import { z } from "zod";
import type { Usage } from "../../core/request.ts";

const count = z.int().min(0).nullish();
const parts = z.object({ text_tokens: count, image_tokens: count }).nullish();
const usageSchema = z.object({
  usage: z.object({
    input_tokens: z.int().min(0),
    output_tokens: z.int().min(0),
    total_tokens: count,
    input_tokens_details: parts,
    output_tokens_details: parts,
  }),
});

/** The tokens that an answer of H3 tells of, in OpenAI's words; undefined where it tells of none. */
export function readTokens(json: unknown): Usage | undefined {
  const read = usageSchema.safeParse(json).data?.usage;
  if (read === undefined) return undefined;
  const { input_tokens: input, output_tokens: output } = read;
  const imageIn = read.input_tokens_details?.image_tokens ?? 0;
  const textOut = read.output_tokens_details?.text_tokens ?? 0;
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: read.total_tokens ?? input + output,
    input_tokens_details: {
      text_tokens: read.input_tokens_details?.text_tokens ?? input - imageIn,
      image_tokens: imageIn,
    },
    output_tokens_details: {
      text_tokens: textOut,
      image_tokens: read.output_tokens_details?.image_tokens ?? output - textOut,
    },
  };
}
