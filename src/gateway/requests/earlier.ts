import { PinholeError } from "../../core/errors.ts";
import type { RecentRequests, RequestRecord } from "../../store/request-records.ts";
import type { ImageOutcome } from "../delivery/outcome.ts";
import type { ComingCall } from "./image-call.ts";
import type { RequestParts } from "./parts.ts";
import { idempotencyMs } from "./record.ts";
import { whenOwnersAreKnown } from "./other-owners.ts";
import { errorOf, replay, unknownOutcome } from "./replay.ts";
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
  const { repeatWindowMs, retryWindowMs } = parts;
  if (repeatWindowMs === 0 && !coming.sdkRetry) return undefined;
  const { id: keyId } = coming.key;
  const elsewhere = parts.nodes.isAlone()
    ? undefined
    : await recentElsewhere(parts, coming, fingerprint);
  if (coming.sdkRetry) {
    const since = parts.now() - retryWindowMs;
    const orphan = await claimOrphan(parts, coming, fingerprint, since, 0);
    if (orphan !== undefined) return orphan;
  }
  if (repeatWindowMs === 0) return undefined;
  // This process's own may not be written yet.
  const here = parts.repeats.find(keyId, fingerprint);
  const hasLeft = here?.hasLeft === true || elsewhere?.hasOrphan === true;
  if (hasLeft && !coming.sdkRetry) {
    const since = parts.now() - repeatWindowMs;
    const orphan = await claimOrphan(parts, coming, fingerprint, 0, since);
    if (orphan !== undefined) return orphan;
  }
  const failed = here?.failed ?? failureOf(elsewhere?.doubtful ?? null);
  return failed === undefined ? undefined : { failed };
}

/** The ends that an equal request repeats by the database, which knows those of all nodes. */
async function recentElsewhere(
  parts: RequestParts,
  { key, onWait }: ComingCall,
  fingerprint: string,
): Promise<RecentRequests> {
  const { store, node, now, repeatWindowMs } = parts;
  const look = (): Promise<RecentRequests> =>
    // A clock that was set back may have made records of the future; those of long after are of before.
    store.requests.recent(key.id, fingerprint, now() - repeatWindowMs, now() + repeatWindowMs);
  return whenOwnersAreKnown(await look(), node, look, () => onWait?.());
}

function failureOf(record: RequestRecord | null): RecentEnd["failed"] {
  const error = record === null ? undefined : errorOf(record);
  return record === null || error === undefined ? undefined : { id: record.id, error };
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
    // The mark of a client that went a moment ago must be there to be found.
    await registry.marks.written(key.id, fingerprint);
    const before = registry.orphan(key.id, fingerprint);
    const id = await store.requests.claimOrphan(key.id, fingerprint, endedSince, goneSince);
    // One that has not been written yet is known here only, and younger than all that have.
    const run = id === undefined ? registry.orphan(key.id, fingerprint) : registry.get(id);
    if (run !== undefined) {
      // What another retry took since is taken.
      if (!run.orphaned()) continue;
      run.attach(client);
      return { run };
    }
    // One that was being written when the look began may have ended by now: its mark is found by another look.
    if (id === undefined && before?.orphaned() === true) continue;
    if (id === undefined) return undefined;
    // Where this client goes as well, its next retry finds the request again.
    client.onEnd((end) => {
      if (end === "sent") return;
      const mark = store.requests.orphan(id, parts.now()).catch(() => undefined);
      registry.marks.writing(key.id, fingerprint, mark);
    });
    const record = await readTaken(parts, id);
    if (record !== undefined) return { record };
  }
}

/** Reads a request that was just taken: nobody else will, so a database that is away meanwhile is waited for. */
async function readTaken(
  { store, lookAgain }: RequestParts,
  id: string,
): Promise<RequestRecord | undefined> {
  const taken = store.requests.get(id);
  let record = await taken.catch((): "unread" => "unread");
  while (record === "unread") record = await lookAgain(id);
  return record;
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

/** The one who waits for a request that another process runs. */
export interface Waiting {
  /** Aborted when this gateway stops. */
  readonly signal: AbortSignal;
  /** True where nobody needs the outcome any more. */
  hasLeft(): boolean;
}

/** One client that waits. */
export function waitingClient({ client, signal }: Pick<ComingCall, "client" | "signal">): Waiting {
  let hasLeft = false;
  client.onEnd((end) => {
    hasLeft ||= end !== "sent";
  });
  return { signal, hasLeft: () => hasLeft };
}

/**
 * The outcome of a request by its record, waited for while another process runs it. Undefined where it
 * ended in a way that nobody may be answered from. Throws the request's own error.
 */
export async function outcomeOfRecord(
  parts: RequestParts,
  waiting: Waiting,
  found: RequestRecord,
): Promise<ImageOutcome | undefined> {
  const record = await ended(parts, waiting, found);
  return record?.fingerprint == null ? undefined : replay(parts, record);
}

/** Waits for a request that another process runs, until it has ended or is lost. Throws outcome_unknown where neither is so when its lease ends. */
export async function ended(
  { lookAgain, now }: RequestParts,
  waiting: Waiting,
  found: RequestRecord,
): Promise<RequestRecord | undefined> {
  let record: RequestRecord | undefined = found;
  while (record?.state === "running") {
    if (waiting.hasLeft() || waiting.signal.aborted) throw stillRunning(record);
    if (now() > record.leaseUntil) throw unknownOutcome(record);
    const seen = await lookAgain(record.id);
    if (seen !== "unread") record = seen;
  }
  return record;
}

/** The error for whoever waits here no longer, while the request goes on elsewhere. */
function stillRunning({ id }: RequestRecord): PinholeError {
  return new PinholeError("overloaded", {
    message:
      "This gateway is stopping while another one makes the image; send the request again to wait for it.",
    detail: `${id} still runs`,
    retryAfterSeconds: 1,
  });
}

/** The error where an Idempotency-Key came with another request before. */
export function keyReused(): PinholeError {
  return new PinholeError("idempotency_key_reused", {
    message:
      "This Idempotency-Key was used for another request in the last 24 hours; send a new key with a new request.",
  });
}
