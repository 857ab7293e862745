import { createHash } from "node:crypto";
import type { Picture } from "../core/picture.ts";
import type { ImageRequest } from "../core/request.ts";

/**
 * SHA-256, hex, of what was asked: the parsed fields in one order and a digest of each file. A new
 * multipart boundary, another order of parts or keys, white space, and `null` for an absent field
 * change nothing (CONTRACT "Client gone, client retrying").
 */
export async function fingerprintOf(request: ImageRequest): Promise<string> {
  const { images, mask, ...fields } = request;
  const files: string[] = [];
  for (const image of images) files.push(await digestOf(image));
  const canonical = canonicalJson({
    ...fields,
    images: files,
    mask: mask === undefined ? undefined : await digestOf(mask),
  });
  return createHash("sha256").update(canonical).digest("hex");
}

async function digestOf({ bytes }: Picture): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of bytes.chunks()) digest.update(chunk);
  return digest.digest("hex");
}

/** JSON with the keys of every object sorted and undefined ones left out. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
