import { randomUUID } from "node:crypto";
import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import { Picture } from "../../core/picture.ts";
import type {
  GenerateInput,
  ProviderEvent,
  UpstreamFault,
  UpstreamHttp,
} from "../../core/provider.ts";
import type { Size } from "../../core/request.ts";
import { EncodedPicture, type WireError, type WireJson } from "../../core/wire.ts";
import { refusePromptTags } from "../billed-names.ts";
import { readAnswer } from "../read-answer.ts";
import { blamed, readSdapiError } from "./errors.ts";
import { callWithPreviews } from "./previews.ts";
import { type SdapiOptions, type SdapiSettings, sideMultiple } from "./settings.ts";
export { sdapiOptions, sdapiSettings, sideMultiple } from "./settings.ts";

type Input = GenerateInput<SdapiSettings, SdapiOptions>;

/** The part of an answer besides the images, which are lifted out. `info` is a JSON document in a string. */
const answerSchema = z.object({
  images: z.array(z.unknown()).nullish(),
  info: z.string().nullish(),
});

const infoSchema = z.object({
  seed: z.number().nullish(),
  all_seeds: z.array(z.number()).nullish(),
  index_of_first_image: z.int().min(0).nullish(),
});
type Info = z.infer<typeof infoSchema>;

/** An `info` longer than this is left unread: it repeats the prompt for every image, nothing else grows. */
const infoCharactersMax = 4_000_000;

/** Tags that the server reads out of a prompt: <lora:…>, <hypernet:…> and every other <word:…>. */
const networkTag = /<[\p{L}\p{N}_]+:[^>]+>/u;

/** The Stable Diffusion web UI's API: synchronous, one job at a time, base64 in and out. */
export function sdapi(): {
  generate(input: Input): AsyncGenerator<ProviderEvent, void, void>;
  readError(error: WireError): UpstreamFault | undefined;
  discover(input: { readonly http: UpstreamHttp }): Promise<string[]>;
  sends(field: string): boolean;
} {
  return {
    generate,
    readError: readSdapiError,
    discover,
    sends: (field) => sentFields.has(field),
  };
}

/** Fields of the contract that the API has, or that its settings stand for. */
const sentFields: ReadonlySet<string> = new Set([
  "seed",
  "negative_prompt",
  "size",
  "quality",
  "style",
  "output_format",
  "output_compression",
  "stream",
  "mask",
]);

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  refuseTags(input);
  try {
    yield* makePictures(input);
  } catch (thrown) {
    throw blamed(thrown, input);
  }
}

async function* makePictures(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request } = input;
  const edit = request.images.length > 0;
  const url = edit ? "/sdapi/v1/img2img" : "/sdapi/v1/txt2img";
  const json = { ...commonFields(input), ...(edit ? editFields(input) : sizeFields(request.size)) };
  const lift = ["images.*"];
  const wanted = request.stream ? request.partial_images : 0;
  const taskId = `pinhole-${randomUUID()}`;
  const answer =
    wanted === 0
      ? await input.http.call({ url, json, lift })
      : yield* callWithPreviews(
          input,
          { url, json: { ...json, force_task_id: taskId }, lift },
          taskId,
          wanted,
        );
  const body = readAnswer(answerSchema, answer.json);
  const info = readInfo(body.info);
  const made = picturesOf(body.images ?? [], info, request.n);
  if (made.length === 0) {
    const refusal = input.http.refusal(answer);
    if (refusal !== undefined) throw refusal;
    throw new PinholeError("upstream_bad_answer", {
      message: "The upstream answered without a picture.",
      detail: `The answer has ${body.images?.length ?? 0} images; it may have been interrupted.`,
    });
  }
  for (const [index, picture] of made.entries()) {
    yield {
      picture,
      index,
      seed: info.all_seeds?.[index] ?? (index === 0 ? info.seed : undefined) ?? undefined,
    };
  }
}

function refuseTags(input: Input): void {
  const texts = {
    prompt: input.request.prompt,
    negative_prompt: input.request.more["negative_prompt"],
  };
  refusePromptTags(texts, input.settings.refused_prompt_tags);
  if (input.settings.prompt_networks === "allow") return;
  for (const [param, text] of Object.entries(texts)) {
    const tag = typeof text === "string" ? networkTag.exec(text)?.[0] : undefined;
    if (tag === undefined) continue;
    throw new PinholeError("invalid_value", {
      message: `\`${param}\` holds ${tag.slice(0, 60)}, which would load an extra network on the server; remove the tag.`,
      param,
    });
  }
}

function commonFields(input: Input): Record<string, WireJson> {
  const { request, settings, options } = input;
  const more = z.record(z.string(), z.json()).parse(request.more);
  const overrides = overrideSettings(input);
  return {
    ...more,
    prompt: request.prompt,
    seed: more["seed"] ?? -1,
    batch_size: request.n,
    n_iter: 1,
    steps: stepsOf(input),
    sampler_name: options.sampler ?? settings.sampler,
    scheduler: options.scheduler ?? settings.scheduler,
    cfg_scale: options.cfg_scale ?? settings.cfg_scale,
    styles: request.style === undefined ? undefined : [request.style],
    override_settings: overrides,
    override_settings_restore_afterwards:
      Object.keys(overrides).length === 0 ? undefined : settings.restore_settings,
    send_images: true,
    save_images: false,
  };
}

function stepsOf(input: Input): number {
  const { settings, options } = input;
  const { quality } = input.request;
  if (options.steps !== undefined) return options.steps;
  if (quality === undefined || quality === "auto") return settings.steps;
  const steps = settings.quality_steps[quality];
  if (steps !== undefined) return steps;
  throw new PinholeError("invalid_value", {
    message: `\`quality\` must be auto or one of ${Object.keys(settings.quality_steps).join(", ")} for this model.`,
    param: "quality",
    detail: `The model's card has the quality ${quality}, but settings.quality_steps has no steps for it.`,
  });
}

function overrideSettings(input: Input): Record<string, WireJson> {
  const { settings, request, card } = input;
  const { output_format: format, output_compression: compression } = request;
  const native = card?.format_parameter === true && format !== undefined;
  return {
    ...settings.override_settings,
    ...(settings.switch_checkpoint ? { sd_model_checkpoint: input.model } : {}),
    ...(native ? { samples_format: format === "jpeg" ? "jpg" : format } : {}),
    ...(native && compression !== undefined ? { jpeg_quality: compression } : {}),
  };
}

const resizeModes = { stretch: 0, crop: 1, fill: 2 } as const;

function editFields(input: Input): Record<string, WireJson> {
  const { request, settings, options } = input;
  const [image, ...others] = request.images;
  if (image === undefined || others.length > 0) {
    throw new PinholeError("invalid_value", {
      message: "`image` must be exactly one image for this model.",
      param: "image",
    });
  }
  const { size } = request;
  const edgeMax = input.card?.size_rule?.edge_max ?? 2048;
  return {
    init_images: [new EncodedPicture(image, "base64")],
    ...sizeFields(size === undefined || size === "auto" ? sizeOfImage(image, edgeMax) : size),
    denoising_strength: options.denoising_strength ?? settings.denoising_strength,
    resize_mode: resizeModes[settings.resize_mode],
    ...maskFields(input),
  };
}

/** White may change: 1 keeps the original below the mask as the start, and the whole picture is the frame. */
function maskFields(input: Input): Record<string, WireJson> {
  const { mask } = input.request;
  if (mask === undefined) return {};
  return {
    mask: new EncodedPicture(mask, "base64"),
    mask_blur: input.options.mask_blur ?? input.settings.mask_blur,
    inpainting_fill: 1,
    inpaint_full_res: false,
    inpainting_mask_invert: 0,
  };
}

function sizeFields(size: Size | "auto" | undefined): Record<string, WireJson> {
  return size === undefined || size === "auto" ? {} : { width: size.width, height: size.height };
}

/** The image's own size, made smaller where a side is too long, both sides rounded to what the server takes. */
function sizeOfImage(image: Picture, edgeMax: number): Size {
  // Orientations 5 to 8 are shown on their side.
  const turned = image.orientation >= 5;
  const [width, height] = turned ? [image.height, image.width] : [image.width, image.height];
  const scale = Math.min(1, edgeMax / Math.max(width, height));
  const side = (pixels: number): number =>
    Math.max(sideMultiple, Math.round((pixels * scale) / sideMultiple) * sideMultiple);
  return { width: side(width), height: side(height) };
}

function readInfo(text: string | null | undefined): Info {
  if (text === null || text === undefined || text.length > infoCharactersMax) return {};
  const result = infoSchema.safeParse(parseOrUndefined(text));
  return result.success ? result.data : {};
}

/** The pictures are there whatever `info` says, so an unreadable one only loses the seeds. */
function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A grid may stand before the pictures and masks may follow them; both are left out. */
function picturesOf(images: readonly unknown[], info: Info, n: number): readonly Picture[] {
  const first = info.index_of_first_image ?? 0;
  return images.slice(first, first + n).filter((image) => image instanceof Picture);
}

const modelsSchema = z.array(z.object({ model_name: z.string() }));

async function discover(input: { readonly http: UpstreamHttp }): Promise<string[]> {
  const answer = await input.http.call({ url: "/sdapi/v1/sd-models" });
  return readAnswer(modelsSchema, answer.json).map((model) => model.model_name);
}
