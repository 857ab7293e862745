import { type CardFields, cardFamily } from "../../dialects/card-family.ts";

/** One of the API's endpoints, and what it takes. */
export interface Endpoint {
  readonly path: string;
  /**
   * The means by which a model changes a picture: an instruction, words for what fills the mask, or the picture alone.
   * Undefined: it makes a picture of its own.
   */
  readonly work?: "instruction" | "fill" | "picture";
  readonly takesSteps?: boolean;
}

/** docs.bria.ai, image generation and image editing, version 2, read 2026-11-26. */
export const endpoints: Readonly<Record<string, Endpoint>> = {
  fibo: { path: "image/generate", takesSteps: true },
  "fibo-lite": { path: "image/generate/lite" },
  "fibo-edit": { path: "image/edit", work: "instruction", takesSteps: true },
  "gen-fill": { path: "image/edit/gen_fill", work: "fill" },
  erase: { path: "image/edit/erase", work: "picture" },
  "remove-background": { path: "image/edit/remove_background", work: "picture" },
};

/** Bria's price page through its resellers, July to October 2026. */
function perImage(usd: number): CardFields["price"] {
  return {
    per_image_usd: usd,
    source:
      "Bria, through the price page of Comfy (docs.comfy.org, partner nodes) and other resellers",
    as_of: "2026-10-31",
    certainty: "third_party",
  };
}

const generation: Partial<CardFields> = {
  ratios: ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9"],
  tiers: [
    { word: "1MP", megapixels: 1.05 },
    { word: "4MP", megapixels: 4.2 },
  ],
  formats: ["png", "jpeg"],
  format_parameter: true,
  images: { max: 1, references: true, bytes_max: 12_000_000 },
  parameters: ["seed", "negative_prompt"],
};

/** The result has the size of its picture. */
const work: Partial<CardFields> = {
  operations: ["edit"],
  edit_sizes: ["auto"],
  formats: ["png"],
  images: { max: 1, bytes_max: 12_000_000 },
};
const mask: Partial<CardFields> = { mask: { polarity: "white", binary: true } };

export const cards = cardFamily({ owned_by: "bria" }, [
  { name: "fibo", ...generation, price: perImage(0.03) },
  { name: "fibo-lite", ...generation, price: perImage(0.02) },
  {
    name: "fibo-edit",
    ...work,
    ...mask,
    parameters: ["seed", "negative_prompt"],
    price: perImage(0.04),
  },
  { name: "gen-fill", ...work, ...mask, parameters: ["negative_prompt"], price: perImage(0.03) },
  { name: "erase", ...work, ...mask, price: perImage(0.02) },
  { name: "remove-background", ...work, price: perImage(0.018) },
]);
