import { setTimeout as delay } from "node:timers/promises";
import { isKeptId } from "../blobs/log-entry.ts";
import { asPinholeError, PinholeError } from "../core/errors.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { generateImage, type ImageCall, type ImageOutcome } from "./generate-image.ts";
import { idempotencyMs } from "./job.ts";
import type { GatewayParts, RequestRecord } from "./parts.ts";
import { replay } from "./replay.ts";
import type { Client, Run, RunControl, RunWork } from "./request-registry.ts";

/** A request as it came, with what tells whether it is a retry of an earlier one. */
export interface ComingCall extends ImageCall {
  readonly client: Client;
  /** An official SDK says that it tries again. */
  readonly sdkRetry: boolean;
}

/** The request that another one repeats; its outcome may still be to come. */
interface Earlier {
  readonly outcome: Promise<ImageOutcome>;
}

/** How long to wait between two looks at a request that another process runs. */
const lookAgainMs = 250;

/**
 * Serves a request once however often it is asked (CONTRACT "Client gone, client retrying"): from the
 * request that it repeats, running or finished, else as a new one. Takes the spool over. Throws
 * `PinholeError`.
 */
export async function serveImage(parts: GatewayParts, coming: ComingCall): Promise<ImageOutcome> {
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

function start(parts: GatewayParts, coming: ComingCall, fingerprint: string): Run {
  const { requestId, key, idempotencyKey } = coming;
  const facts = { id: requestId, keyId: key.id, fingerprint, idempotencyKey };
  return parts.registry.start(facts, new Work(parts, coming, fingerprint), coming.client);
}

class Work implements RunWork {
  readonly #parts: GatewayParts;
  readonly #call: ImageCall;
  readonly #fingerprint: string;

  constructor(parts: GatewayParts, call: ImageCall, fingerprint: string) {
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
  parts: GatewayParts,
  coming: ComingCall,
  fingerprint: string,
): Promise<Earlier | undefined> {
  const { idempotencyKey } = coming;
  return idempotencyKey === undefined
    ? claimOrphan(parts, coming, fingerprint)
    : byIdempotencyKey(parts, coming, idempotencyKey, fingerprint);
}

async function byIdempotencyKey(
  parts: GatewayParts,
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
  parts: GatewayParts,
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
  parts: GatewayParts,
  coming: ComingCall,
  found: RequestRecord,
): Promise<Earlier | undefined> {
  const record = await ended(parts, coming.signal, found);
  return record?.fingerprint == null ? undefined : { outcome: replay(parts, record) };
}

/** Waits for a request that another process runs, until it has ended or its lease was swept. */
async function ended(
  parts: GatewayParts,
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

/** What is made of a request by its id: running, or an outcome to deliver. */
export type Fetched =
  | { readonly status: "running"; readonly id: string }
  | { readonly status: "over"; readonly outcome: ImageOutcome };

/**
 * The outcome of a request of this key: by our id, or the newest with the client's own. Throws its
 * error where it failed, result_expired where it is gone, not_found where the key has none such.
 */
export async function fetchRequest(
  parts: GatewayParts,
  keyId: string,
  id: string,
  client: Client,
): Promise<Fetched> {
  const record = await ownRecord(parts, keyId, id);
  const run = parts.registry.get(record.id);
  if (record.deletedAt === null && run !== undefined) {
    if (!run.over()) return { status: "running", id: record.id };
    run.attach(client);
    return { status: "over", outcome: await run.outcome };
  }
  if (record.state === "running") return { status: "running", id: record.id };
  return { status: "over", outcome: await replay(parts, record) };
}

/** Deletes a request's pictures; returns our id. What still runs is finished, but not kept. */
export async function deleteRequest(
  parts: GatewayParts,
  keyId: string,
  id: string,
): Promise<string> {
  const record = await ownRecord(parts, keyId, id);
  // Looked up before anything else is waited for: a record without its pictures yet has its run here.
  const run = parts.registry.get(record.id);
  await parts.store.requests.markDeleted(record.id, parts.now());
  for (const { blobId } of record.pictures) if (blobId !== null) await parts.kept.remove(blobId);
  await run?.discard();
  return record.id;
}

async function ownRecord(parts: GatewayParts, keyId: string, id: string): Promise<RequestRecord> {
  const ours = await parts.store.requests.get(id);
  if (ours?.keyId === keyId) return ours;
  const theirs = await parts.store.requests.byClientId(keyId, id);
  if (theirs !== undefined) return theirs;
  throw new PinholeError("not_found", { message: "This key has made no request with this id." });
}

/** Puts away what is only in the spool, and counts what is in the image store. */
async function keepPictures(parts: GatewayParts, outcome: ImageOutcome): Promise<void> {
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

async function removePictures(parts: GatewayParts, outcome: ImageOutcome): Promise<void> {
  for (const { keep } of outcome.pictures) {
    if (keep !== undefined) await parts.kept.remove(keep.id);
  }
}

function keyReused(): PinholeError {
  return new PinholeError("idempotency_key_reused", {
    message:
      "This Idempotency-Key was used for another request in the last 24 hours; send a new key with a new request.",
  });
}
