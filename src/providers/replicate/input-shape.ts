import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { FittedRequest, Size } from "../../core/request.ts";
import type { WireJson } from "../../core/wire.ts";

const field = z.string().min(1);
const scalars = z.record(field, z.union([z.string(), z.number(), z.boolean()]));

/** The form of a size: as a ratio word, as two numbers, or as one text. */
const sizeShape = z.union([
  z.strictObject({
    ratio: field.describe("Field that takes the card's ratio word, for example aspect_ratio."),
    tier: field
      .optional()
      .describe("Field that takes the card's tier word, for example megapixels."),
  }),
  z.strictObject({
    width: field.describe("Field that takes the width in pixels."),
    height: field.describe("Field that takes the height in pixels."),
    with: scalars
      .default({})
      .describe("Fields that must go with a free size, for example { aspect_ratio: custom }."),
  }),
  z.strictObject({
    word: field.describe("Field that takes the whole size as one text."),
    separator: z.string().default("x").describe("What stands between width and height."),
  }),
]);

/**
 * The shape of one model's `input`, since every model there has its own fields. A part that is not
 * described does not exist for the model; what the card takes must be described here too.
 */
export const inputShapeSchema = z.strictObject({
  prompt: field.default("prompt").describe("Field of the prompt."),
  size: sizeShape.optional().describe("How size is said."),
  edit: scalars
    .default({})
    .describe(
      "Fields sent with an edit whose size was not asked for, for example { aspect_ratio: match_input_image }.",
    ),
  count: field.optional().describe("Field of the number of images, where one call makes several."),
  images: z
    .strictObject({
      field,
      as: z
        .enum(["list", "single", "numbered"])
        .describe("list: an array; single: one value; numbered: field, field_2, field_3, …"),
    })
    .optional()
    .describe("Field of the input images."),
  mask: field.optional().describe("Field of the mask; its polarity is the card's."),
  format: z
    .strictObject({
      field,
      words: z
        .record(z.string(), z.string())
        .default({ jpeg: "jpg" })
        .describe("What the model calls a format, where it differs from png, jpeg, webp."),
    })
    .optional()
    .describe("Field of the output format."),
  compression: field.optional().describe("Field of the output quality, 0 to 100."),
  renames: z
    .record(z.string(), field)
    .default({})
    .describe("Other parameters that the model knows under another name: { seed: random_seed }."),
  always: scalars.default({}).describe("Fields sent with every request."),
});
export type InputShape = z.infer<typeof inputShapeSchema>;

/** For a model that nobody has described: the prompt alone. */
export const plainShape: InputShape = inputShapeSchema.parse({});

/** Names under which models know how many images to make and how large: they are what is billed. */
const billedFields = [
  "aspect_ratio",
  "batch_size",
  "height",
  "image_size",
  "megapixels",
  "n",
  "num_images",
  "num_outputs",
  "num_samples",
  "number_of_images",
  "output_megapixels",
  "resolution",
  "size",
  "width",
];

/** The fields of an input that the request itself decides; a caller's own fields may not set them. */
export function governedFields(shape: InputShape): ReadonlySet<string> {
  return new Set([
    ...billedFields,
    shape.prompt,
    ...(shape.size === undefined
      ? []
      : Object.values(shape.size).filter((one) => typeof one === "string")),
    ...(shape.count === undefined ? [] : [shape.count]),
    ...(shape.images === undefined ? [] : [shape.images.field]),
    ...(shape.mask === undefined ? [] : [shape.mask]),
    ...(shape.format === undefined ? [] : [shape.format.field]),
    ...(shape.compression === undefined ? [] : [shape.compression]),
    ...Object.keys(shape.always),
  ]);
}

/** Whether a field of the contract has a place in the input. Parameters without a part of their own always have one. */
export function takesInput(shape: InputShape, field: string): boolean {
  switch (field) {
    case "size":
      return shape.size !== undefined;
    case "mask":
      return shape.mask !== undefined;
    case "output_format":
      return shape.format !== undefined;
    case "output_compression":
      return shape.compression !== undefined;
    case "stream":
      return false;
    default:
      return true;
  }
}

/** The input pictures as the model gets them: a URL or a data URL each. */
export interface WirePictures {
  readonly images: readonly WireJson[];
  readonly mask: WireJson;
}

/**
 * One model's `input` for a request. Throws unsupported_parameter for anything that the card let
 * through and the shape has no field for, so that nothing is left out in silence.
 */
export function buildInput(
  shape: InputShape,
  request: FittedRequest,
  pictures: WirePictures,
): Record<string, WireJson> {
  const { quality, style, background, watermark, moderation, user, more } = request;
  const others = z
    .record(z.string(), z.json())
    .parse({ ...more, ...defined({ quality, style, background, watermark, moderation, user }) });
  return {
    ...Object.fromEntries(
      Object.entries(others).map(([name, value]) => [shape.renames[name] ?? name, value]),
    ),
    [shape.prompt]: request.prompt,
    ...sizeFields(shape, request),
    ...countFields(shape, request),
    ...imageFields(shape, pictures),
    ...maskFields(shape, pictures),
    ...formatFields(shape, request),
    ...shape.always,
  };
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function sizeFields(shape: InputShape, request: FittedRequest): Record<string, WireJson> {
  const { size, ratio } = request;
  if (ratio === undefined && (size === undefined || size === "auto")) {
    return request.operation === "edit" ? shape.edit : {};
  }
  if (shape.size === undefined) throw noField("size");
  if ("ratio" in shape.size) return ratioFields(shape.size, request);
  if (size === undefined || size === "auto") throw noField("aspect_ratio");
  return pixelFields(shape.size, size);
}

function ratioFields(
  shape: { readonly ratio: string; readonly tier?: string | undefined },
  request: FittedRequest,
): Record<string, WireJson> {
  if (request.ratio === undefined) throw noField("size");
  if (request.tier === undefined) return { [shape.ratio]: request.ratio };
  if (shape.tier === undefined) throw noField("size");
  return { [shape.ratio]: request.ratio, [shape.tier]: request.tier };
}

function pixelFields(
  shape: Exclude<InputShape["size"], undefined | { ratio: string }>,
  size: Size,
): Record<string, WireJson> {
  if ("word" in shape) return { [shape.word]: `${size.width}${shape.separator}${size.height}` };
  return { ...shape.with, [shape.width]: size.width, [shape.height]: size.height };
}

function countFields(shape: InputShape, request: FittedRequest): Record<string, WireJson> {
  if (shape.count !== undefined) return { [shape.count]: request.n };
  if (request.n > 1) throw noField("n");
  return {};
}

function imageFields(shape: InputShape, pictures: WirePictures): Record<string, WireJson> {
  const { images } = pictures;
  if (images.length === 0) return {};
  if (shape.images === undefined) throw noField("image");
  const name = shape.images.field;
  switch (shape.images.as) {
    case "list":
      return { [name]: images };
    case "single":
      if (images.length > 1) throw noField("image");
      return { [name]: images[0] };
    case "numbered":
      return Object.fromEntries(
        images.map((image, index) => [index === 0 ? name : `${name}_${index + 1}`, image]),
      );
    default:
      return shape.images.as satisfies never;
  }
}

function maskFields(shape: InputShape, pictures: WirePictures): Record<string, WireJson> {
  if (pictures.mask === undefined) return {};
  if (shape.mask === undefined) throw noField("mask");
  return { [shape.mask]: pictures.mask };
}

function formatFields(shape: InputShape, request: FittedRequest): Record<string, WireJson> {
  const { output_format: format, output_compression: compression } = request;
  if (format !== undefined && shape.format === undefined) throw noField("output_format");
  if (compression !== undefined && shape.compression === undefined)
    throw noField("output_compression");
  return {
    ...(format === undefined || shape.format === undefined
      ? {}
      : { [shape.format.field]: shape.format.words[format] ?? format }),
    ...(compression === undefined || shape.compression === undefined
      ? {}
      : { [shape.compression]: compression }),
  };
}

function noField(param: string): PinholeError {
  return new PinholeError("unsupported_parameter", {
    message: `The model cannot honour \`${param}\` as the channel describes it; leave it out.`,
    param,
    detail: `The model's card takes ${param} but its entry under settings.inputs has no field for it.`,
  });
}
