import { PinholeError } from "../core/errors.ts";
import { Picture } from "../core/picture.ts";
import type { FittedRequest } from "../core/request.ts";
import { EncodedPicture, type FormField, type WireJson, type WireRequest } from "../core/wire.ts";
import { governedFields, type OpenAiImagesQuirks, takesField } from "./openai-images-quirks.ts";

/** Where an event of a stream has its picture. */
export const eventPictures = ["b64_json", "url"] as const;

/** One call as this dialect sees it. */
export interface OpenAiImagesCall {
  readonly request: FittedRequest;
  /** The model's name at the upstream. */
  readonly model: string;
  /** `provider_options` of the provider, under the upstream's own names. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly quirks: OpenAiImagesQuirks;
}

/**
 * The upstream request for one call. Every field of the fitted request is in it; one that these
 * quirks cannot carry is refused (unsupported_parameter), never dropped.
 */
export function imagesRequest(call: OpenAiImagesCall): WireRequest {
  const { request, quirks } = call;
  const { query } = quirks;
  // Each event of a stream is a document of its own, with its picture at the top.
  const lift = request.stream ? [...eventPictures, ...quirks.pictures] : quirks.pictures;
  switch (request.operation) {
    case "generation":
      return { url: quirks.generations_path, query, json: generationJson(call), lift };
    case "edit":
      if (quirks.edits === "none") throw noSuchOperation("edits");
      if (quirks.edits === "json")
        return { url: quirks.edits_path, query, json: editJson(call), lift };
      return { url: quirks.edits_path, query, form: editForm(call), lift };
    case "variation":
      if (quirks.edits === "none") throw noSuchOperation("variations");
      return { url: quirks.variations_path, query, form: editForm(call), lift };
    default:
      return request.operation satisfies never;
  }
}

function noSuchOperation(what: string): PinholeError {
  return new PinholeError("unsupported_operation", {
    message: `The chosen model does not take ${what}; use a model that does.`,
    param: "model",
  });
}

function generationJson(call: OpenAiImagesCall): WireJson {
  const { request, quirks } = call;
  const [first, ...others] = request.images.map(dataUrl);
  const reference = others.length === 0 ? first : [first, ...others];
  return {
    ...jsonFields(call),
    [quirks.reference_field]: reference,
    mask: request.mask === undefined ? undefined : dataUrl(request.mask),
  };
}

function editJson(call: OpenAiImagesCall): WireJson {
  const { images, mask } = call.request;
  return {
    ...jsonFields(call),
    images: images.map((picture) => ({ image_url: dataUrl(picture) })),
    mask: mask === undefined ? undefined : { image_url: dataUrl(mask) },
  };
}

function editForm(call: OpenAiImagesCall): FormField[] {
  const { images, mask } = call.request;
  const name = imagePartName(call.quirks.image_field, images.length);
  const fields = [...wireFields(call)].flatMap(([field, value]) => formFields(field, value));
  const files = images.map((value, index) => ({ name: name(index), value }));
  return [...fields, ...files, ...(mask === undefined ? [] : [{ name: "mask", value: mask }])];
}

function imagePartName(
  style: OpenAiImagesQuirks["image_field"],
  count: number,
): (index: number) => string {
  switch (style) {
    case "auto":
      return () => (count === 1 ? "image" : "image[]");
    case "image":
    case "image[]":
      return () => style;
    case "image[0]":
      return (index) => `image[${index}]`;
    default:
      return style satisfies never;
  }
}

function dataUrl(picture: Picture): EncodedPicture {
  return new EncodedPicture(picture, "data_url");
}

function jsonFields(call: OpenAiImagesCall): Readonly<Record<string, WireJson>> {
  return Object.fromEntries(
    [...wireFields(call)].map(([name, value]) => [name, jsonValue(name, value)]),
  );
}

/** Every field but the pictures, by its name on the wire, in the order in which it is sent. */
function wireFields(call: OpenAiImagesCall): ReadonlyMap<string, unknown> {
  const { request, model, quirks, options } = call;
  const fields = new Map<string, unknown>();
  const put = (wireName: string, value: unknown): void => {
    if (value !== undefined) fields.set(wireName, value);
  };
  // First, so that nothing which an operator fixed can stand in for what the request itself says.
  for (const [name, value] of Object.entries(quirks.fixed)) put(name, value);
  if (quirks.model_parameter !== false) put(quirks.model_parameter, model);
  put("prompt", request.operation === "variation" ? undefined : request.prompt);
  if (quirks.n_parameter !== false) put(quirks.n_parameter, request.n);
  else if (request.n > 1) throw oneImageOnly();
  const size = sizeFields(request, quirks);
  // `auto` leaves the size to the upstream, which is what a server without sizes does anyway.
  if (takesField(quirks, "size")) {
    for (const [name, value] of Object.entries(size)) put(renamed(quirks, name), value);
  } else if (request.size !== undefined && request.size !== "auto") throw untakenField("size");
  if (quirks.response_format !== "none") put("response_format", quirks.response_format);
  if (request.stream) put("stream", true);
  if (request.stream && request.partial_images > 0) put("partial_images", request.partial_images);
  const governed = governedNames(quirks);
  const asked = [...Object.entries(knownFields(request)), ...Object.entries(request.more)];
  for (const [name, value] of [...asked, ...Object.entries(options)]) {
    if (value === undefined) continue;
    const wireName = renamed(quirks, name);
    if (governed.has(name) || governed.has(wireName)) throw governedField(name);
    if (!takesField(quirks, name) || fields.has(wireName)) throw untakenField(name);
    fields.set(wireName, value);
  }
  return fields;
}

function renamed(quirks: OpenAiImagesQuirks, name: string): string {
  return Object.hasOwn(quirks.renames, name) ? (quirks.renames[name] ?? name) : name;
}

/** Names, on either side of the renaming, through which `more` must not change what is made and billed. */
function governedNames(quirks: OpenAiImagesQuirks): ReadonlySet<string> {
  const names = new Set<string>([...governedFields, ...quirks.refused, "response_format"]);
  names.add(renamed(quirks, "size"));
  if (quirks.n_parameter !== false) names.add(quirks.n_parameter);
  if (quirks.model_parameter !== false) names.add(quirks.model_parameter);
  return names;
}

/** A model that takes a ratio and a tier gets these instead of pixels. */
function sizeFields(
  request: FittedRequest,
  quirks: OpenAiImagesQuirks,
): Readonly<Record<string, string | undefined>> {
  const { size, ratio, tier } = request;
  if (ratio !== undefined || tier !== undefined) return { aspect_ratio: ratio, resolution: tier };
  if (size === undefined || size === "auto") return { size };
  return { size: `${size.width}${quirks.size_separator}${size.height}` };
}

/** The contract's optional fields that are a field of the fitted request. */
function knownFields(request: FittedRequest): Readonly<Record<string, unknown>> {
  return {
    quality: request.quality,
    style: request.style,
    background: request.background,
    output_format: request.output_format,
    output_compression: request.output_compression,
    watermark: request.watermark,
    moderation: request.moderation,
    user: request.user,
  };
}

function oneImageOnly(): PinholeError {
  return new PinholeError("invalid_value", {
    message: "`n` must be 1: the chosen model makes one image a call.",
    param: "n",
  });
}

function governedField(name: string): PinholeError {
  return new PinholeError("unsupported_parameter", {
    message: `\`${name}\` cannot be passed on, since it could change what is made and billed; use \`model\`, \`n\` and \`size\`.`,
    param: name,
  });
}

function untakenField(name: string): PinholeError {
  return new PinholeError("unsupported_parameter", {
    message: `\`${name}\` is not taken by the chosen model; leave it out.`,
    param: name,
  });
}

function unwritable(name: string): PinholeError {
  return new PinholeError("invalid_value", {
    message: `\`${name}\` must be a JSON value.`,
    param: name,
  });
}

/** A value that came from a caller as a JSON value; a picture in it becomes a data URL. */
function jsonValue(name: string, value: unknown): WireJson {
  if (value instanceof Picture) return dataUrl(value);
  if (value === null || value === undefined) return value;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((element) => jsonValue(name, element));
  if (typeof value !== "object") throw unwritable(name);
  return Object.fromEntries(
    Object.entries(value).map(([key, element]) => [key, jsonValue(name, element)]),
  );
}

/** A value as form fields: objects as `svg[model]`, lists as `name[]` (clouds.md §1, edit fields). */
function formFields(name: string, value: unknown): FormField[] {
  if (value instanceof Picture || typeof value === "string") return [{ name, value }];
  if (value === null || value === undefined) return [];
  if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value)))
    return [{ name, value: String(value) }];
  if (Array.isArray(value)) return value.flatMap((element) => formFields(`${name}[]`, element));
  if (typeof value !== "object") throw unwritable(name);
  return Object.entries(value).flatMap(([key, element]) => formFields(`${name}[${key}]`, element));
}
