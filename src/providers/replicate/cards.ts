import { defineCard, type ModelCard } from "../../core/model-card.ts";
import { type InputShape, inputShapeSchema } from "./input-shape.ts";

/** The same list on every FLUX model that takes ratios, as their schema pages print it. */
const fluxRatios = [
  "1:1",
  "16:9",
  "21:9",
  "3:2",
  "2:3",
  "4:5",
  "5:4",
  "3:4",
  "4:3",
  "9:16",
  "9:21",
];

const fluxTiers = [
  { word: "0.25", megapixels: 0.25 },
  { word: "1", megapixels: 1 },
];

const flux1 = {
  owned_by: "black-forest-labs",
  operations: ["generation" as const],
  n: 4,
  ratios: fluxRatios,
  tiers: fluxTiers,
  formats: ["webp" as const, "png" as const, "jpeg" as const],
  format_parameter: true,
  compression_parameter: true,
  parameters: ["seed"],
};

/** A price harvest's quote of the vendor's page. */
const quoted = {
  source: "https://replicate.com/pricing",
  as_of: "2026-10-07",
  certainty: "third_party",
} as const;

/**
 * Official models whose input fields are known (fact sheet "specialists", section Replicate). A
 * card without a price (flux-2: by run and megapixel, on pages that were not read) is refused to keys with a budget until
 * the operator names it. The sources give the sides of a free size as multiples of 16 and of 32: 32 is both.
 */
export const cards: readonly ModelCard[] = [
  defineCard({
    ...flux1,
    name: "black-forest-labs/flux-schnell",
    price: { per_image_usd: 0.003, ...quoted },
  }),
  defineCard({
    ...flux1,
    name: "black-forest-labs/flux-dev",
    price: { per_image_usd: 0.025, ...quoted },
  }),
  defineCard({
    name: "black-forest-labs/flux-2-pro",
    owned_by: "black-forest-labs",
    operations: ["generation", "edit"],
    n: 1,
    size_rule: {
      multiple: 32,
      edge_min: 256,
      edge_max: 2048,
      pixels_min: 65_536,
      pixels_max: 4_194_304,
    },
    formats: ["webp", "png", "jpeg"],
    format_parameter: true,
    compression_parameter: true,
    images: { max: 8, references: true },
    parameters: ["seed"],
  }),
  defineCard({
    name: "black-forest-labs/flux-2-klein-4b",
    owned_by: "black-forest-labs",
    operations: ["generation", "edit"],
    n: 1,
    ratios: fluxRatios,
    formats: ["jpeg", "png", "webp"],
    format_parameter: true,
    compression_parameter: true,
    images: { max: 5, references: true },
    parameters: ["seed"],
  }),
];

/** A model that nobody has described: a prompt in, one picture out; the gateway does the rest or says that it cannot. */
export const defaultCard: ModelCard = defineCard({ name: "any", operations: ["generation"], n: 1 });

const flux1Shape = inputShapeSchema.parse({
  size: { ratio: "aspect_ratio", tier: "megapixels" },
  count: "num_outputs",
  format: { field: "output_format" },
  compression: "output_quality",
});

/** Shapes of the input of each model above; an entry of the same name in the settings replaces it. */
export const builtInShapes: Readonly<Record<string, InputShape>> = {
  "black-forest-labs/flux-schnell": flux1Shape,
  "black-forest-labs/flux-dev": flux1Shape,
  "black-forest-labs/flux-2-pro": inputShapeSchema.parse({
    size: { width: "width", height: "height", with: { aspect_ratio: "custom" } },
    edit: { aspect_ratio: "match_input_image" },
    images: { field: "input_images", as: "list" },
    format: { field: "output_format" },
    compression: "output_quality",
  }),
  "black-forest-labs/flux-2-klein-4b": inputShapeSchema.parse({
    size: { ratio: "aspect_ratio" },
    edit: { aspect_ratio: "match_input_image" },
    images: { field: "images", as: "list" },
    format: { field: "output_format" },
    compression: "output_quality",
  }),
};
