import { PinholeError } from "../../core/errors.ts";
import { pictureFormats } from "../../core/picture.ts";
import type { GalleryPicture } from "../../store/gallery-records.ts";
import type { DeliveryParts } from "../delivery/parts.ts";

/** A picture of the gallery as its person sees it. */
export interface GalleryView {
  /** The request's id and the picture's place in its answer: `req_….0`. */
  readonly id: string;
  readonly requestId: string;
  readonly index: number;
  /** A signed path, made anew at each look. */
  readonly path: string;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  /** The average colour as `#rrggbb`; null: it is not known yet. */
  readonly colour: string | null;
  readonly byteLength: number;
  readonly model: string;
  readonly prompt: string;
  readonly seed: string | undefined;
  /** The fields that were asked for, under their wire names. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Ids of the pictures that it was made from, as far as they are of the gallery. */
  readonly madeFrom: readonly string[];
  readonly createdAt: number;
  readonly isSaved: boolean;
  /** Undefined: it is saved. */
  readonly expiresAt: number | undefined;
}

/** A picture with a URL that is good for as long as those of new pictures, and no longer than the picture. */
export function galleryView(
  { signer, now, images }: Pick<DeliveryParts, "signer" | "now" | "images">,
  picture: GalleryPicture,
): GalleryView {
  const { requestId, index, blobId, until, savedAt } = picture;
  const format = pictureFormats.find((word) => word === picture.format);
  if (format === undefined) throw new Error(`a picture has the format ${picture.format}`);
  const { made_from: madeFrom, ...fields } = fieldsOf(picture.fields);
  const { prompt } = fields;
  return {
    id: `${requestId}.${index}`,
    requestId,
    index,
    path: signer.path({ id: blobId, format }, Math.min(until, now() + images.ttlMs)),
    format,
    width: picture.width,
    height: picture.height,
    colour: picture.colour ?? null,
    byteLength: picture.byteLength,
    model: picture.model,
    prompt: typeof prompt === "string" ? prompt : "",
    seed: seedOf(picture) ?? undefined,
    fields,
    madeFrom: Array.isArray(madeFrom) ? madeFrom.map(String).filter(isPictureId) : [],
    createdAt: picture.createdAt,
    isSaved: savedAt !== null,
    expiresAt: savedAt === null ? until : undefined,
  };
}

const idForm = /^(\w{1,64})\.(\d{1,4})$/;

/** True for what has the form of a picture's id. */
export function isPictureId(id: string): boolean {
  return idForm.test(id);
}

/** The place that an id names. Throws not_found, since there is no picture of another form of id. */
export function placeOf(id: string): { readonly requestId: string; readonly index: number } {
  const [, requestId, index] = idForm.exec(id) ?? [];
  if (requestId !== undefined && index !== undefined) return { requestId, index: Number(index) };
  throw new PinholeError("not_found", { message: "There is no picture of this id." });
}

/** The prompt in lower case, to search in. */
export function wordsOf(fields: string): string {
  const { prompt } = fieldsOf(fields);
  return typeof prompt === "string" ? prompt.toLowerCase() : "";
}

/** The seed of a saved picture, or the one that the answer of an expiring one tells. */
export function seedOf({ seed, savedAt, index }: GalleryPicture): string | null {
  if (savedAt !== null || seed === null) return seed;
  const answer: unknown = JSON.parse(seed);
  const { pictures } = (answer ?? {}) as { readonly pictures?: readonly { seed?: string }[] };
  return pictures?.[index]?.seed ?? null;
}

function fieldsOf(json: string): Readonly<Record<string, unknown>> {
  // The gateway wrote it itself, as an object.
  return JSON.parse(json) as Readonly<Record<string, unknown>>;
}
