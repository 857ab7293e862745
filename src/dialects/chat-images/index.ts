import { PinholeError } from "../../core/errors.ts";
import type {
  BaseSettings,
  GenerateInput,
  ProviderEvent,
  UpstreamFault,
} from "../../core/provider.ts";
import { type FittedRequest, sizeText } from "../../core/request.ts";
import {
  EncodedPicture,
  type WireError,
  type WireJson,
  type WireRequest,
} from "../../core/wire.ts";
import { readChatAnswer } from "./answer.ts";
import { chatDocument, chunkPlaces } from "./unasked.ts";
import { type ChatImagesQuirks, fieldName } from "./quirks.ts";
import { billedPlace, plainNames } from "../billed-names.ts";
import { readNumericError } from "../numeric-errors.ts";
import { placesToLift } from "../picture-places.ts";
export { chatImagesQuirks, takesChatField } from "./quirks.ts";
export { chatUsage } from "./answer.ts";

/** `provider_options`: fields of the upstream's own, by its names. */
export type ChatImagesOptions = Readonly<Record<string, unknown>>;

/** The differences between providers of this dialect. */
export interface ChatImagesDialect<S extends BaseSettings> {
  quirks(settings: S): ChatImagesQuirks;
}

/**
 * `generate` and `readError` of every provider whose models answer a chat completion with images: the
 * prompt and the input images are one message of a user's, the pictures stand in the answer's message.
 * One image a call. Facts: clouds.md §6.2, §16 A.
 */
export function chatImages<S extends BaseSettings>(
  dialect: ChatImagesDialect<S>,
): {
  generate(input: GenerateInput<S, ChatImagesOptions>): AsyncGenerator<ProviderEvent, void, void>;
  readError(error: WireError): UpstreamFault | undefined;
} {
  return {
    async *generate(input) {
      const quirks = dialect.quirks(input.settings);
      const answer = await input.http.call(chatRequest(input, quirks));
      yield* readChatAnswer(answer, { quirks, n: input.request.n, http: input.http });
    },
    readError: readNumericError,
  };
}

function chatRequest(
  {
    request,
    model,
    options,
  }: Pick<GenerateInput<unknown, ChatImagesOptions>, "request" | "model" | "options">,
  quirks: ChatImagesQuirks,
): WireRequest {
  if (request.n > 1) throw refused("n", "must be 1: the chosen model makes one image a call");
  if (request.operation === "variation" || request.mask !== undefined) throw noMask(request);
  const body = new Body(quirks.fixed);
  body.set("model", model);
  body.set("messages", [{ role: "user", content: contentOf(request) }]);
  if (quirks.modalities.length > 0) body.set("modalities", quirks.modalities);
  for (const [name, value] of sizeFields(request, quirks)) body.set(name, value);
  for (const [name, value] of Object.entries(askedFields(request))) {
    const field = value === undefined ? undefined : fieldName(quirks, name);
    if (value !== undefined && field === undefined) throw untaken(name);
    if (field !== undefined) body.add(field, name, value);
  }
  const refusedNames = plainNames(quirks.refused);
  for (const [name, value] of Object.entries(options)) {
    const place = billedPlace(name, value, refusedNames);
    if (place !== undefined) throw untaken(place);
    body.add(name, name, value);
  }
  return {
    url: quirks.path,
    query: quirks.query,
    json: body.json(),
    lift: placesToLift(quirks.pictures),
    liftInside: [...quirks.texts, ...chunkPlaces(quirks.texts)],
    unasked: { lift: chunkPlaces(placesToLift(quirks.pictures)), document: chatDocument },
  };
}

/** A prompt alone is a text, which every server takes; with images it is a list of parts, the text first. */
function contentOf({ prompt, images }: FittedRequest): WireJson {
  if (images.length === 0) return prompt;
  const parts = images.map((picture) => ({
    type: "image_url",
    image_url: { url: new EncodedPicture(picture, "data_url") },
  }));
  return [{ type: "text", text: prompt }, ...parts];
}

/** The size in the server's own fields: a ratio and a resolution for cards with these, else pixels. */
function sizeFields(
  { size, ratio, tier }: FittedRequest,
  quirks: ChatImagesQuirks,
): [string, string][] {
  const { ratio_field: ratioField, tier_field: tierField, size_field: sizeField } = quirks;
  const fields: [string, string][] = [];
  if (ratio !== undefined || tier !== undefined) {
    if (ratio !== undefined && ratioField !== false) fields.push([ratioField, ratio]);
    if (tier !== undefined && tierField !== false) fields.push([tierField, tier]);
    if (fields.length === 0 && sizeField === false) throw untaken("size");
    if (fields.length > 0) return fields;
  }
  if (size === undefined || size === "auto") return fields;
  if (sizeField === false) throw untaken("size");
  return [[sizeField, sizeText(size)]];
}

/** The contract's optional fields, under its names. */
function askedFields(request: FittedRequest): Readonly<Record<string, unknown>> {
  return {
    quality: request.quality,
    style: request.style,
    background: request.background,
    output_format: request.output_format,
    output_compression: request.output_compression,
    watermark: request.watermark,
    moderation: request.moderation,
    user: request.user,
    ...request.more,
  };
}

type Nested = { [name: string]: WireJson | Nested };

/** A document that is put together by dotted places: `image_config.aspect_ratio`. */
class Body {
  readonly #root: Nested = {};
  readonly #set = new Set<string>();

  constructor(fixed: Readonly<Record<string, WireJson>>) {
    for (const [name, value] of Object.entries(fixed)) this.set(name, value);
    this.#set.clear();
  }

  /** Sets it, over what an operator fixed. */
  set(place: string, value: WireJson): void {
    const steps = place.split(".");
    const last = steps.pop() ?? place;
    let object = this.#root;
    for (const step of steps) {
      const found = Object.hasOwn(object, step) ? object[step] : undefined;
      const inner: Nested = isNested(found) ? { ...found } : {};
      object[step] = inner;
      object = inner;
    }
    object[last] = value;
    this.#set.add(place);
  }

  /** Sets what a caller sent; refuses what the request itself has set or a value that JSON cannot say. */
  add(place: string, param: string, value: unknown): void {
    const taken = [...this.#set].some(
      (other) => other === place || other.startsWith(`${place}.`) || place.startsWith(`${other}.`),
    );
    if (taken) throw untaken(param);
    this.set(place, jsonValue(param, value));
  }

  json(): WireJson {
    return this.#root;
  }
}

function isNested(value: WireJson | Nested): value is Nested {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof EncodedPicture)
  );
}

function jsonValue(param: string, value: unknown): WireJson {
  if (value === null || value === undefined) return value;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((element) => jsonValue(param, element));
  if (typeof value !== "object") throw refused(param, "must be a JSON value");
  return Object.fromEntries(
    Object.entries(value).map(([key, element]) => [key, jsonValue(param, element)]),
  );
}

function noMask({ operation }: FittedRequest): PinholeError {
  if (operation === "variation") {
    return new PinholeError("unsupported_operation", {
      message: "The chosen model does not take variations; use a model that does.",
      param: "model",
    });
  }
  return untaken("mask");
}

function untaken(name: string): PinholeError {
  return new PinholeError("unsupported_parameter", {
    message: `\`${name}\` is not taken by the chosen model; leave it out.`,
    param: name,
  });
}

function refused(param: string, why: string): PinholeError {
  return new PinholeError("invalid_value", { message: `\`${param}\` ${why}.`, param });
}
