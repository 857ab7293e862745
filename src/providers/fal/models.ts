import { z } from "zod";
import { type CardFields, cardFamily } from "../../dialects/card-family.ts";
import { megapixelLines } from "../../dialects/megapixel-lines.ts";

/** The parts in which endpoints' inputs differ; else they are alike. */
export const endpointSchema = z.strictObject({
  size: z
    .enum(["image_size", "aspect_ratio", "none"])
    .default("image_size")
    .describe(
      "image_size: { width, height }; aspect_ratio: the ratio, with resolution where the card has tiers.",
    ),
  count: z.boolean().default(true).describe("Takes num_images."),
  images: z
    .enum(["image_url", "image_urls", "none"])
    .default("none")
    .describe("Field of input pictures: one, or a list."),
  mask: z.string().max(40).optional().describe("Field of the mask."),
  format: z.boolean().default(true).describe("Takes output_format."),
  quality: z.boolean().default(false).describe("Takes quality."),
  safety: z
    .enum(["checker", "tolerance", "none"])
    .default("checker")
    .describe("enable_safety_checker, safety_tolerance, or neither."),
});
export type Endpoint = z.output<typeof endpointSchema>;

const plain = endpointSchema.parse({});
const edit: Endpoint = { ...plain, images: "image_urls" };
const byRatio: Endpoint = { ...plain, size: "aspect_ratio" };

/** The endpoints that are built in (fal.ai, API pages of each model, read 2026-11-26). */
export const endpoints: Readonly<Record<string, Endpoint>> = {
  "fal-ai/flux/schnell": plain,
  "fal-ai/flux/dev": plain,
  "fal-ai/flux-2-pro": { ...plain, count: false, safety: "tolerance" },
  "fal-ai/flux-2-pro/edit": { ...edit, count: false, safety: "tolerance" },
  "fal-ai/flux-2-flex": { ...plain, count: false, safety: "tolerance" },
  "fal-ai/flux-2/edit": edit,
  "fal-ai/flux-pro/v1.1": { ...plain, safety: "tolerance" },
  "fal-ai/flux-pro/v1.1-ultra": { ...byRatio, safety: "tolerance" },
  "fal-ai/flux-pro/v1/fill": {
    ...plain,
    size: "none",
    images: "image_url",
    mask: "mask_url",
    safety: "tolerance",
  },
  "fal-ai/nano-banana-2": { ...byRatio, safety: "none" },
  "fal-ai/nano-banana-2/edit": { ...byRatio, images: "image_urls", safety: "none" },
  "fal-ai/nano-banana-pro": { ...byRatio, safety: "none" },
  "fal-ai/nano-banana-pro/edit": { ...byRatio, images: "image_urls", safety: "none" },
};

const listed = { source: "https://fal.ai/models", as_of: "2026-11-26" } as const;

const byMegapixel = (first: number, further = first): CardFields["price"] => ({
  lines: megapixelLines(first, further),
  certainty: "vendor",
  ...listed,
});

const perImage = (usd: number): CardFields["price"] => ({
  per_image_usd: usd,
  ...listed,
  certainty: "third_party",
});

/** Nano Banana by the resolution that was asked. */
function byResolution(rows: Readonly<Record<string, number>>): CardFields["price"] {
  return {
    table: Object.entries(rows).map(([resolution, usd]) => ({ resolution, usd })),
    ...listed,
    certainty: "third_party",
  };
}

const free: Partial<CardFields> = {
  size_rule: { multiple: 16, edge_min: 256, edge_max: 4096, pixels_max: 4_194_304 },
  size_default: "1024x1024",
};
const ratios = "21:9 16:9 3:2 4:3 5:4 1:1 4:5 3:4 2:3 9:16".split(" ");
const tiers = [
  { word: "1K", megapixels: 1.05 },
  { word: "2K", megapixels: 4.2 },
  { word: "4K", megapixels: 16.8 },
];
const banana: Partial<CardFields> = { n: 4, ratios, tiers, parameters: [] };
const bananaEdit: Partial<CardFields> = { ...banana, operations: ["edit"], images: { max: 14 } };

export const cards = cardFamily(
  {
    owned_by: "fal",
    formats: ["png", "jpeg"],
    format_parameter: true,
    parameters: ["seed"],
  },
  [
    { name: "fal-ai/flux/schnell", n: 4, ...free, price: byMegapixel(0.003) },
    { name: "fal-ai/flux/dev", n: 4, ...free, price: byMegapixel(0.025) },
    { name: "fal-ai/flux-2-pro", ...free, price: byMegapixel(0.03, 0.015) },
    {
      name: "fal-ai/flux-2-pro/edit",
      ...free,
      operations: ["edit"],
      images: { max: 9 },
      price: byMegapixel(0.03, 0.015),
    },
    { name: "fal-ai/flux-2-flex", ...free, price: byMegapixel(0.05) },
    { name: "fal-ai/flux-2/edit", ...free, n: 4, operations: ["edit"], images: { max: 4 } },
    { name: "fal-ai/flux-pro/v1.1", ...free, n: 4, price: perImage(0.04) },
    {
      name: "fal-ai/flux-pro/v1.1-ultra",
      n: 4,
      ratios: "21:9 16:9 4:3 3:2 1:1 2:3 3:4 9:16 9:21".split(" "),
      price: perImage(0.06),
    },
    {
      name: "fal-ai/flux-pro/v1/fill",
      n: 4,
      operations: ["edit"],
      edit_sizes: ["auto"],
      images: { max: 1 },
      mask: { polarity: "white" },
      price: perImage(0.05),
    },
    {
      name: "fal-ai/nano-banana-2",
      ...banana,
      price: byResolution({ "1K": 0.08, "2K": 0.12, "4K": 0.16 }),
    },
    {
      name: "fal-ai/nano-banana-2/edit",
      ...bananaEdit,
      price: byResolution({ "1K": 0.08, "2K": 0.12, "4K": 0.16 }),
    },
    {
      name: "fal-ai/nano-banana-pro",
      ...banana,
      price: byResolution({ "1K": 0.15, "2K": 0.15, "4K": 0.3 }),
    },
    {
      name: "fal-ai/nano-banana-pro/edit",
      ...bananaEdit,
      price: byResolution({ "1K": 0.15, "2K": 0.15, "4K": 0.3 }),
    },
  ],
);
