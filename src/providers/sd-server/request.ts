import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { Picture } from "../../core/picture.ts";
import type { GenerateInput } from "../../core/provider.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { sizeOfImage, sizeToSend } from "../../dialects/size-to-send.ts";
import type { options, settings } from "./settings.ts";

export type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

/** The server rounds other sides up. */
export const sideMultiple = 8;
/** The longest side that the server says it makes. */
export const edgeMax = 4096;

const moreSchema = z.record(z.string(), z.json());

/**
 * The body of a job. Text in the files is switched off: it would hold prompt, seed and the names of the
 * operator's files.
 */
export function bodyOf(input: Input, seed: number): Record<string, WireJson> {
  const { request, settings: given } = input;
  const { output_format: format, output_compression: compression } = request;
  return {
    ...moreSchema.parse(request.more),
    prompt: request.prompt,
    ...sizeFields(input),
    seed,
    batch_count: request.n,
    sample_params: sampleParams(input),
    lora: given.loras.map(({ path, multiplier }) => ({ path, multiplier })),
    output_format: format ?? "png",
    output_compression: compression ?? 100,
    embed_image_metadata: false,
    ...editFields(input),
  };
}

function sizeFields(input: Input): Record<string, WireJson> {
  const [image] = input.request.images;
  const size =
    sizeToSend(input) ??
    (image === undefined ? undefined : sizeOfImage(image, sideMultiple, edgeMax));
  return size === undefined ? {} : { width: size.width, height: size.height };
}

function sampleParams(input: Input): Record<string, WireJson> {
  const { settings: given, options: chosen } = input;
  return {
    sample_steps: stepsOf(input),
    sample_method: chosen.sampler ?? given.sampler,
    scheduler: chosen.scheduler ?? given.scheduler,
    guidance: {
      txt_cfg: chosen.cfg_scale ?? given.cfg_scale,
      distilled_guidance: chosen.distilled_guidance ?? given.distilled_guidance,
    },
  };
}

function stepsOf({ settings: given, options: chosen, request }: Input): number | undefined {
  const { quality } = request;
  if (chosen.steps !== undefined) return chosen.steps;
  if (quality === undefined || quality === "auto") return given.steps;
  const steps = given.quality_steps[quality];
  if (steps !== undefined) return steps;
  throw new PinholeError("invalid_value", {
    message: `\`quality\` must be ${["auto", ...Object.keys(given.quality_steps)].join(", ")} for this model.`,
    param: "quality",
    detail: `The model's card has the quality ${quality}, but settings.quality_steps has no steps for it.`,
  });
}

/** White may change. A mask needs a picture that is changed, whatever else the model looks at. */
function editFields(input: Input): Record<string, WireJson> {
  const { request, settings: given, options: chosen } = input;
  const [image, ...others] = request.images;
  if (image === undefined) return {};
  const isReference = given.edit_images === "reference";
  if (others.length > 0 && !isReference) {
    throw new PinholeError("invalid_value", {
      message: "`image` must be exactly one image for this model.",
      param: "image",
    });
  }
  const encoded = (picture: Picture): EncodedPicture => new EncodedPicture(picture, "base64");
  const { mask } = request;
  return {
    ...(isReference ? { ref_images: request.images.map(encoded) } : {}),
    ...(isReference && mask === undefined
      ? {}
      : { init_image: encoded(image), strength: chosen.strength ?? given.strength }),
    ...(mask === undefined ? {} : { mask_image: encoded(mask) }),
  };
}
