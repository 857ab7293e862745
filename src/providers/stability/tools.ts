import type { ModelCard } from "../../core/model-card.ts";
import { cardFamily, type CardFields } from "../../dialects/card-family.ts";

/** One endpoint of the API: where it is, and which of our fields it has. */
export interface Tool {
  readonly path: string;
  /** Value of its `model` field, where it serves several. */
  readonly model?: string;
  readonly prompt: boolean;
  /** The prompt's field where it is not `prompt`. */
  readonly promptField?: string;
  /** True where the picture is a job that is asked for later. */
  readonly job?: boolean;
  /** Names of the input pictures' fields, in order. */
  readonly images: readonly string[];
  /** Whether a shape is told: always, or only where no picture is sent. */
  readonly ratio: "always" | "without_image" | "never";
  /** True where `mode` must say whether a picture is sent. */
  readonly mode?: boolean;
  /** Further fields that callers may set through `provider_options`. */
  readonly options: readonly string[];
}

const generate = "/v2beta/stable-image/generate";
const edit = "/v2beta/stable-image/edit";
const control = "/v2beta/stable-image/control";
const upscale = "/v2beta/stable-image/upscale";

const sd3 = (model: string): Tool => ({
  path: `${generate}/sd3`,
  model,
  prompt: true,
  images: ["image"],
  ratio: "without_image",
  mode: true,
  options: ["strength", "style_preset", "cfg_scale"],
});

/** An edit of one picture by a prompt. */
const promptEdit = (path: string, options: readonly string[]): Tool => ({
  path,
  prompt: true,
  images: ["image"],
  ratio: "never",
  options,
});

/** platform.stability.ai/docs/api-reference, v2beta, read 2026-11-26. */
export const tools: Readonly<Record<string, Tool>> = {
  "stable-image-ultra": {
    path: `${generate}/ultra`,
    prompt: true,
    images: ["image"],
    ratio: "without_image",
    options: ["strength", "style_preset"],
  },
  "stable-image-core": {
    path: `${generate}/core`,
    prompt: true,
    images: [],
    ratio: "always",
    options: ["style_preset"],
  },
  "sd3.5-large": sd3("sd3.5-large"),
  "sd3.5-large-turbo": sd3("sd3.5-large-turbo"),
  "sd3.5-medium": sd3("sd3.5-medium"),
  "sd3.5-flash": sd3("sd3.5-flash"),
  "stable-image-inpaint": promptEdit(`${edit}/inpaint`, ["grow_mask", "style_preset"]),
  "stable-image-erase": { ...promptEdit(`${edit}/erase`, ["grow_mask"]), prompt: false },
  "stable-image-outpaint": promptEdit(`${edit}/outpaint`, [
    "left",
    "right",
    "up",
    "down",
    "creativity",
    "style_preset",
  ]),
  "stable-image-search-and-replace": promptEdit(`${edit}/search-and-replace`, [
    "search_prompt",
    "grow_mask",
    "style_preset",
  ]),
  "stable-image-search-and-recolor": promptEdit(`${edit}/search-and-recolor`, [
    "select_prompt",
    "grow_mask",
    "style_preset",
  ]),
  "stable-image-remove-background": {
    ...promptEdit(`${edit}/remove-background`, []),
    prompt: false,
  },
  "stable-image-control-sketch": promptEdit(`${control}/sketch`, [
    "control_strength",
    "style_preset",
  ]),
  "stable-image-control-structure": promptEdit(`${control}/structure`, [
    "control_strength",
    "style_preset",
  ]),
  "stable-image-control-style": {
    ...promptEdit(`${control}/style`, ["fidelity", "style_preset"]),
    ratio: "always",
  },
  "stable-image-style-transfer": {
    ...promptEdit(`${control}/style-transfer`, [
      "style_strength",
      "composition_fidelity",
      "change_strength",
    ]),
    images: ["init_image", "style_image"],
  },
  "stable-image-upscale-fast": { ...promptEdit(`${upscale}/fast`, []), prompt: false },
  "stable-image-upscale-conservative": promptEdit(`${upscale}/conservative`, ["creativity"]),
  "stable-image-upscale-creative": {
    ...promptEdit(`${upscale}/creative`, ["creativity"]),
    job: true,
  },
  "stable-image-replace-background-and-relight": {
    ...promptEdit(`${edit}/replace-background-and-relight`, [
      "foreground_prompt",
      "preserve_original_subject",
      "original_background_depth",
      "keep_original_background",
      "light_source_direction",
      "light_source_strength",
    ]),
    promptField: "background_prompt",
    images: ["subject_image", "background_reference", "light_reference"],
    job: true,
  },
};

/** A credit is a cent (stability.ai/api-pricing-update-25, in force since 2025-08-01). */
function credits(count: number): CardFields["price"] {
  return {
    per_image_usd: count / 100,
    source: "https://stability.ai/api-pricing-update-25",
    as_of: "2026-11-26",
    certainty: "vendor",
  };
}

const tenMebibytes = 10 * 1024 * 1024;
const onePicture = { max: 1, bytes_max: tenMebibytes };
const both: Partial<CardFields> = { operations: ["generation", "edit"], images: onePicture };
const editing: Partial<CardFields> = {
  operations: ["edit"],
  images: onePicture,
  ratios: undefined,
};
const masked: Partial<CardFields> = { ...editing, mask: { polarity: "white" } };

export const cards: readonly ModelCard[] = cardFamily(
  {
    owned_by: "stability-ai",
    prompt_max: 10_000,
    edit_prompt_max: 10_000,
    ratios: ["21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21"],
    formats: ["png", "jpeg", "webp"],
    format_parameter: true,
    parameters: ["seed", "negative_prompt"],
  },
  [
    { name: "stable-image-ultra", ...both, price: credits(8) },
    { name: "stable-image-core", price: credits(3) },
    { name: "sd3.5-large", ...both, price: credits(6.5) },
    { name: "sd3.5-large-turbo", ...both, price: credits(4) },
    { name: "sd3.5-medium", ...both, price: credits(3.5) },
    { name: "sd3.5-flash", ...both, price: credits(2.5) },
    { name: "stable-image-inpaint", ...masked, price: credits(5) },
    { name: "stable-image-erase", ...masked, parameters: ["seed"], price: credits(5) },
    { name: "stable-image-outpaint", ...editing, parameters: ["seed"], price: credits(4) },
    { name: "stable-image-search-and-replace", ...editing, price: credits(5) },
    { name: "stable-image-search-and-recolor", ...editing, price: credits(5) },
    {
      name: "stable-image-remove-background",
      ...editing,
      formats: ["png", "webp"],
      parameters: [],
      price: credits(5),
    },
    { name: "stable-image-control-sketch", ...editing, price: credits(5) },
    { name: "stable-image-control-structure", ...editing, price: credits(5) },
    {
      name: "stable-image-control-style",
      operations: ["edit"],
      images: onePicture,
      price: credits(5),
    },
    {
      name: "stable-image-style-transfer",
      ...editing,
      images: { max: 2, bytes_max: tenMebibytes },
      price: credits(8),
    },
    {
      name: "stable-image-upscale-fast",
      ...editing,
      parameters: [],
      price: credits(2),
    },
    { name: "stable-image-upscale-conservative", ...editing, price: credits(40) },
    { name: "stable-image-upscale-creative", ...editing, price: credits(60) },
    {
      name: "stable-image-replace-background-and-relight",
      ...editing,
      images: { max: 3, bytes_max: tenMebibytes },
      price: credits(8),
    },
  ],
);
