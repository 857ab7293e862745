import type { Family, ModelFiles } from "./families.ts";
import type { Graph, GraphInput } from "./graph.ts";

/** The values that a request puts into a workflow. */
export interface Values {
  readonly prompt: string;
  readonly negative: string | undefined;
  /** Pixels. Undefined: a workflow without a place for it makes its own. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly count: number;
  readonly seed: number;
  /** Input images, under the names that the server gave them. */
  readonly images: readonly UploadedImage[];
  readonly mask: UploadedImage | undefined;
  readonly steps: number | undefined;
  readonly cfg: number | undefined;
  readonly guidance: number | undefined;
  readonly sampler: string | undefined;
  readonly scheduler: string | undefined;
  readonly denoise: number | undefined;
}

/** An input image that lies at the server. */
export interface UploadedImage {
  readonly name: string;
  /** Pixels as it is shown. */
  readonly width: number;
  readonly height: number;
}

/** Values of a bundled workflow, which always has a size. */
export interface BundledValues extends Values {
  readonly width: number;
  readonly height: number;
  readonly keepFiles: boolean;
  /** Beginning of the names of saved files: another one for each request, so that none is answered from the cache without its files. */
  readonly filePrefix: string;
}

type Link = readonly [node: string, output: number];

/** The id of the node whose pictures are the result. */
export const resultNode = "result";

/** The field of the request that a bundled workflow's input holds, by the input's place. */
export const bundledFields: Readonly<Record<string, string>> = {
  "positive.text": "prompt",
  "positive.prompt": "prompt",
  "negative.text": "negative_prompt",
  "negative.prompt": "negative_prompt",
  "latent.width": "size",
  "latent.height": "size",
  "latent.batch_size": "n",
  "batch.amount": "n",
  "sampler.seed": "seed",
  "sampler.steps": "steps",
  "sampler.cfg": "cfg",
  "sampler.sampler_name": "sampler",
  "sampler.scheduler": "scheduler",
  "sampler.denoise": "denoise",
  "guidance.guidance": "guidance",
};

/** The graph of one request to a model of a bundled family. */
export function bundledGraph(family: Family, files: ModelFiles, values: BundledValues): Graph {
  const nodes = new Nodes();
  const parts = loaders(nodes, family, files);
  const images = values.images.map(({ name }, index) =>
    nodes.add(`image${index + 1}`, "LoadImage", { image: name }),
  );
  const reference =
    family.edits === "reference" ? referenceLatent(nodes, images, parts) : undefined;
  const { positive, negative } = conditioning(nodes, family, parts, values, images, reference);
  const { latent, isStart } = latentOf(nodes, family, parts, values, images);
  const sampled = nodes.add("sampler", "KSampler", {
    model: parts.model,
    positive,
    negative,
    latent_image: latent,
    seed: values.seed,
    steps: values.steps ?? family.steps,
    cfg: values.cfg ?? family.cfg,
    sampler_name: values.sampler ?? family.sampler,
    scheduler: values.scheduler ?? family.scheduler,
    denoise: isStart ? (values.denoise ?? 1) : 1,
  });
  const decoded = nodes.add("decoded", "VAEDecode", { samples: sampled, vae: parts.vae });
  if (values.keepFiles) {
    nodes.add(resultNode, "SaveImage", { images: decoded, filename_prefix: values.filePrefix });
  } else {
    nodes.add(resultNode, "PreviewImage", { images: decoded });
  }
  return nodes.graph;
}

/** A graph while nodes are added to it. */
class Nodes {
  readonly graph: Graph = {};

  /** Adds a node and gives the place of its first output. */
  add(
    id: string,
    classType: string,
    inputs: Readonly<Record<string, GraphInput | Link | undefined>>,
  ): Link {
    const said = Object.entries(inputs).flatMap(([name, value]): [string, GraphInput][] =>
      value === undefined ? [] : [[name, isLink(value) ? [...value] : value]],
    );
    this.graph[id] = { class_type: classType, inputs: Object.fromEntries(said) };
    return [id, 0];
  }
}

function isLink(value: GraphInput | Link): value is Link {
  return Array.isArray(value);
}

interface Parts {
  readonly model: Link;
  readonly clip: Link;
  readonly vae: Link;
}

function loaders(nodes: Nodes, family: Family, files: ModelFiles): Parts {
  const loaded =
    files.checkpoint === undefined ? separate(nodes, family, files) : whole(nodes, files);
  let { model } = loaded;
  if (family.auraFlowShift !== undefined) {
    const shift = family.auraFlowShift;
    model = nodes.add("shift", "ModelSamplingAuraFlow", { model, shift });
  }
  if (family.cfgNorm !== undefined) {
    model = nodes.add("norm", "CFGNorm", { model, strength: family.cfgNorm });
  }
  return { ...loaded, model };
}

/** A checkpoint, whose text encoders and autoencoder may be replaced by files of their own. */
function whole(nodes: Nodes, { checkpoint = "" }: ModelFiles): Parts {
  const model = nodes.add("model", "CheckpointLoaderSimple", { ckpt_name: checkpoint });
  return { model, clip: ["model", 1], vae: ["model", 2] };
}

function separate(nodes: Nodes, family: Family, files: ModelFiles): Parts {
  const model = nodes.add("model", "UNETLoader", {
    unet_name: files.unet ?? "",
    weight_dtype: "default",
  });
  const [first = "", second, third] = files.clip ?? [];
  const type = family.clipType ?? "stable_diffusion";
  const clip =
    second === undefined
      ? nodes.add("clip", "CLIPLoader", { clip_name: first, type })
      : third === undefined
        ? nodes.add("clip", "DualCLIPLoader", { clip_name1: first, clip_name2: second, type })
        : nodes.add("clip", "TripleCLIPLoader", {
            clip_name1: first,
            clip_name2: second,
            clip_name3: third,
          });
  const vae = nodes.add("vae", "VAELoader", { vae_name: files.vae ?? "" });
  return { model, clip, vae };
}

/** The input images side by side, as the model looks at them. */
function referenceLatent(nodes: Nodes, images: readonly Link[], { vae }: Parts): Link | undefined {
  const [first, ...others] = images;
  if (first === undefined) return undefined;
  let stitched = first;
  for (const [index, image] of others.entries()) {
    stitched = nodes.add(`stitched${index + 2}`, "ImageStitch", {
      image1: stitched,
      image2: image,
      direction: "right",
      match_image_size: true,
      spacing_width: 0,
      spacing_color: "white",
    });
  }
  const pixels = nodes.add("reference-size", "FluxKontextImageScale", { image: stitched });
  return nodes.add("reference", "VAEEncode", { pixels, vae });
}

function conditioning(
  nodes: Nodes,
  family: Family,
  { clip, vae }: Parts,
  { prompt, negative, guidance: asked }: Values,
  images: readonly Link[],
  reference: Link | undefined,
): { readonly positive: Link; readonly negative: Link } {
  const [image1, image2, image3] = images;
  const encode = (id: string, text: string): Link =>
    family.edits === "encoder"
      ? nodes.add(id, "TextEncodeQwenImageEditPlus", {
          clip,
          vae,
          prompt: text,
          image1,
          image2,
          image3,
        })
      : nodes.add(id, "CLIPTextEncode", { clip, text });
  const encoded = encode("positive", prompt);
  const without = family.negative
    ? encode("negative", negative ?? "")
    : nodes.add("negative", "ConditioningZeroOut", { conditioning: encoded });
  let positive = encoded;
  if (reference !== undefined) {
    positive = nodes.add("referring", "ReferenceLatent", {
      conditioning: positive,
      latent: reference,
    });
  }
  const guidance = asked ?? family.guidance;
  if (family.guidance !== undefined && guidance !== undefined) {
    positive = nodes.add("guidance", "FluxGuidance", { conditioning: positive, guidance });
  }
  return { positive, negative: without };
}

/** The latent that sampling begins with: an empty one, or the first image where it is changed in part or as a whole. */
function latentOf(
  nodes: Nodes,
  { edits, emptyLatent }: Family,
  { vae }: Parts,
  { width, height, count, images: uploaded, mask }: BundledValues,
  images: readonly Link[],
): { readonly latent: Link; readonly isStart: boolean } {
  const [first] = images;
  const [facts] = uploaded;
  const isStart = edits === "start" || mask !== undefined;
  if (first === undefined || facts === undefined || !isStart) {
    const latent = nodes.add("latent", emptyLatent, { width, height, batch_size: count });
    return { latent, isStart: false };
  }
  const isOfSize = facts.width === width && facts.height === height;
  const scale = { upscale_method: "lanczos", width, height, crop: "center" };
  const pixels = isOfSize ? first : nodes.add("scaled", "ImageScale", { image: first, ...scale });
  let latent = nodes.add("latent", "VAEEncode", { pixels, vae });
  if (mask !== undefined) {
    let area = nodes.add("mask", "LoadImageMask", { image: mask.name, channel: "alpha" });
    if (!isOfSize) {
      const image = nodes.add("mask-image", "MaskToImage", { mask: area });
      const scaled = nodes.add("mask-scaled", "ImageScale", {
        image,
        ...scale,
        upscale_method: "bilinear",
      });
      area = nodes.add("mask-area", "ImageToMask", { image: scaled, channel: "red" });
    }
    latent = nodes.add("masked", "SetLatentNoiseMask", { samples: latent, mask: area });
  }
  latent = nodes.add("batch", "RepeatLatentBatch", { samples: latent, amount: count });
  return { latent, isStart: true };
}
