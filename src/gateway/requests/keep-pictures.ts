import { isKeptId } from "../../blobs/kept-log/entry.ts";
import { asPinholeError } from "../../core/errors.ts";
import type { ImageOutcome } from "../delivery/outcome.ts";
import type { RequestParts } from "./parts.ts";

/** Puts away pictures that are only in the spool, and counts those in the image store. */
export async function keepPictures(parts: RequestParts, outcome: ImageOutcome): Promise<void> {
  for (const { picture, blob, keep } of outcome.pictures) {
    if (keep === undefined) continue;
    try {
      if (blob === undefined) await parts.blobs.put(keep.id, picture, keep.keptUntil);
      // The kept log counts itself.
      if (isKeptId(keep.id)) continue;
      parts.kept.add({ ...keep, blobId: keep.id, byteLength: picture.bytes.byteLength });
    } catch (thrown) {
      const error = asPinholeError(thrown);
      parts.log.warn(
        { request_id: outcome.requestId, detail: error.detail ?? error.message },
        "a picture could not be kept for a client that comes back",
      );
    }
  }
}

/** Deletes the kept pictures of a request. */
export async function removePictures(parts: RequestParts, outcome: ImageOutcome): Promise<void> {
  for (const { keep } of outcome.pictures) {
    if (keep !== undefined) await parts.kept.remove(keep.id);
  }
}
