import type { ModelCard } from "../../core/model-card.ts";
import { cardFamily, type CardFields } from "../../dialects/card-family.ts";
import { megapixelLines } from "../../dialects/megapixel-lines.ts";

/** The shape of a model's request: each endpoint has its own fields, and refuses or ignores those of the others. */
export interface ModelShape {
  /** Pixels, a ratio, a ratio with a resolution, or the size of the input. */
  readonly size: "pixels" | "ratio" | "ratio_and_resolution" | "input";
  /** Field of input pictures: numbered (`input_image`, `input_image_2`, …), one, or a list. */
  readonly images: { readonly field: string; readonly as: "numbered" | "single" | "list" };
  /** False where the endpoint always gives PNG. */
  readonly format: boolean;
  readonly seed: boolean;
  /** The highest `safety_tolerance` that it takes. */
  readonly toleranceMax: number;
  /** Fields of `provider_options` that it takes. */
  readonly options: readonly string[];
}

const flux2: ModelShape = {
  size: "pixels",
  images: { field: "input_image", as: "numbered" },
  format: true,
  seed: true,
  toleranceMax: 5,
  options: ["disable_pup"],
};
const flux3: ModelShape = {
  size: "ratio_and_resolution",
  images: { field: "images", as: "list" },
  format: false,
  seed: false,
  // One source says 4, another 7.
  toleranceMax: 4,
  options: ["grounding"],
};
const flux1: ModelShape = {
  size: "pixels",
  images: { field: "image_prompt", as: "single" },
  format: true,
  seed: true,
  toleranceMax: 6,
  options: ["prompt_upsampling"],
};

/** docs.bfl.ai, the pages of each model, read 2026-11-26. */
export const shapes: Readonly<Record<string, ModelShape>> = {
  "flux-2-pro": flux2,
  "flux-2-max": flux2,
  "flux-2-flex": { ...flux2, options: ["guidance", "steps", "prompt_upsampling"] },
  "flux-2-klein-4b": { ...flux2, options: [] },
  "flux-2-klein-9b": { ...flux2, options: [] },
  "flux-3-image": flux3,
  "flux-3-image-klein": { ...flux3, size: "pixels", format: true, seed: true, options: ["steps"] },
  "flux-kontext-pro": {
    ...flux1,
    size: "ratio",
    images: { field: "input_image", as: "numbered" },
  },
  "flux-kontext-max": {
    ...flux1,
    size: "ratio",
    images: { field: "input_image", as: "numbered" },
  },
  "flux-pro-1.1": flux1,
  "flux-pro-1.1-ultra": { ...flux1, size: "ratio", options: ["raw", "image_prompt_strength"] },
  "flux-dev": { ...flux1, options: ["steps", "guidance", "prompt_upsampling"] },
  "flux-pro-1.0-fill": {
    ...flux1,
    size: "input",
    images: { field: "image", as: "single" },
    options: ["steps", "guidance", "prompt_upsampling"],
  },
};

const twentyMegabytes = 20_000_000;
const listed = {
  source: "https://docs.bfl.ai/quick_start/pricing",
  as_of: "2026-11-16",
  certainty: "vendor",
} as const;

function byMegapixel(first: number, further: number): CardFields["price"] {
  return { ...listed, lines: megapixelLines(first, further), as_of: "2026-10-15" };
}

const perImage = (usd: number): CardFields["price"] => ({ per_image_usd: usd, ...listed });

const flux2Card: Partial<CardFields> = {
  operations: ["generation", "edit"],
  size_rule: { multiple: 16, edge_min: 64, edge_max: 4096, pixels_max: 4_194_304 },
  images: { max: 8, references: true, bytes_max: twentyMegabytes },
};

const resolutions = [
  { word: "768sq", megapixels: 0.59 },
  { word: "1k", megapixels: 1.05 },
  { word: "1.5k", megapixels: 2.36 },
  { word: "2k", megapixels: 4.2 },
  { word: "4k", megapixels: 16.8 },
];

function byResolution(usd: readonly [number, number, number, number, number]): CardFields["price"] {
  return {
    table: resolutions.map(({ word }, at) => ({ resolution: word, usd: usd[at] ?? "unknown" })),
    resolutions,
    ...listed,
    as_of: "2026-10-15",
  };
}

const flux3Ratios = [
  "21:9",
  "2:1",
  "16:9",
  "3:2",
  "7:5",
  "4:3",
  "5:4",
  "1:1",
  "4:5",
  "3:4",
  "5:7",
  "2:3",
  "9:16",
  "1:2",
  "9:21",
];
const kontextRatios = [
  "7:3",
  "21:9",
  "16:9",
  "3:2",
  "4:3",
  "1:1",
  "3:4",
  "2:3",
  "9:16",
  "9:21",
  "3:7",
];

export const cards: readonly ModelCard[] = cardFamily(
  {
    owned_by: "black-forest-labs",
    prompt_max: 32_000,
    edit_prompt_max: 32_000,
    formats: ["png", "jpeg"],
    format_parameter: true,
    parameters: ["seed"],
  },
  [
    {
      name: "flux-2-pro",
      also: ["flux-2-pro-preview"],
      ...flux2Card,
      price: byMegapixel(0.03, 0.015),
    },
    { name: "flux-2-max", ...flux2Card, price: byMegapixel(0.07, 0.03) },
    { name: "flux-2-flex", ...flux2Card, price: byMegapixel(0.05, 0.05) },
    {
      name: "flux-2-klein-4b",
      ...flux2Card,
      images: { max: 4, references: true, bytes_max: twentyMegabytes },
      price: byMegapixel(0.014, 0.001),
    },
    {
      name: "flux-2-klein-9b",
      also: ["flux-2-klein-9b-preview", "flux-2-klein-9b-kv"],
      ...flux2Card,
      images: { max: 4, references: true, bytes_max: twentyMegabytes },
      price: byMegapixel(0.015, 0.002),
    },
    {
      name: "flux-3-image",
      released_at: "2026-10-01",
      operations: ["generation", "edit"],
      ratios: flux3Ratios,
      tiers: resolutions,
      formats: ["png"],
      format_parameter: false,
      images: { max: 10, references: true, bytes_max: twentyMegabytes },
      parameters: [],
      price: byResolution([0.041, 0.048, 0.07, 0.1, 0.607]),
    },
    {
      // Named on the vendor's pages; that its path is its name was not confirmed.
      name: "flux-3-image-klein",
      operations: ["generation", "edit"],
      size_rule: { multiple: 16, edge_min: 256, edge_max: 4096, pixels_max: 16_777_216 },
      images: { max: 10, references: true, bytes_max: twentyMegabytes },
      price: byResolution([0.008, 0.009, 0.011, 0.014, 0.036]),
    },
    {
      name: "flux-kontext-pro",
      operations: ["generation", "edit"],
      ratios: kontextRatios,
      images: { max: 4, bytes_max: twentyMegabytes },
      price: perImage(0.04),
    },
    {
      name: "flux-kontext-max",
      operations: ["generation", "edit"],
      ratios: kontextRatios,
      images: { max: 4, bytes_max: twentyMegabytes },
      price: perImage(0.08),
    },
    {
      name: "flux-pro-1.1",
      size_rule: { multiple: 32, edge_min: 256, edge_max: 1440, pixels_max: 2_073_600 },
      images: { max: 1, references: true, bytes_max: twentyMegabytes },
      price: perImage(0.04),
    },
    {
      name: "flux-pro-1.1-ultra",
      ratios: ["21:9", "16:9", "3:2", "4:3", "1:1", "3:4", "2:3", "9:16", "9:21"],
      images: { max: 1, references: true, bytes_max: twentyMegabytes },
      price: perImage(0.06),
    },
    {
      name: "flux-dev",
      size_rule: { multiple: 32, edge_min: 256, edge_max: 1440, pixels_max: 2_073_600 },
      images: { max: 1, references: true, bytes_max: twentyMegabytes },
      price: perImage(0.025),
    },
    {
      name: "flux-pro-1.0-fill",
      operations: ["edit"],
      formats: ["png", "jpeg", "webp"],
      images: { max: 1, bytes_max: twentyMegabytes },
      mask: { polarity: "white" },
      price: perImage(0.05),
    },
  ],
);
