import { asPinholeError } from "../../core/errors.ts";
import type { RequestEnd, RequestObserver } from "../../core/observer.ts";
import { type ImageOutcome, countMade } from "../delivery/outcome.ts";
import type { ComingCall } from "./image-call.ts";
import type { RequestParts } from "./parts.ts";
import { serveImage } from "./serve-image.ts";

/** Serves a request and tells those who listen what it came to. */
export function serveObserved(parts: RequestParts, coming: ComingCall): Promise<ImageOutcome> {
  const { requestId, key, request } = coming;
  if (coming.observer !== undefined) return told(parts, coming, coming.observer);
  if (parts.observer === undefined) return serveImage(parts, coming);
  // Whoever brought the request has not told of it.
  const { operation, model, n, stream } = request;
  const observer = parts.observer.request({ requestId, keyId: key.id, operation });
  observer.asked({ model, n, stream });
  return told(parts, coming, observer).finally(() => observer.over());
}

async function told(
  parts: RequestParts,
  coming: ComingCall,
  observer: RequestObserver,
): Promise<ImageOutcome> {
  try {
    const outcome = await serveImage(parts, { ...coming, observer });
    observer.outcome(endOf(coming, outcome));
    return outcome;
  } catch (thrown) {
    observer.outcome({ kind: "failed", code: asPinholeError(thrown).code });
    throw thrown;
  }
}

function endOf({ requestId, request }: ComingCall, outcome: ImageOutcome): RequestEnd {
  if (outcome.requestId !== requestId) return { kind: "repeated" };
  return { kind: countMade(outcome.pictures, request.n) < request.n ? "partial" : "succeeded" };
}
