import { setTimeout as delay } from "node:timers/promises";
import { PinholeError } from "../../core/errors.ts";
import type { RequestRecord } from "../../store/request-records.ts";
import type { ImageOutcome } from "../delivery/outcome.ts";
import type { ComingCall } from "./image-call.ts";
import type { RequestParts } from "./parts.ts";
import { idempotencyMs } from "./record.ts";
import { errorOf, replay } from "./replay.ts";
import type { RecentEnd } from "./repeat-window.ts";
import type { Run } from "./run.ts";

/**
 * The request that another one repeats: a run of this process; a record, which another process may still be
 * running; or one that failed a moment ago and may have been billed.
 */
export type Earlier =
  | { readonly run: Run }
  | { readonly record: RequestRecord }
  | { readonly failed: { readonly id: string; readonly error: PinholeError } };

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

/**
 * Finds the request that one without an Idempotency-Key repeats: as its SDK says, or within
 * `policy.repeat_window`. Requests side by side, and equal ones after a success, repeat none.
 */
export async function withoutKey(
  parts: RequestParts,
  coming: ComingCall,
  fingerprint: string,
): Promise<Earlier | undefined> {
  const { repeatWindowMs, retryWindowMs, nodes } = parts;
  const { id: keyId } = coming.key;
  const now = parts.now();
  if (coming.sdkRetry) {
    const orphan = await claimOrphan(parts, coming, fingerprint, now - retryWindowMs, 0);
    if (orphan !== undefined) return orphan;
  }
  if (repeatWindowMs === 0) return undefined;
  const recent = nodes.isAlone()
    ? parts.repeats.find(keyId, fingerprint)
    : await recentAnywhere(parts, keyId, fingerprint);
  if (recent?.hasLeft === true && !coming.sdkRetry) {
    const orphan = await claimOrphan(parts, coming, fingerprint, 0, now - repeatWindowMs);
    if (orphan !== undefined) return orphan;
  }
  return recent?.failed === undefined ? undefined : { failed: recent.failed };
}

/** The ends that an equal request repeats, of this process and, by the database, of others. */
async function recentAnywhere(
  parts: RequestParts,
  keyId: string,
  fingerprint: string,
): Promise<RecentEnd> {
  const now = parts.now();
  // A clock that was set back may have made records of the future; those of long after are of before.
  const [since, until] = [now - parts.repeatWindowMs, now + parts.repeatWindowMs];
  const found = await parts.store.requests.recent(keyId, fingerprint, since, until);
  // This process's own may not be written yet.
  const here = parts.repeats.find(keyId, fingerprint);
  const record = found.doubtful;
  const error = record === null ? undefined : errorOf(record);
  const failed = record === null || error === undefined ? undefined : { id: record.id, error };
  return {
    failed: here?.failed ?? failed,
    hasLeft: here?.hasLeft === true || found.hasOrphan,
  };
}

/** Takes the oldest equal request whose client has gone since a time, running or ended since another. */
async function claimOrphan(
  parts: RequestParts,
  { key, client }: ComingCall,
  fingerprint: string,
  endedSince: number,
  goneSince: number,
): Promise<Earlier | undefined> {
  const { store, registry } = parts;
  for (;;) {
    const id = await store.requests.claimOrphan(key.id, fingerprint, endedSince, goneSince);
    // One that has not been written yet is known here only, and younger than all that have.
    const run = id === undefined ? registry.orphan(key.id, fingerprint) : registry.get(id);
    if (run !== undefined) {
      // What another retry took since is taken.
      if (!run.orphaned()) continue;
      run.attach(client);
      return { run };
    }
    if (id === undefined) return undefined;
    const record = await store.requests.get(id);
    if (record === undefined) continue;
    // Where this client goes as well, its next retry finds the request again.
    client.onEnd((end) => {
      if (end === "gone") void store.requests.orphan(id, parts.now()).catch(() => undefined);
    });
    return { record };
  }
}

/** The error for a repeat of a request that failed a moment ago and may have been billed. */
export function repeatedError({ code, message, param, detail }: PinholeError): PinholeError {
  // The error of a lost request says it already.
  if (code === "outcome_unknown") return new PinholeError(code, { message, param, detail });
  const said = message.replace(/\.$/, "");
  return new PinholeError(code, {
    message: `${said}; this answers an equal request of a moment ago again, so to buy another image send a fresh Idempotency-Key.`,
    param,
    detail: detail ?? message,
  });
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

/** Waits for a request that another process runs, until it has ended or is lost. */
async function ended(
  parts: RequestParts,
  signal: AbortSignal,
  found: RequestRecord,
): Promise<RequestRecord | undefined> {
  let record: RequestRecord | undefined = found;
  while (record?.state === "running") {
    await delay(lookAgainMs, undefined, { signal });
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
