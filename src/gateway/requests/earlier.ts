import { setTimeout as delay } from "node:timers/promises";
import { PinholeError } from "../../core/errors.ts";
import type { RequestRecord } from "../../store/request-records.ts";
import type { ImageOutcome } from "../delivery/outcome.ts";
import type { ComingCall } from "./image-call.ts";
import type { RequestParts } from "./parts.ts";
import { idempotencyMs } from "./record.ts";
import { replay } from "./replay.ts";
import type { Run } from "./run.ts";

/** The request that another one repeats: a run of this process, or a record, which another process may still be running. */
export type Earlier = { readonly run: Run } | { readonly record: RequestRecord };

/** The pause between two looks at a request that another process runs. */
const lookAgainMs = 250;

/**
 * Finds the request that has the Idempotency-Key; a run gets the coming client attached. Undefined: none
 * has it. Throws idempotency_key_reused where it is another request.
 */
export async function byIdempotencyKey(
  parts: RequestParts,
  { key, client }: ComingCall,
  idempotencyKey: string,
  fingerprint: string,
): Promise<Earlier | undefined> {
  const here = (): Earlier | undefined => {
    const run = parts.registry.byIdempotencyKey(key.id, idempotencyKey);
    if (run === undefined) return undefined;
    if (run.fingerprint !== fingerprint) throw keyReused();
    run.attach(client);
    return { run };
  };
  const running = here();
  if (running !== undefined) return running;
  const since = parts.now() - idempotencyMs;
  const record = await parts.store.requests.byIdempotencyKey(key.id, idempotencyKey, since);
  if (record === undefined) return here();
  if (record.fingerprint !== fingerprint) throw keyReused();
  return { record };
}

/** Finds the oldest equal request whose client has gone, for a client that says that it tries again, and takes it. */
export async function claimOrphan(
  parts: RequestParts,
  { key, client }: ComingCall,
  fingerprint: string,
): Promise<Earlier | undefined> {
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
      return { run };
    }
    if (id === undefined) return undefined;
    const record = await parts.store.requests.get(id);
    if (record === undefined) continue;
    // Where this client goes as well, its next retry finds the request again.
    client.onEnd((end) => {
      if (end === "gone") void parts.store.requests.orphan(id, parts.now()).catch(() => undefined);
    });
    return { record };
  }
}

/**
 * The outcome of a request by its record, waited for while another process runs it. Undefined where it
 * ended in a way that nobody may be answered from. Throws the request's own error.
 */
export async function outcomeOfRecord(
  parts: RequestParts,
  signal: AbortSignal,
  found: RequestRecord,
): Promise<ImageOutcome | undefined> {
  const record = await ended(parts, signal, found);
  return record?.fingerprint == null ? undefined : replay(parts, record);
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

/** The error where an Idempotency-Key came with another request before. */
export function keyReused(): PinholeError {
  return new PinholeError("idempotency_key_reused", {
    message:
      "This Idempotency-Key was used for another request in the last 24 hours; send a new key with a new request.",
  });
}
