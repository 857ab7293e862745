import type { ModelCard } from "../../core/model-card.ts";
import { type CardFields, cardFamily } from "../../dialects/card-family.ts";

function page(model: string) {
  return {
    source: `https://deepinfra.com/${model}/api`,
    as_of: "2026-11-26",
    certainty: "vendor",
  } as const;
}

/** A price for 1024 by 1024 pixels in the usual number of steps, in proportion to both and never rounded. */
function byPixelsAndSteps(
  model: string,
  usd: number,
  usual: number,
  per = usual,
): CardFields["price"] {
  return {
    lines: [{ per: ["megapixel", "step"], rate: usd, unit: per, megapixel: 1_048_576 }],
    steps: { option: "num_inference_steps", default: usual },
    ...page(model),
  };
}

const perImage = (model: string, usd: number): CardFields["price"] => ({
  per_image_usd: usd,
  ...page(model),
});

/** Sizes of FLUX there, and of models that name no others. */
export const usualSizes: Partial<CardFields> = {
  size_rule: { multiple: 32, edge_min: 256, edge_max: 1440, pixels_max: 2_073_600 },
  size_default: "1024x1024",
};

const editing: Partial<CardFields> = {
  operations: ["edit"],
  size_rule: undefined,
  edit_sizes: ["auto"],
  size_default: undefined,
  images: { max: 1 },
  parameters: [],
};

const flux = "black-forest-labs";

/** deepinfra.com, the models' pages, read 2026-11-26. Edits are models of their own. */
export const cards: readonly ModelCard[] = cardFamily(
  { owned_by: "deepinfra", formats: ["png", "jpeg"], parameters: ["seed"], ...usualSizes },
  [
    {
      name: `${flux}/FLUX-2-dev`,
      owned_by: flux,
      price: byPixelsAndSteps(`${flux}/FLUX-2-dev`, 0.01, 28),
    },
    {
      name: `${flux}/FLUX-2-max`,
      owned_by: flux,
      price: perImage(`${flux}/FLUX-2-max`, 0.07),
    },
    {
      name: `${flux}/FLUX-2-klein-4b`,
      owned_by: flux,
      price: {
        lines: [{ per: "megapixel", rate: 0.014, megapixel: 1_048_576 }],
        ...page(`${flux}/FLUX-2-klein-4b`),
      },
    },
    { name: `${flux}/FLUX-pro`, owned_by: flux, price: perImage(`${flux}/FLUX-pro`, 0.05) },
    { name: `${flux}/FLUX-1.1-pro`, owned_by: flux },
    { name: `${flux}/FLUX-1-dev`, owned_by: flux },
    {
      name: `${flux}/FLUX-1-schnell`,
      owned_by: flux,
      price: byPixelsAndSteps(`${flux}/FLUX-1-schnell`, 0.0005, 4, 1),
    },
    {
      name: "stabilityai/sd3.5",
      owned_by: "stabilityai",
      parameters: ["seed", "negative_prompt"],
    },
    {
      name: "stabilityai/sd3.5-medium",
      owned_by: "stabilityai",
      parameters: ["seed", "negative_prompt"],
    },
    { name: "stabilityai/sdxl-turbo", owned_by: "stabilityai" },
    { name: `${flux}/FLUX.1-Kontext-dev`, owned_by: flux, ...editing },
    { name: `${flux}/FLUX.1-Kontext-pro`, owned_by: flux, ...editing },
    {
      name: "Qwen/Qwen-Image-Edit",
      owned_by: "qwen",
      ...editing,
      price: byPixelsAndSteps("Qwen/Qwen-Image-Edit", 0.025, 25),
    },
    {
      name: "Wan-AI/Wan2.7-Image-Edit",
      owned_by: "wan-ai",
      ...editing,
      price: perImage("Wan-AI/Wan2.7-Image-Edit", 0.03),
    },
    {
      name: "Bria/fibo_edit-1.5",
      owned_by: "bria-ai",
      ...editing,
      images: { max: 4 },
      mask: { polarity: "transparent" },
      price: perImage("Bria/fibo_edit-1.5", 0.04),
    },
  ],
);
