import { setTimeout as delay } from "node:timers/promises";
import { PinholeError } from "../../core/errors.ts";
import type { ImageOutcome } from "../delivery/outcome.ts";
import type { RequestParts } from "./parts.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { generateImage } from "./generate-image.ts";
import type { ComingCall, ImageCall } from "./image-call.ts";
import { keepPictures, removePictures } from "./keep-pictures.ts";
import { idempotencyMs } from "./record.ts";
import type { Run, RunControl, RunWork } from "./run.ts";
import { replay } from "./replay.ts";
import type { RequestRecord } from "../../store/request-records.ts";

/** A request that another one repeats; its outcome may still be to come. */
interface Earlier {
  readonly outcome: Promise<ImageOutcome>;
}

/** The pause between two looks at a request that another process runs. */
const lookAgainMs = 250;

/**
 * Serves a request once however often it is asked (CONTRACT "Client gone, client retrying"): from the
 * request that it repeats, running or finished, else as a new one. Takes the spool over. Throws
 * `PinholeError`.
 */
export async function serveImage(parts: RequestParts, coming: ComingCall): Promise<ImageOutcome> {
  let fingerprint: string;
  try {
    fingerprint = await fingerprintOf(coming.request);
    if (mayRepeat(coming)) {
      const earlier = await findEarlier(parts, coming, fingerprint);
      if (earlier !== undefined) {
        coming.spool.dispose();
        return await earlier.outcome;
      }
    }
  } catch (thrown) {
    coming.spool.dispose();
    throw thrown;
  }
  return start(parts, coming, fingerprint).outcome;
}

function mayRepeat({ idempotencyKey, sdkRetry }: ComingCall): boolean {
  return sdkRetry || idempotencyKey !== undefined;
}

function start(parts: RequestParts, coming: ComingCall, fingerprint: string): Run {
  const { requestId, key, idempotencyKey } = coming;
  const facts = { id: requestId, keyId: key.id, fingerprint, idempotencyKey };
  return parts.registry.start(facts, new Work(parts, coming, fingerprint), coming.client);
}

/** The work of one request, as the registry runs it. */
class Work implements RunWork {
  readonly #parts: RequestParts;
  readonly #call: ImageCall;
  readonly #fingerprint: string;

  constructor(parts: RequestParts, call: ImageCall, fingerprint: string) {
    this.#parts = parts;
    this.#call = call;
    this.#fingerprint = fingerprint;
  }

  make(run: RunControl): Promise<ImageOutcome> {
    return generateImage(this.#parts, this.#call, this.#fingerprint, run);
  }

  keep(outcome: ImageOutcome): Promise<void> {
    return keepPictures(this.#parts, outcome);
  }

  discard(outcome: ImageOutcome): Promise<void> {
    return removePictures(this.#parts, outcome);
  }

  dispose(): void {
    this.#call.spool.dispose();
  }
}

/** The request that this one repeats; undefined: it is a new one. */
async function findEarlier(
  parts: RequestParts,
  coming: ComingCall,
  fingerprint: string,
): Promise<Earlier | undefined> {
  const { idempotencyKey } = coming;
  return idempotencyKey === undefined
    ? claimOrphan(parts, coming, fingerprint)
    : byIdempotencyKey(parts, coming, idempotencyKey, fingerprint);
}

async function byIdempotencyKey(
  parts: RequestParts,
  coming: ComingCall,
  idempotencyKey: string,
  fingerprint: string,
): Promise<Earlier | undefined> {
  const { key, client } = coming;
  const running = (): Run | undefined => {
    const run = parts.registry.byIdempotencyKey(key.id, idempotencyKey);
    if (run === undefined) return undefined;
    if (run.fingerprint !== fingerprint) throw keyReused();
    run.attach(client);
    return run;
  };
  const here = running();
  if (here !== undefined) return here;
  const since = parts.now() - idempotencyMs;
  const record = await parts.store.requests.byIdempotencyKey(key.id, idempotencyKey, since);
  if (record === undefined) return running();
  if (record.fingerprint !== fingerprint) throw keyReused();
  return fromRecord(parts, coming, record);
}

async function claimOrphan(
  parts: RequestParts,
  coming: ComingCall,
  fingerprint: string,
): Promise<Earlier | undefined> {
  const { key, client } = coming;
  const endedSince = parts.now() - parts.retryWindowMs;
  for (;;) {
    const id = await parts.store.requests.claimOrphan(key.id, fingerprint, endedSince);
    // One that has not been written yet is known here only, and younger than all that have.
    const run =
      id === undefined ? parts.registry.orphan(key.id, fingerprint) : parts.registry.get(id);
    if (run !== undefined) {
      // What another retry took since is taken.
      if (!run.orphaned()) continue;
      run.attach(client);
      return run;
    }
    if (id === undefined) return undefined;
    const record = await parts.store.requests.get(id);
    if (record === undefined) continue;
    // Where this client goes as well, its next retry finds the request again.
    client.onEnd((end) => {
      if (end === "gone") void parts.store.requests.orphan(id, parts.now()).catch(() => undefined);
    });
    return fromRecord(parts, coming, record);
  }
}

/** Undefined where the request ended in a way that nobody may be answered from. */
async function fromRecord(
  parts: RequestParts,
  coming: ComingCall,
  found: RequestRecord,
): Promise<Earlier | undefined> {
  const record = await ended(parts, coming.signal, found);
  return record?.fingerprint == null ? undefined : { outcome: replay(parts, record) };
}

/** Waits for a request that another process runs, until it has ended or its lease was swept. */
async function ended(
  parts: RequestParts,
  signal: AbortSignal,
  found: RequestRecord,
): Promise<RequestRecord | undefined> {
  let record: RequestRecord | undefined = found;
  while (record?.state === "running") {
    if (parts.now() > record.leaseUntil) await parts.store.requests.sweep(parts.now());
    else await delay(lookAgainMs, undefined, { signal });
    record = await parts.store.requests.get(record.id);
  }
  return record;
}

function keyReused(): PinholeError {
  return new PinholeError("idempotency_key_reused", {
    message:
      "This Idempotency-Key was used for another request in the last 24 hours; send a new key with a new request.",
  });
}
