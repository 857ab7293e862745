import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { GenerateInput } from "../../core/provider.ts";
import type { Size } from "../../core/request.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { refuseNetworkTags, refusePromptTags } from "../billed-names.ts";
import { sizeOfImage } from "../size-to-send.ts";
import type { SdapiServer } from "./server.ts";
import { type SdapiOptions, type SdapiSettings, sideMultiple } from "./settings.ts";

type Input = GenerateInput<SdapiSettings, SdapiOptions>;

/** Tags that the server reads out of a prompt: <lora:…>, <hypernet:…> and every other <word:…>. */
const networkTag = /<[\p{L}\p{N}_]+:[^>]+>/u;

/** Throws invalid_value where a prompt holds what the server would act on. */
export function refuseTags(input: Input): void {
  const texts = {
    prompt: input.request.prompt,
    negative_prompt: input.request.more["negative_prompt"],
  };
  refusePromptTags(texts, input.settings.refused_prompt_tags);
  if (input.settings.prompt_networks === "allow") return;
  refuseNetworkTags(texts, networkTag);
}

/** The body of a generation or an edit. */
export function bodyOf<S extends SdapiSettings, O extends SdapiOptions>(
  server: SdapiServer<S, O>,
  input: GenerateInput<S, O>,
): Record<string, WireJson> {
  const { request } = input;
  const overrides = { ...overrideSettings(input), ...server.overrides?.(input) };
  return {
    ...commonFields(input, overrides),
    ...server.fields?.(input),
    ...(request.images.length > 0 ? editFields(server, input) : sizeFields(request.size)),
  };
}

function commonFields(input: Input, overrides: Record<string, WireJson>): Record<string, WireJson> {
  const { request, settings, options } = input;
  const more = z.record(z.string(), z.json()).parse(request.more);
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

function editFields(
  { resizeModes, severalImages }: Pick<SdapiServer, "resizeModes" | "severalImages">,
  input: Input,
): Record<string, WireJson> {
  const { request, settings, options } = input;
  const [image, ...others] = request.images;
  if (image === undefined || (others.length > 0 && !severalImages)) {
    throw new PinholeError("invalid_value", {
      message: "`image` must be exactly one image for this model.",
      param: "image",
    });
  }
  const { size } = request;
  const edgeMax = input.card?.size_rule?.edge_max ?? 2048;
  return {
    init_images: request.images.map((one) => new EncodedPicture(one, "base64")),
    ...sizeFields(
      size === undefined || size === "auto" ? sizeOfImage(image, sideMultiple, edgeMax) : size,
    ),
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
