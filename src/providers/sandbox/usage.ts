import type { Size, Usage } from "../../core/request.ts";

/** Image tokens of a 1024x1024 picture by quality; other sizes in proportion to their pixels. */
const tokensAtFullSize: readonly [number, number, number] = [272, 1056, 4160];

/** An input picture costs this and one more for each 32x32 square of it. */
const inputTokensAtLeast = 64;

/**
 * A made-up but steady count, so that integrators see every published field: four characters are one
 * text token, pictures count by size and quality. Nothing is charged for them.
 */
export function usageOf(call: {
  readonly prompt: string;
  readonly inputs: readonly Size[];
  readonly size: Size;
  /** 0 for the least. */
  readonly detail: 0 | 1 | 2;
  /** Pictures that were made. */
  readonly made: number;
}): Usage {
  const textTokens = Math.ceil([...call.prompt].length / 4);
  const inputTokens = call.inputs.reduce(
    (sum, { width, height }) => sum + inputTokensAtLeast + Math.ceil((width * height) / 1024),
    0,
  );
  const share = (call.size.width * call.size.height) / (1024 * 1024);
  const made = Math.ceil(tokensAtFullSize[call.detail] * share) * call.made;
  return {
    input_tokens: textTokens + inputTokens,
    output_tokens: made,
    total_tokens: textTokens + inputTokens + made,
    input_tokens_details: { text_tokens: textTokens, image_tokens: inputTokens },
    output_tokens_details: { text_tokens: 0, image_tokens: made },
  };
}
