import type { ModelCard } from "../../core/model-card.ts";
import { type CardFields, cardFamily } from "../../dialects/card-family.ts";
import { megapixelLines } from "../../dialects/megapixel-lines.ts";

function page(model: string) {
  return {
    source: `https://developers.cloudflare.com/workers-ai/models/${model}`,
    as_of: "2026-11-26",
    certainty: "vendor",
  } as const;
}

/** Tiles of 512 by 512 pixels and steps, which add up. */
function tilesAndSteps(
  tile: string,
  step: string,
  { model, option, usual }: { model: string; option: string; usual: number },
): CardFields["price"] {
  return {
    lines: [
      { per: "tile", rate: tile },
      { per: "step", rate: step },
    ],
    steps: { option, default: usual },
    ...page(model),
  };
}

const flux2: Partial<CardFields> = {
  owned_by: "black-forest-labs",
  operations: ["generation", "edit"],
  // Without a default: an edit that names no size has that of its picture.
  size_rule: { edge_min: 256, edge_max: 1920, pixels_max: 3_686_400 },
  images: { max: 4, references: true },
  parameters: ["seed"],
};

/** Models in beta, whose page says that a step costs nothing. */
const stableDiffusion: Partial<CardFields> = {
  operations: ["generation", "edit"],
  size_rule: { edge_min: 256, edge_max: 2048, pixels_max: 4_194_304 },
  images: { max: 1 },
  parameters: ["seed", "negative_prompt"],
  price: "free",
};

/** developers.cloudflare.com and its models' schemas, read 2026-11-26. */
export const cards: readonly ModelCard[] = cardFamily({ formats: ["jpeg", "png"] }, [
  {
    name: "@cf/black-forest-labs/flux-1-schnell",
    owned_by: "black-forest-labs",
    prompt_max: 2048,
    sizes: ["1024x1024"],
    price: tilesAndSteps("0.0000528", "0.0001056", {
      model: "flux-1-schnell",
      option: "steps",
      usual: 4,
    }),
  },
  {
    name: "@cf/black-forest-labs/flux-2-dev",
    ...flux2,
    price: {
      lines: [
        { per: ["tile", "step"], rate: "0.00041" },
        { per: ["input_tile", "step"], rate: "0.00021" },
      ],
      steps: { option: "steps", default: 25 },
      ...page("flux-2-dev"),
    },
  },
  { name: "@cf/black-forest-labs/flux-2-klein-4b", ...flux2 },
  {
    name: "@cf/black-forest-labs/flux-2-klein-9b",
    ...flux2,
    price: { lines: megapixelLines(0.015, 0.002), ...page("flux-2-klein-9b") },
  },
  {
    name: "@cf/leonardo/lucid-origin",
    owned_by: "leonardo-ai",
    size_rule: { edge_min: 256, edge_max: 2500, pixels_max: 6_250_000 },
    size_default: "1120x1120",
    parameters: ["seed"],
    price: tilesAndSteps("0.007", "0.00013", {
      model: "lucid-origin",
      option: "num_steps",
      usual: 20,
    }),
  },
  {
    name: "@cf/leonardo/phoenix-1.0",
    owned_by: "leonardo-ai",
    size_rule: { edge_min: 256, edge_max: 2048, pixels_max: 4_194_304 },
    size_default: "1024x1024",
    parameters: ["seed", "negative_prompt"],
    price: tilesAndSteps("0.00583", "0.00011", {
      model: "phoenix-1.0",
      option: "num_steps",
      usual: 25,
    }),
  },
  {
    name: "@cf/stabilityai/stable-diffusion-xl-base-1.0",
    owned_by: "stabilityai",
    ...stableDiffusion,
  },
  {
    name: "@cf/bytedance/stable-diffusion-xl-lightning",
    owned_by: "bytedance",
    ...stableDiffusion,
  },
  {
    name: "@cf/lykon/dreamshaper-8-lcm",
    owned_by: "lykon",
    ...stableDiffusion,
  },
  {
    name: "@cf/runwayml/stable-diffusion-v1-5-img2img",
    owned_by: "runwayml",
    ...stableDiffusion,
    operations: ["edit"],
  },
  {
    name: "@cf/runwayml/stable-diffusion-v1-5-inpainting",
    owned_by: "runwayml",
    ...stableDiffusion,
    operations: ["edit"],
    // As the model reads it; the vendor's page does not say.
    mask: { polarity: "white", binary: true },
  },
]);
