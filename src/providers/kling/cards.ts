import { type CardFields, cardFamily } from "../../dialects/card-family.ts";

/** The paths of the API, by what a model makes of input pictures. */
export interface Route {
  /** The path of a job with pictures; those without go to `generations`, where the model has that. */
  readonly pictures: "generations" | "multi-image2image" | "omni-image" | undefined;
  /** True for a model whose job goes to `omni-image` also without pictures. */
  readonly omni?: boolean;
  /** Redraws its picture in another style, in the picture's own size. */
  readonly restyles?: boolean;
  /** Says how it looks at its picture: at a figure or a face. */
  readonly reference?: boolean;
}

/** klingai.com, API reference, capability map, read 2026-11-26. */
export const routes: Readonly<Record<string, Route>> = {
  "kling-v3-omni": { pictures: "omni-image", omni: true },
  "kling-image-o1": { pictures: "omni-image", omni: true },
  "kling-v3": { pictures: "generations" },
  "kling-v2-1": { pictures: "multi-image2image" },
  "kling-v2-new": { pictures: "generations", restyles: true },
  "kling-v2": { pictures: "multi-image2image" },
  "kling-v1-5": { pictures: "generations", reference: true },
  "kling-v1": { pictures: "generations" },
};

const ratios = ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9"];

const tier1k = { word: "1k", megapixels: 1.05 };
const tier2k = { word: "2k", megapixels: 4.2 };
const tier4k = { word: "4k", megapixels: 16.8 };

/** JPEG or PNG of at most 10 MB. */
const pictures = (max: number) => ({
  max,
  references: true,
  formats: ["png", "jpeg"] as ["png", "jpeg"],
  bytes_max: 10_000_000,
});

/** Kling's list through Comfy's price page, October 2026. */
const listed = {
  source: "https://docs.comfy.org/tutorials/partner-nodes/pricing",
  as_of: "2026-10-31",
  certainty: "third_party",
} as const;

const omni: Partial<CardFields> = { images: pictures(10), parameters: ["watermark"] };

export const cards = cardFamily(
  {
    owned_by: "kling",
    operations: ["generation", "edit"],
    prompt_max: 2500,
    edit_prompt_max: 2500,
    n: 9,
    ratios,
    tiers: [tier1k, tier2k],
    formats: ["png", "jpeg"],
    parameters: ["watermark", "negative_prompt"],
  },
  [
    {
      name: "kling-v3-omni",
      ...omni,
      tiers: [tier1k, tier2k, tier4k],
      price: { table: [{ resolution: "4k", usd: 0.056 }, { usd: 0.028 }], ...listed },
    },
    { name: "kling-image-o1", ...omni, price: { per_image_usd: 0.028, ...listed } },
    { name: "kling-v3", images: pictures(1), price: { per_image_usd: 0.028, ...listed } },
    { name: "kling-v2-1", images: pictures(4) },
    {
      // It redraws a picture and makes none from words alone.
      name: "kling-v2-new",
      operations: ["edit"],
      ratios: undefined,
      tiers: undefined,
      edit_sizes: ["auto"],
      images: { ...pictures(1), references: false },
      parameters: ["watermark"],
    },
    { name: "kling-v2", images: pictures(4) },
    { name: "kling-v1-5", images: pictures(1), tiers: [tier1k] },
    {
      name: "kling-v1",
      images: pictures(1),
      ratios: ratios.filter((ratio) => ratio !== "21:9"),
      tiers: [tier1k],
    },
  ],
);
