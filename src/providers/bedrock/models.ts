import { type CardFields, cardFamily } from "../../dialects/card-family.ts";

/** One model: which of our fields its body has. */
export interface ModelBody {
  readonly prompt: boolean;
  /** Names of the input pictures' fields, in order. */
  readonly images: readonly string[];
  /** Whether a shape is told: always, only where no picture is sent, or never. */
  readonly ratio: "always" | "without_image" | "never";
  /** True where `mode` must be said. */
  readonly mode?: boolean;
  /** Fields of `provider_options` that it takes. */
  readonly options: readonly string[];
}

const service = (options: readonly string[]): ModelBody => ({
  prompt: true,
  images: ["image"],
  ratio: "never",
  options,
});

const serviceName = (name: string): string => `us.stability.${name}-v1:0`;

/** docs.aws.amazon.com/bedrock, Stability AI models and image services, read 2026-11-26. */
export const bodies: Readonly<Record<string, ModelBody>> = {
  "stability.sd3-5-large-v1:0": {
    prompt: true,
    images: ["image"],
    ratio: "without_image",
    mode: true,
    options: ["strength"],
  },
  "stability.stable-image-core-v1:1": {
    prompt: true,
    images: [],
    ratio: "always",
    mode: true,
    options: [],
  },
  "stability.stable-image-ultra-v1:1": { prompt: true, images: [], ratio: "always", options: [] },
  [serviceName("stable-image-inpaint")]: service(["grow_mask", "style_preset"]),
  [serviceName("stable-outpaint")]: service(["left", "right", "up", "down", "creativity"]),
  [serviceName("stable-image-search-replace")]: service(["search_prompt", "grow_mask"]),
  [serviceName("stable-image-search-recolor")]: service(["select_prompt", "grow_mask"]),
  [serviceName("stable-image-erase-object")]: { ...service(["grow_mask"]), prompt: false },
  [serviceName("stable-image-remove-background")]: { ...service([]), prompt: false },
  [serviceName("stable-image-control-sketch")]: service(["control_strength"]),
  [serviceName("stable-image-control-structure")]: service(["control_strength"]),
  [serviceName("stable-image-style-guide")]: { ...service(["fidelity"]), ratio: "always" },
  [serviceName("stable-style-transfer")]: {
    ...service(["style_strength", "composition_fidelity", "change_strength"]),
    images: ["init_image", "style_image"],
  },
  [serviceName("stable-fast-upscale")]: { ...service([]), prompt: false },
  [serviceName("stable-conservative-upscale")]: service(["creativity"]),
  [serviceName("stable-creative-upscale")]: service(["creativity"]),
};

const perImage = (usd: number): CardFields["price"] => ({
  per_image_usd: usd,
  source: "https://aws.amazon.com/bedrock/pricing/",
  as_of: "2026-11-26",
  certainty: "third_party",
});

const edit: Partial<CardFields> = { operations: ["edit"], ratios: undefined, images: { max: 1 } };
const masked: Partial<CardFields> = { ...edit, mask: { polarity: "white" } };

export const cards = cardFamily(
  {
    owned_by: "stability-ai",
    prompt_max: 10_000,
    edit_prompt_max: 10_000,
    ratios: ["16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21"],
    formats: ["png", "jpeg"],
    format_parameter: true,
    parameters: ["seed", "negative_prompt"],
  },
  [
    {
      name: "stability.sd3-5-large-v1:0",
      operations: ["generation", "edit"],
      images: { max: 1 },
      price: perImage(0.08),
    },
    { name: "stability.stable-image-core-v1:1", price: perImage(0.04) },
    { name: "stability.stable-image-ultra-v1:1", price: perImage(0.14) },
    { name: serviceName("stable-image-inpaint"), ...masked, price: perImage(0.07) },
    {
      name: serviceName("stable-outpaint"),
      ...edit,
      parameters: ["seed"],
      price: perImage(0.06),
    },
    { name: serviceName("stable-image-search-replace"), ...edit, price: perImage(0.07) },
    { name: serviceName("stable-image-search-recolor"), ...edit, price: perImage(0.07) },
    {
      name: serviceName("stable-image-erase-object"),
      ...masked,
      parameters: ["seed"],
      price: perImage(0.07),
    },
    {
      name: serviceName("stable-image-remove-background"),
      ...edit,
      parameters: [],
      price: perImage(0.07),
    },
    { name: serviceName("stable-image-control-sketch"), ...edit, price: perImage(0.07) },
    { name: serviceName("stable-image-control-structure"), ...edit, price: perImage(0.07) },
    {
      name: serviceName("stable-image-style-guide"),
      operations: ["edit"],
      images: { max: 1 },
      price: perImage(0.07),
    },
    {
      name: serviceName("stable-style-transfer"),
      ...edit,
      images: { max: 2 },
      price: perImage(0.08),
    },
    { name: serviceName("stable-fast-upscale"), ...edit, parameters: [], price: perImage(0.03) },
    { name: serviceName("stable-conservative-upscale"), ...edit, price: perImage(0.4) },
    { name: serviceName("stable-creative-upscale"), ...edit, price: perImage(0.6) },
  ],
);
