import { PinholeError } from "../../core/errors.ts";
import { Picture, type PictureLimits, type PictureSpool } from "../../core/picture.ts";
import { createJsonReader, JsonFault } from "../../json/reader.ts";
import type { Egress } from "../../net/egress.ts";

/** A JSON body with its pictures taken out: data URLs were lifted while arriving, addresses were fetched. */
export interface JsonRequest {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly images: readonly Picture[];
  readonly mask: Picture | undefined;
  readonly markup: Picture | undefined;
}

export interface JsonRequestOptions {
  readonly spool: PictureSpool;
  readonly limits: PictureLimits;
  /** Bytes of all but the pictures. */
  readonly textBytesMax: number;
  readonly signal: AbortSignal;
}

/** The fetcher of pictures that a body names by URL. */
export interface PictureFetcher {
  readonly fetchPicture: Egress["fetchCallerPicture"];
}

/** Hands over a body chunk by chunk; resolves at its end. */
export type BodyFeed = (take: (chunk: Uint8Array) => void) => Promise<void>;

/** The places at which a body may hold pictures. */
const places = [
  "image",
  "image.*",
  "image.image_url",
  "image.*.image_url",
  "images.*",
  "images.*.image_url",
  "mask",
  "mask.image_url",
  "markup",
  "markup.image_url",
];
/** The members of a document that hold pictures. */
const pictureFields = ["image", "images", "mask", "markup"];
const depthMax = 32;
const fetchTimeoutMs = 30_000;
/** More than any model takes; the card's own limit is checked later, with its own message. */
const imagesMax = 64;

/** Reads an images request sent as JSON (CONTRACT "POST /v1/images/edits", second form). */
export async function readJsonRequest(
  parts: PictureFetcher,
  body: BodyFeed,
  options: JsonRequestOptions,
): Promise<JsonRequest> {
  const reader = createJsonReader({
    lift: places,
    spool: options.spool,
    limits: options.limits,
    textBytesMax: options.textBytesMax,
    depthMax,
    exactIntegers: true,
  });
  let document: unknown;
  try {
    await body((chunk) => reader.write(chunk));
    document = reader.end();
  } catch (thrown) {
    // Forgets a picture that is half read.
    reader.abort();
    throw thrown instanceof JsonFault ? thrown.asCallerError() : thrown;
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new PinholeError("invalid_json", { message: "The body must be a JSON object." });
  }
  // A JSON object has string keys and unknown values; narrowing `object` needs the cast.
  const fields = document as Record<string, unknown>;
  if (!pictureFields.some((name) => fields[name] !== undefined)) {
    return { fields, images: [], mask: undefined, markup: undefined };
  }
  return takePictures(parts, fields, options);
}

async function takePictures(
  parts: PictureFetcher,
  document: Readonly<Record<string, unknown>>,
  options: JsonRequestOptions,
): Promise<JsonRequest> {
  const { image, images, mask, markup, ...fields } = document;
  if (isSet(image) && isSet(images)) {
    throw invalid("images", "Send `images` or `image`, not both.");
  }
  const sources = isSet(image) ? listOf(image, "image") : listOf(images, "images");
  if (sources.length > imagesMax) {
    throw invalid(
      "image",
      `\`image\` has ${sources.length} images; at most ${imagesMax} are read.`,
    );
  }
  const pictures: Picture[] = [];
  for (const [index, source] of sources.entries()) {
    pictures.push(await pictureOf(parts, source, `images.${index}.image_url`, options));
  }
  const only = async (source: unknown, param: string): Promise<Picture | undefined> =>
    isSet(source) ? pictureOf(parts, source, param, options) : undefined;
  return {
    fields,
    images: pictures,
    mask: await only(mask, "mask"),
    markup: await only(markup, "markup"),
  };
}

/** An empty text in a picture's place means that there is none, as null does. */
function isSet(source: unknown): boolean {
  return source !== undefined && source !== null && source !== "";
}

function listOf(value: unknown, param: string): readonly unknown[] {
  if (!isSet(value)) return [];
  if (Array.isArray(value)) return value;
  if (param === "images")
    throw invalid("images", "`images` must be a list of objects with an `image_url`.");
  return [value];
}

async function pictureOf(
  parts: PictureFetcher,
  source: unknown,
  param: string,
  options: JsonRequestOptions,
): Promise<Picture> {
  const value = unwrap(source, param);
  if (value instanceof Picture) return value;
  if (typeof value !== "string" || value === "") {
    throw invalid(param, `\`${param}\` must be an https URL or a data URL of a PNG, JPEG or WebP.`);
  }
  return parts.fetchPicture(value, {
    spool: options.spool,
    limits: options.limits,
    signal: options.signal,
    timeoutMs: fetchTimeoutMs,
    param,
  });
}

/** `{image_url}` or the bare value; OpenAI's chat form `{image_url: {url}}` is not part of this API. */
function unwrap(source: unknown, param: string): unknown {
  if (source instanceof Picture || typeof source !== "object" || source === null) return source;
  if ("file_id" in source) {
    throw new PinholeError("unsupported_parameter", {
      message:
        "`file_id` is not supported: this gateway has no files API. Send the image as a URL, a data URL or a form file.",
      param: `${param.split(".", 1)[0] ?? param}.file_id`,
    });
  }
  if ("image_url" in source) return source.image_url;
  throw invalid(param, `\`${param}\` needs an \`image_url\`.`);
}

function invalid(param: string, message: string): PinholeError {
  return new PinholeError("invalid_value", { message, param });
}
