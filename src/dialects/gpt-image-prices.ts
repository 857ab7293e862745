import type { PriceBlock } from "../core/price.ts";

/** The source of a vendor's figures. */
type Source = Pick<PriceBlock, "source" | "as_of" | "certainty">;

/**
 * Bounds of one image with its whole prompt (32,000 characters, a token or two each) and its pictures: nothing says
 * them, they are well above the dearest counts seen. Out: 7,024 tokens for a megapixel at the best quality, 13,400 for
 * eight, 3,400 for eight at medium, 400 at low; in: 6,240 for each of 16 pictures.
 */
const bounds = [
  { operation: "generation", quality: ["low", "medium"], max_usd: 0.5 },
  { operation: "generation", max_usd: 1 },
] satisfies PriceBlock["bounds"];

/**
 * List prices of the GPT image models in US dollars for a million tokens (OpenAI's model pages, November 2026). OpenAI
 * has no rate for text that 2 and later give, so there it is nothing; what 1 and 1-mini ask for it was not found.
 */
export const gptImagePrices = {
  /** 2, 2.5 and 2.6 alike. */
  second: (source: Source) => ({
    text_in_usd: 5,
    cached_text_in_usd: 1.25,
    image_in_usd: 8,
    cached_image_in_usd: 2,
    image_out_usd: 30,
    text_out_usd: 0,
    bounds,
    max_usd: 2,
    ...source,
  }),
  /** 1.5 and chatgpt-image-latest. */
  first15: (source: Source) => ({
    text_in_usd: 5,
    cached_text_in_usd: 1.25,
    image_in_usd: 8,
    cached_image_in_usd: 2,
    image_out_usd: 32,
    text_out_usd: 10,
    max_usd: 2,
    ...source,
  }),
  first: (source: Source) => ({
    text_in_usd: 5,
    cached_text_in_usd: 1.25,
    image_in_usd: 10,
    cached_image_in_usd: 2.5,
    image_out_usd: 40,
    text_out_usd: "unknown",
    max_usd: 2,
    ...source,
  }),
  firstMini: (source: Source) => ({
    text_in_usd: 2,
    cached_text_in_usd: 0.2,
    image_in_usd: 2.5,
    cached_image_in_usd: 0.25,
    image_out_usd: 8,
    text_out_usd: "unknown",
    max_usd: 0.5,
    ...source,
  }),
} satisfies Readonly<Record<string, (source: Source) => PriceBlock>>;
