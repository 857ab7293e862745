import { createHash, hash } from "node:crypto";
import type { Picture } from "../../core/picture.ts";
import type { ImageRequest } from "../../core/request.ts";

/** The fields of a request as the fingerprint has them, in its order. */
const fieldNames = Object.keys({
  background: true,
  images: true,
  keep_outside_mask: true,
  markup: true,
  mask: true,
  model: true,
  moderation: true,
  more: true,
  n: true,
  operation: true,
  output_compression: true,
  output_format: true,
  partial_images: true,
  prompt: true,
  provider_options: true,
  quality: true,
  response_format: true,
  size: true,
  stream: true,
  style: true,
  unknown: true,
  user: true,
  watermark: true,
} satisfies Record<keyof ImageRequest, true>) as readonly (keyof ImageRequest)[];

/**
 * SHA-256, hex, of what was asked: the parsed fields in one order and a digest of each file. A new
 * multipart boundary, another order of parts or keys, white space, and `null` for an absent field
 * change nothing (CONTRACT "Client gone, client retrying").
 */
export async function fingerprintOf(request: ImageRequest): Promise<string> {
  const images: string[] = [];
  for (const image of request.images) images.push(await digestOf(image));
  const mask = request.mask && (await digestOf(request.mask));
  const markup = request.markup && (await digestOf(request.markup));
  return fingerprint(request, { images, mask, markup });
}

/** Digests of a request's pictures. */
type PictureDigests = Readonly<Record<"images" | "mask" | "markup", unknown>>;

async function digestOf({ bytes }: Picture): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of bytes.chunks(0, undefined, true)) digest.update(chunk);
  return digest.digest("hex");
}

function fingerprint(request: ImageRequest, pictures: PictureDigests): string {
  const text = objectJson(fieldNames, (name) =>
    name === "images" || name === "mask" || name === "markup" ? pictures[name] : request[name],
  );
  return hash("sha256", text, "hex");
}

/** JSON with the keys of every object sorted and undefined ones left out. */
function canonicalJson(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map((member) => canonicalJson(member)).join(",")}]`;
  // Narrowing `object` needs the cast.
  const object = value as Readonly<Record<string, unknown>>;
  return objectJson(sortedKeys(object), (key) => object[key]);
}

function objectJson<K extends string>(keys: readonly K[], valueOf: (key: K) => unknown): string {
  let text = "";
  for (const key of keys) {
    const value = valueOf(key);
    if (value === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(value)}`;
  }
  return `{${text}}`;
}

/** An object's keys in the order of one that was filled sorted: fingerprints outlive the process that made them. */
function sortedKeys(object: Readonly<Record<string, unknown>>): readonly string[] {
  const keys = Object.keys(object);
  if (keys.length < 2) return keys;
  keys.sort((a, b) => (a < b ? -1 : 1));
  // JavaScript puts whole numbers before all other keys, by their value.
  if (!keys.some((key) => /^\d/.test(key))) return keys;
  return Object.keys(Object.fromEntries(keys.map((key) => [key, true])));
}
