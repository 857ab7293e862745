import { asPinholeError } from "../../core/errors.ts";
import { consoleKeyPrefix } from "../../core/key.ts";
import type { ComingCall } from "./image-call.ts";
import type { RequestParts } from "./parts.ts";

/**
 * The outcome of an earlier request, or its error, as this one's answer. It resolves when the repeat is written
 * down: whoever reads the answer may ask for it by its own id.
 */
export async function asRepeat<T>(
  parts: RequestParts,
  coming: ComingCall,
  earlierId: string,
  outcome: Promise<T>,
): Promise<T> {
  const noted = note(parts, coming, earlierId);
  try {
    return await outcome;
  } finally {
    await noted;
  }
}

/** Writes a repeat down. Never rejects: the answer is more than its id. */
async function note(
  { store, log, now }: RequestParts,
  { requestId, clientRequestId, key, personId }: ComingCall,
  earlierId: string,
): Promise<void> {
  try {
    await store.requests.addRepeat({
      id: requestId,
      requestId: earlierId,
      // A page that comes back comes with the console key, whichever key it made them with.
      keyId: personId === undefined ? key.id : consoleKeyPrefix + personId,
      clientRequestId: clientRequestId ?? null,
      createdAt: now(),
    });
  } catch (thrown) {
    const error = asPinholeError(thrown);
    log.warn(
      { request_id: requestId, detail: error.detail ?? error.message },
      "an answer that repeats another request's will not be found by its own id",
    );
  }
}
