import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { GenerateInput } from "../../core/provider.ts";
import type { FormField, WireRequest } from "../../core/wire.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";
import type { Options } from "./options.ts";
import type { Settings } from "./settings.ts";

type Input = GenerateInput<Settings, Options>;

/** Text fields of a call; what is undefined is left out. */
type Fields = Readonly<Record<string, string | number | undefined>>;

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });

/** The call that makes the pictures: of the second API for 4.5 and later, of the first for older models. */
export function callOf(input: Input): WireRequest {
  switch (input.model) {
    case "ideogram-v3":
      return version3(input);
    case "ideogram-v4":
      return version4(input);
    default:
      return precise(input);
  }
}

/** Generations and precise edits by 4.5 and 4.6. A generation with reference pictures is a form, else JSON. */
function precise(input: Input): WireRequest {
  const { request, model, settings } = input;
  refuseOptions(input, []);
  const { seed } = moreSchema.parse(request.more);
  const common: Fields = {
    prompt: request.prompt,
    num_images: request.n,
    quality: request.quality ?? "medium",
    magic_prompt: settings.magic_prompt,
    seed,
  };
  const name = encodeURIComponent(model);
  if (request.operation === "edit") {
    const [first, ...references] = request.images;
    const files = [
      ...(first === undefined ? [] : [{ name: "image", value: first }]),
      ...references.map((value) => ({ name: "reference_images", value })),
      ...maskPart(input),
    ];
    return { url: `/v2/image/precise-edit/${name}`, form: [...textParts(common), ...files] };
  }
  const url = `/v2/image/generate/${name}`;
  const fields = { ...common, size: sizeWord(input) };
  if (request.images.length === 0) return { url, json: fields };
  const pictures = request.images.map((value) => ({ name: "images", value }));
  return { url, form: [...textParts(fields), ...pictures, ...maskPart(input)] };
}

/** Version 4.0: one picture a call; an edit is a remix, and takes no mask. */
function version4(input: Input): WireRequest {
  const { request, options: chosen } = input;
  const isEdit = request.operation === "edit";
  refuseOptions(input, isEdit ? ["image_weight"] : []);
  const fields: Fields = {
    text_prompt: request.prompt,
    resolution: sizeWord(input),
    rendering_speed: speedOf(request.quality),
    image_weight: isEdit ? chosen.image_weight : undefined,
  };
  return {
    url: isEdit ? "/v1/ideogram-v4/remix" : "/v1/ideogram-v4/generate",
    form: [...textParts(fields), ...imageParts(input)],
  };
}

/** Version 3.0: a mask is inpainted, an edit without one is a remix. */
function version3(input: Input): WireRequest {
  const { request, settings, options: chosen } = input;
  const isEdit = request.operation === "edit";
  const isInpaint = isEdit && request.mask !== undefined;
  const isRemix = isEdit && !isInpaint;
  if (request.background === "transparent") return transparent3(input);
  refuseOptions(input, ["style_type", "style_preset", ...(isRemix ? ["image_weight"] : [])]);
  const { seed, negative_prompt } = moreSchema.parse(request.more);
  const fields: Fields = {
    prompt: request.prompt,
    num_images: request.n,
    resolution: isInpaint ? undefined : sizeWord(input),
    rendering_speed: speedOf(request.quality),
    magic_prompt: settings.magic_prompt.toUpperCase(),
    negative_prompt,
    seed,
    style_type: chosen.style_type?.toUpperCase(),
    style_preset: chosen.style_preset?.toUpperCase(),
    image_weight: isRemix ? chosen.image_weight : undefined,
  };
  const action = isInpaint ? "inpaint" : isRemix ? "remix" : "generate";
  return {
    url: `/v1/ideogram-v3/${action}`,
    form: [...textParts(fields), ...imageParts(input), ...maskPart(input)],
  };
}

/** Shapes of a transparent picture of version 3.0, as the API writes them. */
const shapes3 = "1x3 3x1 1x2 2x1 9x16 16x9 10x16 16x10 2x3 3x2 3x4 4x3 4x5 5x4 1x1".split(" ");

/** A picture without a background, which has an address and fewer fields of its own, and a shape in place of a size. */
function transparent3(input: Input): WireRequest {
  const { request } = input;
  refuseOptions(input, []);
  const { seed, negative_prompt } = moreSchema.parse(request.more);
  if (request.operation === "edit") throw notTransparent("background", "an edit");
  if (negative_prompt !== undefined)
    throw notTransparent("negative_prompt", "a transparent background");
  const { width, height } = sizeToSend(input) ?? { width: 1, height: 1 };
  const away = (shape: string): number => {
    const [across, down] = shape.split("x").map(Number);
    return Math.abs(Math.log(((across ?? 1) * height) / ((down ?? 1) * width)));
  };
  const fields: Fields = {
    prompt: request.prompt,
    num_images: request.n,
    aspect_ratio: shapes3.toSorted((a, b) => away(a) - away(b))[0],
    upscale_factor: "X1",
    rendering_speed: speedOf(request.quality),
    seed,
  };
  return { url: "/v1/ideogram-v3/generate-transparent", form: textParts(fields) };
}

function notTransparent(param: string, beside: string): PinholeError {
  return new PinholeError("unsupported_parameter", {
    message: `\`${param}\` cannot be combined with ${beside} by this model; leave one of them out.`,
    param,
  });
}

/** The older models call quality the speed at which they draw. */
function speedOf(quality: string | undefined): string {
  if (quality === "low") return "TURBO";
  return quality === "high" ? "QUALITY" : "DEFAULT";
}

function sizeWord(input: Input): string | undefined {
  const size = sizeToSend(input);
  return size === undefined ? undefined : `${size.width}x${size.height}`;
}

function textParts(fields: Fields): FormField[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: String(value) }],
  );
}

function imageParts({ request }: Input): FormField[] {
  return request.images.map((value) => ({ name: "image", value }));
}

function maskPart({ request: { mask } }: Input): FormField[] {
  return mask === undefined ? [] : [{ name: "mask", value: mask }];
}

/** Throws where the caller set a field that this call does not have. */
function refuseOptions({ options: chosen, model }: Input, known: readonly string[]): void {
  for (const [name, value] of Object.entries(chosen)) {
    if (value === undefined || known.includes(name)) continue;
    const param = `provider_options.ideogram.${name}`;
    throw new PinholeError("unsupported_parameter", {
      message: `\`${param}\` is not known to this kind of call of ${model}; leave it out.`,
      param,
    });
  }
}
