import type { PictureFormat } from "../../core/picture.ts";
import { pictureFormats } from "../../core/picture.ts";
import type { PictureRecord } from "../../store/request-records.ts";
import type { DeliveryParts } from "./parts.ts";

/** Time for which an address is the same, so that a browser that asks again has the picture already. */
const sameMs = 10 * 60_000;

/** The signed path at which people look at a picture of a record while it rests in the image store; undefined: it does not. */
export function restingPath(
  { signer, now }: Pick<DeliveryParts, "signer" | "now">,
  { blobId, format, urlUntil, keptUntil }: PictureRecord,
): string | undefined {
  const rests = Math.max(urlUntil ?? 0, keptUntil ?? 0);
  if (blobId === null || rests <= now() || !isFormat(format)) return undefined;
  const soon = (Math.floor(now() / sameMs) + 2) * sameMs;
  return signer.path({ id: blobId, format }, Math.min(soon, rests));
}

function isFormat(format: string): format is PictureFormat {
  return pictureFormats.some((one) => one === format);
}
