import { z } from "zod";
import type { Picture } from "../../core/picture.ts";
import type { GenerateInput } from "../../core/provider.ts";
import type { Size } from "../../core/request.ts";
import { readAnswer } from "../../dialects/read-answer.ts";
import type { UploadedImage, Values } from "./bundled.ts";
import type { Options, Settings } from "./settings.ts";
import type { Workflow } from "./workflow.ts";

export type Input = GenerateInput<Settings, Options>;

/** Seeds that are drawn here stay exact in every client: below 2^48. */
const seedMax = 2 ** 48 - 1;
/** The folder at the server that input images lie in. */
const folder = "pinhole";

const moreSchema = z.object({
  seed: z.int().min(0).optional(),
  negative_prompt: z.string().optional(),
});

/** The values of a request, with its images uploaded. */
export async function valuesOf(input: Input, workflow: Workflow): Promise<Values> {
  const { request, options, chance } = input;
  const { seed, negative_prompt: negative } = moreSchema.parse(request.more);
  const size = sizeOf(input, workflow);
  const images: UploadedImage[] = [];
  for (const image of request.images) images.push(await upload(input, image));
  const mask = request.mask === undefined ? undefined : await upload(input, request.mask);
  return {
    ...options,
    steps: options.steps,
    cfg: options.cfg,
    guidance: options.guidance,
    sampler: options.sampler,
    scheduler: options.scheduler,
    denoise: options.denoise,
    prompt: request.prompt,
    negative,
    width: size?.width,
    height: size?.height,
    count: request.n,
    // Always another one: the same graph is answered with the same picture.
    seed: seed ?? chance.below(seedMax),
    images,
    mask,
  };
}

const uploadedSchema = z.object({
  name: z.string().min(1),
  subfolder: z.string().nullish(),
});

async function upload({ http, settings }: Input, image: Picture): Promise<UploadedImage> {
  const type = settings.keep_files ? "input" : "temp";
  const answer = await http.call({
    url: "/upload/image",
    form: [
      { name: "image", value: image },
      { name: "type", value: type },
      { name: "subfolder", value: folder },
    ],
  });
  const { name, subfolder } = readAnswer(uploadedSchema, answer.json);
  const path = (subfolder ?? "") === "" ? name : `${subfolder}/${name}`;
  return { name: settings.keep_files ? path : `${path} [temp]`, ...shownSize(image) };
}

/** Orientations 5 to 8 are shown on their side. */
function shownSize({ width, height, orientation }: Picture): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** The asked size; else of an edit the shape of its image, no larger than the model is made for, and of a generation the model's own. */
function sizeOf({ request, card }: Input, workflow: Workflow): Size | undefined {
  const { size, images } = request;
  if (size !== undefined && size !== "auto") return size;
  const [image] = images;
  if (image === undefined || workflow.kind === "own") return undefined;
  const { side } = workflow.family;
  const multiple = card?.size_rule?.multiple ?? 16;
  const shown = shownSize(image);
  const scale = Math.min(1, side / Math.sqrt(shown.width * shown.height));
  const rounded = (pixels: number): number =>
    Math.max(64, Math.round((pixels * scale) / multiple) * multiple);
  return { width: rounded(shown.width), height: rounded(shown.height) };
}
