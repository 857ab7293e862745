import { PinholeError } from "../../core/errors.ts";
import { Picture } from "../../core/picture.ts";
import type { FittedRequest } from "../../core/request.ts";
import {
  EncodedPicture,
  type FormField,
  type WireJson,
  type WireRequest,
} from "../../core/wire.ts";
import { billedPlace, plainNames, refusePromptTags } from "../billed-names.ts";
import { placesToLift } from "../picture-places.ts";
import { usualTexts } from "../text-pictures.ts";
import { governedFields, type OpenAiImagesQuirks, takesField } from "./quirks.ts";
import { imagesDocument } from "./unasked.ts";
import { pairNames, putSize, renamed, worded } from "./words.ts";

const placesOfEvents = new WeakMap<OpenAiImagesQuirks, readonly string[]>();

/** The places of a stream's pictures: each event is a document of its own, with its picture at the top. */
export function eventPlaces(quirks: OpenAiImagesQuirks): readonly string[] {
  const known = placesOfEvents.get(quirks);
  if (known !== undefined) return known;
  const places = ["b64_json", "url", ...quirks.pictures];
  placesOfEvents.set(quirks, places);
  return places;
}

/** The place of the pictures in OpenAI's own answers. */
const openAiPlace = "data.*.b64_json";

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
  refusePromptTags({ prompt: request.prompt, ...request.more }, quirks.refused_prompt_tags);
  const lift = placesToLift(request.stream ? eventPlaces(quirks) : quirks.pictures);
  const relayable = quirks.pictures[0] === openAiPlace;
  const unasked = { lift: eventPlaces(quirks), document: imagesDocument };
  const answer = { query: quirks.query, lift, liftInside: usualTexts, relayable, unasked };
  switch (request.operation) {
    case "generation":
      return { url: quirks.generations_path, json: generationJson(call), ...answer };
    case "edit":
      if (quirks.edits === "none") throw noSuchOperation("edits");
      if (quirks.edits === "json")
        return { url: quirks.edits_path, json: editJson(call), ...answer };
      return { url: quirks.edits_path, form: editForm(call), ...answer };
    case "variation":
      if (quirks.edits === "none") throw noSuchOperation("variations");
      return { url: quirks.variations_path, form: editForm(call), ...answer };
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
  const fields = jsonFields(call);
  const { images, mask } = request;
  const [first] = images;
  const reference = images.length > 1 ? images.map(dataUrl) : first && dataUrl(first);
  setOrDelete(fields, quirks.reference_field, reference);
  setOrDelete(fields, "mask", mask && dataUrl(mask));
  return Object.fromEntries(fields);
}

function editJson(call: OpenAiImagesCall): WireJson {
  const { images, mask } = call.request;
  const fields = jsonFields(call);
  const references = images.map((picture) => ({ image_url: dataUrl(picture) }));
  setOrDelete(fields, "images", references);
  setOrDelete(fields, "mask", mask && { image_url: dataUrl(mask) });
  return Object.fromEntries(fields);
}

/** Sets a field of pictures, which only the request itself says: also where it says nothing. */
function setOrDelete(fields: Map<string, WireJson>, name: string, value: WireJson): void {
  if (value === undefined) fields.delete(name);
  else fields.set(name, value);
}

function editForm(call: OpenAiImagesCall): FormField[] {
  const { images, mask } = call.request;
  const name = imagePartName(call.quirks.image_field, images.length);
  const fields = [...wireFields(call, formFields).values()].flat();
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

function jsonFields(call: OpenAiImagesCall): Map<string, WireJson> {
  return wireFields(call, jsonValue);
}

/** Every field but the pictures, by its name on the wire, in the order in which it is sent. */
function wireFields<T>(
  call: OpenAiImagesCall,
  written: (name: string, value: unknown) => T,
): Map<string, T> {
  const { request, model, quirks, options } = call;
  const fields = new Map<string, T>();
  const put = (wireName: string, value: unknown): void => {
    if (value !== undefined) fields.set(wireName, written(wireName, value));
  };
  // First, so that nothing which an operator fixed can stand in for what the request itself says.
  for (const name of Object.keys(quirks.fixed)) put(name, quirks.fixed[name]);
  if (quirks.model_parameter !== false) put(quirks.model_parameter, model);
  put("prompt", request.operation === "variation" ? undefined : request.prompt);
  if (quirks.n_parameter !== false) put(quirks.n_parameter, request.n);
  else if (request.n > 1) throw oneImageOnly();
  // `auto` leaves the size to the upstream, which is what a server without sizes does anyway.
  if (takesField(quirks, "size")) putSize(request, quirks, put);
  else if (request.size !== undefined && request.size !== "auto") throw untakenField("size");
  if (quirks.response_format !== "none") put("response_format", quirks.response_format);
  if (request.stream) put("stream", true);
  if (request.stream && request.partial_images > 0) put("partial_images", request.partial_images);
  const governed = governedNames(quirks);
  const ask = (name: string, value: unknown): void => {
    if (value === undefined) return;
    const wireName = renamed(quirks, name);
    if (!takesField(quirks, name) || fields.has(wireName)) throw untakenField(name);
    put(wireName, worded(quirks, name, value));
  };
  const passOn = (name: string, value: unknown): void => {
    const place = billedPlace(name, value, governed);
    if (place !== undefined) throw governedField(place);
    if (billedPlace(renamed(quirks, name), value, governed) !== undefined)
      throw governedField(name);
    ask(name, value);
  };
  for (const name of knownFields) ask(name, request[name]);
  for (const name of Object.keys(request.more)) passOn(name, request.more[name]);
  for (const name of Object.keys(options)) passOn(name, options[name]);
  return fields;
}

/** Of each set of quirks, which stay while the configuration does. */
const governedByQuirks = new WeakMap<OpenAiImagesQuirks, ReadonlySet<string>>();

/** Names, on either side of the renaming, through which `more` must not change what is made and billed. */
function governedNames(quirks: OpenAiImagesQuirks): ReadonlySet<string> {
  const known = governedByQuirks.get(quirks);
  if (known !== undefined) return known;
  const written = [
    ...governedFields,
    ...quirks.refused,
    "response_format",
    renamed(quirks, "size"),
  ];
  if (quirks.size_form === "pair") written.push(...pairNames(quirks));
  if (quirks.n_parameter !== false) written.push(quirks.n_parameter);
  if (quirks.model_parameter !== false) written.push(quirks.model_parameter);
  const names = plainNames(written);
  governedByQuirks.set(quirks, names);
  return names;
}

/** The contract's optional fields that are a field of the fitted request. */
const knownFields = [
  "quality",
  "style",
  "background",
  "output_format",
  "output_compression",
  "watermark",
  "moderation",
  "user",
] as const;

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
  if (typeof value === "bigint") return value;
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
  const isNumber =
    typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value));
  if (typeof value === "boolean" || isNumber) return [{ name, value: String(value) }];
  if (Array.isArray(value)) return value.flatMap((element) => formFields(`${name}[]`, element));
  if (typeof value !== "object") throw unwritable(name);
  return Object.entries(value).flatMap(([key, element]) => formFields(`${name}[${key}]`, element));
}
