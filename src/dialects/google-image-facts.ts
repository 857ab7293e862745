import type { ModelCard } from "../core/model-card.ts";
import { cardFamily, type CardFields } from "./card-family.ts";

const ratios = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
const longRatios = [...ratios, "1:4", "4:1", "1:8", "8:1"];

const tier1k = { word: "1K", megapixels: 1.05 };
const tiers = [tier1k, { word: "2K", megapixels: 4.2 }, { word: "4K", megapixels: 16.8 }];

/** The most searches of a prompt that estimates reckon with. */
const searchesMax = 10;

/** List prices of each model in US dollars for a million tokens, as LiteLLM 1.110.2 quotes the vendor's page in November 2026. */
function tokens(
  rates: { readonly in: number; readonly image: number; readonly text: number },
  bounds: {
    /** The most of one image. */
    readonly max_usd: number;
    /** The most of one image whose prompt may search. */
    readonly searched_usd: number;
    readonly cached?: number | undefined;
    /** A search costs this. */
    readonly search?: number;
  },
): CardFields["price"] {
  const { search = 0.014 } = bounds;
  return {
    text_in_usd: rates.in,
    image_in_usd: rates.in,
    image_out_usd: rates.image,
    text_out_usd: rates.text,
    ...(bounds.cached === undefined
      ? {}
      : { cached_text_in_usd: bounds.cached, cached_image_in_usd: rates.in }),
    // A search that a grounded prompt makes is billed beside the tokens.
    lines: [
      {
        per: "count:searches",
        rate: search,
        most: searchesMax,
        when: { options: { google_search: true } },
      },
    ],
    bounds: [
      { options: { google_search: null }, max_usd: bounds.max_usd },
      { max_usd: bounds.searched_usd },
    ],
    source: "https://ai.google.dev/gemini-api/docs/pricing",
    as_of: "2026-11-06",
    certainty: "third_party",
  };
}

/** Cached text costs a tenth on Vertex; what the Gemini API asks for it was not found, so the whole rate stands there. */
export type CachedRate = "tenth" | "whole";

/**
 * The image models that both of Google's services have (ai.google.dev changelog to 2026-11-06; SDK
 * @google/genai 3.3.0). `more`: what one service adds to every card.
 */
export function contentCards(
  more: Partial<Omit<CardFields, "name">>,
  cached: CachedRate,
): ModelCard[] {
  const tenth = (rate: number): number | undefined => (cached === "tenth" ? rate / 10 : undefined);
  const common: Partial<Omit<CardFields, "name">> = {
    owned_by: "google",
    operations: ["generation", "edit"],
    ratios,
    tiers,
    // The model gives PNG or JPEG as it likes; which is read off the bytes.
    formats: ["png", "jpeg"],
    images: { max: 14, references: true, bytes_max: 20_000_000 },
    parameters: ["seed"],
    ...more,
  };
  return cardFamily(common, [
    {
      name: "gemini-nano-banana-2.1",
      released_at: "2026-10-06",
      ratios: longRatios,
      price: tokens(
        { in: 1.5, image: 30, text: 7.5 },
        { max_usd: 0.25, searched_usd: 0.4, cached: tenth(1.5) },
      ),
    },
    {
      name: "gemini-3-pro-image",
      also: ["nano-banana-pro-preview"],
      released_at: "2026-05-28",
      price: tokens(
        { in: 2, image: 120, text: 12 },
        { max_usd: 0.5, searched_usd: 0.7, cached: tenth(2) },
      ),
    },
    {
      // Deprecated on 2026-10-06, without a day on which it ends.
      name: "gemini-3.1-flash-image",
      released_at: "2026-05-28",
      ratios: longRatios,
      successor: "gemini-nano-banana-2.1",
      price: tokens(
        { in: 0.5, image: 60, text: 3 },
        { max_usd: 0.4, searched_usd: 0.6, cached: tenth(0.5) },
      ),
    },
    {
      name: "gemini-3.1-flash-lite-image",
      released_at: "2026-06-30",
      tiers: [tier1k],
      price: tokens(
        { in: 0.25, image: 30, text: 1.5 },
        { max_usd: 0.1, searched_usd: 0.25, cached: tenth(0.25) },
      ),
    },
    {
      // Since 2026-09-18 only for accounts that used it before. It knows one resolution and no word for it.
      name: "gemini-2.5-flash-image",
      released_at: "2025-10-02",
      tiers: undefined,
      images: { max: 3, references: true, bytes_max: 20_000_000 },
      successor: "gemini-nano-banana-2.1",
      price: tokens(
        { in: 0.3, image: 30, text: 2.5 },
        { max_usd: 0.1, searched_usd: 0.5, search: 0.035 },
      ),
    },
  ]);
}
