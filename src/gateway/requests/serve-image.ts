import { setTimeout as delay } from "node:timers/promises";
import type { ImageOutcome } from "../delivery/outcome.ts";
import {
  type Earlier,
  byIdempotencyKey,
  outcomeOfRecord,
  repeatedError,
  waitingClient,
  withoutKey,
} from "./earlier.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { ComingCall } from "./image-call.ts";
import type { RequestParts } from "./parts.ts";
import { asRepeat } from "./repeat.ts";
import type { Run } from "./run.ts";
import { Work } from "./work.ts";

/** A served request: begun, with its spool taken over, or answered by an earlier one. */
type Served = { readonly begun: Run } | { readonly earlier: Promise<ImageOutcome> };

/**
 * Serves a request once however often it is asked (CONTRACT "Client gone, client retrying"): from the
 * request that it repeats, running or finished, else as a new one. Takes the spool over. Throws
 * `PinholeError`.
 */
export async function serveImage(parts: RequestParts, coming: ComingCall): Promise<ImageOutcome> {
  let served: Served;
  try {
    served = await serve(parts, coming, await fingerprintOf(coming.request));
  } catch (thrown) {
    coming.spool.dispose();
    throw thrown;
  }
  if ("begun" in served)
    return coming.isRecordedFirst === true ? recordedOutcome(served.begun) : served.begun.outcome;
  coming.spool.dispose();
  return served.earlier;
}

/** Time that an outcome waits for its record where it is told after it, milliseconds. */
const recordMsMax = 1000;

/** The outcome of a run once its record has it, or a second later: the database may be away. Rejects as the run does. */
export async function recordedOutcome(
  run: Pick<Run, "outcome" | "written">,
): Promise<ImageOutcome> {
  const { outcome } = run;
  await outcome.catch(() => undefined);
  await Promise.race([run.written(), delay(recordMsMax, undefined, { ref: false })]);
  return outcome;
}

async function serve(
  parts: RequestParts,
  coming: ComingCall,
  fingerprint: string,
): Promise<Served> {
  for (;;) {
    const found = await findOrBegin(parts, coming, fingerprint);
    if ("begun" in found) return found;
    coming.onWait?.();
    if ("run" in found) {
      const { id, outcome } = found.run;
      return { earlier: asRepeat(parts, coming, id, outcome) };
    }
    if ("failed" in found) {
      const { id, error } = found.failed;
      const outcome = Promise.reject<ImageOutcome>(repeatedError(error));
      return { earlier: asRepeat(parts, coming, id, outcome) };
    }
    const outcome = outcomeOfRecord(parts, waitingClient(coming), found.record);
    const answer = await asRepeat(parts, coming, found.record.id, outcome);
    if (answer !== undefined) return { earlier: Promise.resolve(answer) };
  }
}

/** Finds the request that this one repeats, or begins it. Under an Idempotency-Key nobody else looks meanwhile. */
async function findOrBegin(
  parts: RequestParts,
  coming: ComingCall,
  fingerprint: string,
): Promise<Earlier | { readonly begun: Run }> {
  const { key, idempotencyKey } = coming;
  if (idempotencyKey === undefined) {
    const earlier = await withoutKey(parts, coming, fingerprint);
    return earlier ?? begin(parts, coming, fingerprint);
  }
  return parts.keyTurns.within(key.id, idempotencyKey, async () => {
    const earlier = await byIdempotencyKey(parts, coming, idempotencyKey, fingerprint);
    return earlier ?? begin(parts, coming, fingerprint);
  });
}

function begin(
  parts: RequestParts,
  coming: ComingCall,
  fingerprint: string,
): { readonly begun: Run } {
  const { requestId, key, idempotencyKey } = coming;
  const facts = { id: requestId, keyId: key.id, fingerprint, idempotencyKey };
  const work = new Work(parts, coming, fingerprint);
  return { begun: parts.registry.start(facts, work, coming.client) };
}
