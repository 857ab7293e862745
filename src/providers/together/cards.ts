import type { ModelCard } from "../../core/model-card.ts";
import { type CardFields, cardFamily } from "../../dialects/card-family.ts";

const models = {
  source: "https://docs.together.ai/docs/serverless-models",
  as_of: "2026-03-06",
} as const;

/** The price of a model that the vendor lists by the megapixel, a million pixels there, and bills by nothing else. */
const perMegapixel = (usd: number): CardFields["price"] => ({
  per_megapixel_usd: usd,
  ...models,
  certainty: "vendor",
});

/** A maker's model that is passed through: the list's figure is the maker's own for one picture. */
const perImage = (usd: number): CardFields["price"] => ({
  per_image_usd: usd,
  ...models,
  certainty: "uncertain",
});

/** Any size between these edges; the vendor advises multiples of 16. */
const free: Partial<CardFields> = {
  size_rule: { multiple: 16, edge_min: 256, edge_max: 1920, pixels_max: 3_686_400 },
};

const oneMegapixel = [
  "1024x1024",
  "1344x768",
  "768x1344",
  "1248x832",
  "832x1248",
  "1184x864",
  "864x1184",
];
/** Shapes of Gemini at 1K, width by height; 2K and 4K are the same, twice and four times as long. */
const geminiShapes = [...oneMegapixel, "896x1152", "1152x896", "1536x672"];

function larger(times: number): string[] {
  return geminiShapes.map((shape) =>
    shape
      .split("x")
      .map((edge) => String(Number(edge) * times))
      .join("x"),
  );
}

/** Without a size of its own an edit has that of its picture, as near as the model makes it. */
const editing: Partial<CardFields> = {
  operations: ["generation", "edit"],
  size_default: undefined,
};

/** FLUX.2 alone is documented to take `output_format`, and pictures as a list. */
const flux2: Partial<CardFields> = {
  ...free,
  ...editing,
  formats: ["jpeg", "png"],
  format_parameter: true,
  images: { max: 8, references: true },
  parameters: ["seed"],
};

const kontext: Partial<CardFields> = {
  ...free,
  ...editing,
  images: { max: 1 },
  parameters: ["seed"],
};

/** Google's models take neither a seed nor a negative prompt, and a list of pictures. */
const google: Partial<CardFields> = {
  ...editing,
  n: 1,
  images: { max: 10, references: true },
  parameters: [],
};

const flux = "black-forest-labs";

/** docs.together.ai, the pages of images and models, read 2026-11-26. The vendor's list changes often. */
export const cards: readonly ModelCard[] = cardFamily(
  {
    owned_by: "together",
    n: 4,
    size_default: "1024x1024",
    formats: ["jpeg"],
    parameters: ["seed", "negative_prompt"],
  },
  [
    { name: `${flux}/FLUX.2-pro`, owned_by: flux, ...flux2 },
    { name: `${flux}/FLUX.2-max`, owned_by: flux, ...flux2 },
    { name: `${flux}/FLUX.2-flex`, owned_by: flux, ...flux2 },
    { name: `${flux}/FLUX.2-dev`, owned_by: flux, ...flux2 },
    {
      name: `${flux}/FLUX.1-schnell`,
      owned_by: flux,
      ...free,
      price: {
        lines: [{ per: ["megapixel", "step"], rate: 0.0027, unit: 4 }],
        steps: { option: "steps", default: 4 },
        ...models,
        certainty: "vendor",
      },
    },
    {
      name: `${flux}/FLUX.1.1-pro`,
      owned_by: flux,
      ...free,
      parameters: ["seed"],
      price: perImage(0.04),
    },
    { name: `${flux}/FLUX.1-kontext-pro`, owned_by: flux, ...kontext, price: perImage(0.04) },
    { name: `${flux}/FLUX.1-kontext-max`, owned_by: flux, ...kontext, price: perImage(0.08) },
    {
      name: "google/flash-image-2.5",
      owned_by: "google",
      ...google,
      sizes: geminiShapes,
      price: perImage(0.039),
    },
    {
      name: "google/gemini-3-pro-image",
      owned_by: "google",
      ...google,
      sizes: [...geminiShapes, ...larger(2), ...larger(4)],
      price: {
        table: [{ pixels_max: 4_200_000, usd: 0.134 }, { usd: 0.24 }],
        ...models,
        certainty: "vendor",
      },
    },
    {
      name: "ByteDance-Seed/Seedream-4.0",
      owned_by: "bytedance",
      sizes: oneMegapixel,
      parameters: ["seed"],
      price: perImage(0.03),
    },
    {
      name: "ideogram/ideogram-3.0",
      owned_by: "ideogram-ai",
      sizes: oneMegapixel,
      price: perImage(0.06),
    },
    { name: "Qwen/Qwen-Image", owned_by: "qwen", ...free, price: perMegapixel(0.0058) },
    {
      name: "HiDream-ai/HiDream-I1-Full",
      owned_by: "hidream",
      ...free,
      price: perMegapixel(0.009),
    },
    {
      name: "HiDream-ai/HiDream-I1-Dev",
      owned_by: "hidream",
      ...free,
      price: perMegapixel(0.0045),
    },
    {
      name: "HiDream-ai/HiDream-I1-Fast",
      owned_by: "hidream",
      ...free,
      price: perMegapixel(0.0032),
    },
    {
      name: "RunDiffusion/Juggernaut-pro-flux",
      owned_by: "rundiffusion",
      ...free,
      price: perMegapixel(0.0049),
    },
    {
      name: "Rundiffusion/Juggernaut-Lightning-Flux",
      owned_by: "rundiffusion",
      ...free,
      price: perMegapixel(0.0017),
    },
    { name: "Lykon/DreamShaper", owned_by: "lykon", ...free, price: perMegapixel(0.0006) },
    {
      name: "stabilityai/stable-diffusion-3-medium",
      owned_by: "stabilityai",
      ...free,
      price: perMegapixel(0.0019),
    },
  ],
);
