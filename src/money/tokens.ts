import type { Usage } from "../core/request.ts";
import type { PricedCall } from "./facts.ts";

export const tokenKinds = [
  "text_in",
  "cached_text_in",
  "image_in",
  "cached_image_in",
  "text_out",
  "image_out",
] as const;
export type TokenKind = (typeof tokenKinds)[number];

/** Tokens by the kinds that have a price; undefined: not known. Cached ones are not in the other input. */
export type TokenCounts = Readonly<Record<TokenKind, number | undefined>>;

interface Parts {
  readonly text: number;
  readonly image: number;
}

const unread: TokenCounts = {
  text_in: undefined,
  cached_text_in: undefined,
  image_in: undefined,
  cached_image_in: undefined,
  text_out: undefined,
  image_out: undefined,
};

/**
 * The readings of a call's usage: one where it is clear, several where a total says more than its details
 * and nothing tells of which kind the rest is. `hasCachedRate`: cached tokens of a kind have a price of their own.
 */
export function readTokens(
  call: PricedCall,
  hasCachedRate: { readonly text: boolean; readonly image: boolean },
): readonly TokenCounts[] {
  const usage = usableUsage(call.usage);
  if (usage === undefined) return [unread];
  const out = outputOf(usage);
  // A picture without image tokens is a usage that leaves it out.
  const imageOut = out.image === 0 && call.pictures.length > 0 ? undefined : out.image;
  return inputsOf(usage, call).map((input) => {
    const cached = cachedOf(usage, input, hasCachedRate);
    return {
      text_in: input.text - cached.text,
      cached_text_in: cached.text,
      image_in: input.image - cached.image,
      cached_image_in: cached.image,
      text_out: out.text,
      image_out: imageOut,
    };
  });
}

/** A usage whose counts are counts and not all zero. */
function usableUsage(usage: Usage | undefined): Usage | undefined {
  if (usage === undefined) return undefined;
  const { input_tokens_details: input, output_tokens_details: output } = usage;
  const cached = usage.cached_tokens_details;
  const counts = [usage.input_tokens, usage.output_tokens];
  for (const part of [input, output, cached])
    if (part !== undefined) counts.push(part.text_tokens, part.image_tokens);
  const areCounts = counts.every((count) => Number.isSafeInteger(count) && count >= 0);
  return areCounts && counts.some((count) => count > 0) ? usage : undefined;
}

/** The output by kind. What is not said to be text is image. */
function outputOf({ output_tokens: total, output_tokens_details: details }: Usage): Parts {
  const text = details?.text_tokens ?? 0;
  const image = details?.image_tokens ?? 0;
  return { text, image: image + Math.max(0, total - text - image) };
}

/**
 * The input by kind. What is not said is text where no picture was sent; where one was, it is the kind of which
 * nothing is said; and where that is neither or both, it may be either.
 */
function inputsOf(usage: Usage, { inputs }: PricedCall): readonly Parts[] {
  const { text_tokens: text, image_tokens: image } = usage.input_tokens_details;
  const rest = Math.max(0, usage.input_tokens - text - image);
  const asText = { text: text + rest, image };
  const asImage = { text, image: image + rest };
  if (rest === 0 || inputs.length === 0) return [asText];
  if (text > 0 && image === 0) return [asImage];
  if (image > 0 && text === 0) return [asText];
  return [asText, asImage];
}

function cachedOf(
  usage: Usage,
  input: Parts,
  hasCachedRate: { readonly text: boolean; readonly image: boolean },
): Parts {
  const { text_tokens: text = 0, image_tokens: image = 0 } = usage.cached_tokens_details ?? {};
  return {
    text: hasCachedRate.text ? Math.min(text, input.text) : 0,
    image: hasCachedRate.image ? Math.min(image, input.image) : 0,
  };
}
