import { isKeptId } from "../../blobs/kept-log/entry.ts";
import { asPinholeError } from "../../core/errors.ts";
import type { ImageOutcome } from "../delivery/outcome.ts";
import type { RequestParts } from "./parts.ts";

/**
 * Puts pictures that are only in the spool into a store that other nodes read, before the record tells them that it
 * is there; one that cannot be put is not kept. A store of this node alone is given them later, when no answer waits.
 */
export async function keepForOthers(
  parts: Pick<RequestParts, "blobs" | "log">,
  outcome: ImageOutcome,
): Promise<ImageOutcome> {
  const pictures = await Promise.all(
    outcome.pictures.map(async (delivered) => {
      const { keep, blob, picture } = delivered;
      if (keep === undefined || blob !== undefined) return delivered;
      try {
        return { ...delivered, blob: await parts.blobs.put(keep.id, picture, keep.keptUntil) };
      } catch (thrown) {
        logLost(parts, outcome, thrown);
        return { ...delivered, keep: undefined };
      }
    }),
  );
  return { ...outcome, pictures };
}

/** Puts away pictures that are only in the spool, and counts those in the image store. */
export async function keepPictures(parts: RequestParts, outcome: ImageOutcome): Promise<void> {
  for (const { picture, blob, keep } of outcome.pictures) {
    if (keep === undefined) continue;
    try {
      if (blob === undefined && !parts.blobs.isShared)
        await parts.blobs.put(keep.id, picture, keep.keptUntil);
      // The kept log counts itself.
      if (isKeptId(keep.id)) continue;
      parts.kept.add({ ...keep, blobId: keep.id, byteLength: picture.bytes.byteLength });
    } catch (thrown) {
      logLost(parts, outcome, thrown);
    }
  }
}

function logLost(
  { log }: Pick<RequestParts, "log">,
  { requestId }: ImageOutcome,
  thrown: unknown,
): void {
  const error = asPinholeError(thrown);
  log.warn(
    { request_id: requestId, detail: error.detail ?? error.message },
    "a picture could not be kept for a client that comes back",
  );
}

/** Deletes the pictures of a request whose client deleted it through another node before its record named them. */
export async function removeDeleted(parts: RequestParts, outcome: ImageOutcome): Promise<void> {
  try {
    const record = await parts.store.requests.get(outcome.requestId);
    if (typeof record?.deletedAt === "number") await removePictures(parts, outcome);
  } catch (thrown) {
    const { detail, message } = asPinholeError(thrown);
    const fields = { request_id: outcome.requestId, detail: detail ?? message };
    parts.log.error(fields, "it could not be looked whether a request was deleted while it ran");
  }
}

/** Deletes the kept pictures of a request. */
export async function removePictures(parts: RequestParts, outcome: ImageOutcome): Promise<void> {
  for (const { keep } of outcome.pictures) {
    if (keep !== undefined) await parts.kept.remove(keep.id);
  }
}
