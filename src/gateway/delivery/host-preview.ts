import type { Picture } from "../../core/picture.ts";
import type { DeliveryParts } from "./parts.ts";

/** Time for which a preview can be seen: the finished picture takes its place long before. */
const previewMs = 5 * 60_000;

/** Puts a preview into the image store for a few minutes; returns its signed URL below `origin`. */
export async function hostPreview(
  { blobs, signer, newBlobId, now }: Pick<DeliveryParts, "blobs" | "signer" | "newBlobId" | "now">,
  picture: Picture,
  origin: string,
): Promise<string> {
  const until = now() + previewMs;
  const blob = await blobs.put(newBlobId(), picture, until);
  return origin + signer.path(blob, until);
}
