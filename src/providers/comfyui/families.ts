import { defineCard, type ModelCard } from "../../core/model-card.ts";

/** Names of model files as the server lists them. A checkpoint holds all parts; else each part has its file. */
export interface ModelFiles {
  readonly checkpoint?: string | undefined;
  readonly unet?: string | undefined;
  readonly clip?: readonly string[] | undefined;
  readonly vae?: string | undefined;
}

/** One family of models: how its graph is built, and what its members take. */
export interface Family {
  readonly files: ModelFiles;
  /** The name by which the server's text encoder loader knows the family. */
  readonly clipType?: string;
  readonly emptyLatent: "EmptyLatentImage" | "EmptySD3LatentImage";
  /** Shift of the noise schedule. */
  readonly auraFlowShift?: number;
  readonly cfgNorm?: number;
  /** Distilled guidance of the prompt, which stands beside cfg. */
  readonly guidance?: number;
  readonly steps: number;
  readonly cfg: number;
  readonly sampler: string;
  readonly scheduler: string;
  /** False: the model is made for no negative prompt, and an empty conditioning stands for it. */
  readonly negative: boolean;
  /**
   * The use that an edit makes of its input images. `start`: the picture begins as the image. `reference`: they
   * are stitched together and the model looks at them. `encoder`: the text encoder sees up to three.
   */
  readonly edits: "start" | "reference" | "encoder";
  /** Pixels of a side of the square that is made where no size is said. */
  readonly side: number;
  readonly card: ModelCard;
}

interface CardFacts {
  readonly edge_max: number;
  readonly pixels_max: number;
  readonly multiple?: number;
  readonly operations?: ModelCard["operations"];
  readonly images?: number;
  readonly negative?: boolean;
}

/** Sizes are those of the models' own pages; the nodes take any multiple of 8 or 16 up to 16384. */
function cardOf(name: string, facts: CardFacts): ModelCard {
  const { edge_max, pixels_max, multiple = 16, operations, images = 1, negative = false } = facts;
  return defineCard({
    name,
    operations: operations ?? ["generation", "edit"],
    n: 4,
    size_rule: { multiple, edge_min: 64, edge_max, pixels_max },
    formats: ["png"],
    images: { max: images },
    // LoadImageMask takes the alpha channel upside down: what is transparent may change.
    mask: { polarity: "transparent" },
    parameters: negative ? ["seed", "negative_prompt"] : ["seed"],
    streaming: true,
    failures_billed: false,
    price: "free",
  });
}

const flux = {
  clipType: "flux",
  emptyLatent: "EmptySD3LatentImage",
  cfg: 1,
  sampler: "euler",
  scheduler: "simple",
  negative: false,
  side: 1024,
} as const;

const qwen = {
  clipType: "qwen_image",
  emptyLatent: "EmptySD3LatentImage",
  steps: 20,
  cfg: 2.5,
  sampler: "euler",
  scheduler: "simple",
  negative: true,
} as const;

const qwenFiles = {
  clip: ["qwen_2.5_vl_7b_fp8_scaled.safetensors"],
  vae: "qwen_image_vae.safetensors",
};

const zImage = {
  clipType: "lumina2",
  emptyLatent: "EmptySD3LatentImage",
  auraFlowShift: 3,
  sampler: "res_multistep",
  scheduler: "simple",
  edits: "start",
  side: 1024,
} as const;

const zImageFiles = { clip: ["qwen_3_4b.safetensors"], vae: "ae.safetensors" };
const wide = { edge_max: 2048, pixels_max: 2_359_296 };

/**
 * The bundled workflows, with the files, steps and samplers of Comfy-Org's own templates
 * (comfyui-workflow-templates 0.1.95 and comfyui-workflow-templates-json 0.1.123).
 */
export const families: Readonly<Record<string, Family>> = {
  sd15: {
    files: { checkpoint: "v1-5-pruned-emaonly-fp16.safetensors" },
    emptyLatent: "EmptyLatentImage",
    steps: 20,
    cfg: 8,
    sampler: "dpmpp_2m",
    scheduler: "normal",
    negative: true,
    edits: "start",
    side: 512,
    card: cardOf("sd15", { edge_max: 1024, pixels_max: 786_432, multiple: 8, negative: true }),
  },
  sdxl: {
    files: { checkpoint: "sd_xl_base_1.0.safetensors" },
    emptyLatent: "EmptyLatentImage",
    steps: 25,
    cfg: 8,
    sampler: "euler",
    scheduler: "normal",
    negative: true,
    edits: "start",
    side: 1024,
    card: cardOf("sdxl", { ...wide, multiple: 8, negative: true }),
  },
  sd3: {
    files: { checkpoint: "sd3.5_large_fp8_scaled.safetensors" },
    clipType: "sd3",
    emptyLatent: "EmptySD3LatentImage",
    steps: 20,
    cfg: 4,
    sampler: "euler",
    scheduler: "sgm_uniform",
    negative: true,
    edits: "start",
    side: 1024,
    card: cardOf("sd3", { ...wide, negative: true }),
  },
  "flux-dev": {
    ...flux,
    files: {
      unet: "flux1-dev.safetensors",
      clip: ["clip_l.safetensors", "t5xxl_fp16.safetensors"],
      vae: "ae.safetensors",
    },
    guidance: 3.5,
    steps: 20,
    edits: "start",
    card: cardOf("flux-dev", wide),
  },
  "flux-schnell": {
    ...flux,
    files: {
      unet: "flux1-schnell.safetensors",
      clip: ["clip_l.safetensors", "t5xxl_fp16.safetensors"],
      vae: "ae.safetensors",
    },
    steps: 4,
    edits: "start",
    card: cardOf("flux-schnell", wide),
  },
  "flux-kontext": {
    ...flux,
    files: {
      unet: "flux1-dev-kontext_fp8_scaled.safetensors",
      clip: ["clip_l.safetensors", "t5xxl_fp8_e4m3fn_scaled.safetensors"],
      vae: "ae.safetensors",
    },
    guidance: 2.5,
    steps: 20,
    edits: "reference",
    card: cardOf("flux-kontext", { ...wide, operations: ["edit"], images: 3 }),
  },
  "qwen-image": {
    ...qwen,
    files: { unet: "qwen_image_fp8_e4m3fn.safetensors", ...qwenFiles },
    auraFlowShift: 3.1,
    edits: "start",
    side: 1328,
    card: cardOf("qwen-image", { edge_max: 2048, pixels_max: 3_145_728, negative: true }),
  },
  "qwen-image-edit": {
    ...qwen,
    files: { unet: "qwen_image_edit_2509_fp8_e4m3fn.safetensors", ...qwenFiles },
    auraFlowShift: 3,
    cfgNorm: 1,
    edits: "encoder",
    side: 1024,
    card: cardOf("qwen-image-edit", { ...wide, operations: ["edit"], images: 3, negative: true }),
  },
  "z-image-turbo": {
    ...zImage,
    files: { unet: "z_image_turbo_bf16.safetensors", ...zImageFiles },
    steps: 8,
    cfg: 1,
    negative: false,
    card: cardOf("z-image-turbo", wide),
  },
  "z-image": {
    ...zImage,
    files: { unet: "z_image_bf16.safetensors", ...zImageFiles },
    steps: 25,
    cfg: 4,
    negative: true,
    card: cardOf("z-image", { ...wide, negative: true }),
  },
};

/** Endings of names that are files of models. */
const modelFile = /\.(safetensors|ckpt|sft|pt|pth|bin)$/i;

/** The family that a checkpoint belongs to by the words of its file's name; undefined for what is no file. */
export function familyOfCheckpoint(name: string): string | undefined {
  if (!modelFile.test(name)) return undefined;
  if (/kontext/i.test(name)) return "flux-kontext";
  if (/schnell/i.test(name)) return "flux-schnell";
  if (/flux/i.test(name)) return "flux-dev";
  if (/sd[._-]?3|stable[._-]?diffusion[._-]?3/i.test(name)) return "sd3";
  return /xl|pony|illustrious|noob/i.test(name) ? "sdxl" : "sd15";
}
