import { PinholeError } from "../../core/errors.ts";
import { personOfKey } from "../../core/key.ts";
import type { ImageOutcome } from "../delivery/outcome.ts";
import { ended, waitingClient } from "./earlier.ts";
import type { ComingCall } from "./image-call.ts";
import type { RequestParts } from "./parts.ts";
import type { Client } from "./run.ts";
import { replay } from "./replay.ts";
import type { RequestRecord } from "../../store/request-records.ts";

/** A request that was asked for by its id: running, or over with an outcome to deliver. */
export type Fetched =
  | { readonly status: "running"; readonly id: string }
  | { readonly status: "over"; readonly outcome: ImageOutcome };

/**
 * The outcome of a request of this key: by our id, or the newest with the client's own. Throws its
 * error where it failed, result_expired where it is gone, not_found where the key has none such.
 */
export async function fetchRequest(
  parts: RequestParts,
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

/** Follows a request to its end: resolves when it is found, with its outcome to come. Throws as `fetchRequest` where there is none. */
type Follow = (
  keyId: string,
  id: string,
  following: Pick<ComingCall, "client" | "signal">,
) => Promise<{ readonly outcome: Promise<ImageOutcome> }>;

const followRequest =
  (parts: RequestParts): Follow =>
  async (keyId, id, following) => {
    const record = await ownRecord(parts, keyId, id);
    const run = parts.registry.get(record.id);
    if (record.deletedAt === null && run !== undefined) {
      run.attach(following.client);
      return { outcome: run.outcome };
    }
    const over = ended(parts, waitingClient(following), record);
    return { outcome: over.then((found) => replay(parts, found ?? record)) };
  };

/** Deletes a request's pictures; returns our id. What still runs is finished, but not kept. */
export async function deleteRequest(
  parts: RequestParts,
  keyId: string,
  id: string,
): Promise<string> {
  const record = await ownRecord(parts, keyId, id);
  // Looked up before anything else is waited for: a record without its pictures yet has its run here.
  const run = parts.registry.get(record.id);
  // The record names the pictures until they are gone: whoever is told of a failure can ask for it again.
  await run?.discard();
  for (const { blobId } of record.pictures) if (blobId !== null) await parts.kept.remove(blobId);
  const removed = new Set(record.pictures.map(({ blobId }) => blobId));
  // Another node may have ended the request since its record was read.
  for (const blobId of await parts.store.requests.markDeleted(record.id, parts.now()))
    if (!removed.has(blobId)) await parts.kept.remove(blobId);
  return record.id;
}

/**
 * Says for the client of a request of this key that it waits no more: the node that makes the request finds the mark that it
 * would have set itself. Throws not_found where the key has none such.
 */
export async function abandonRequest(
  parts: RequestParts,
  keyId: string,
  id: string,
): Promise<void> {
  const record = await ownRecord(parts, keyId, id);
  if (record.state === "running") await parts.store.requests.orphan(record.id, parts.now());
}

async function ownRecord(parts: RequestParts, keyId: string, id: string): Promise<RequestRecord> {
  const ours = await parts.store.requests.get(id);
  // To the console key of a person belongs what they made in the console with another key as well.
  const person = personOfKey(keyId);
  if (ours?.keyId === keyId || (person !== null && ours?.personId === person)) return ours;
  const repeated = await parts.store.requests.byRepeat(keyId, id);
  if (repeated !== undefined) return repeated;
  const theirs = await parts.store.requests.byClientId(keyId, id);
  if (theirs !== undefined) return theirs;
  throw new PinholeError("not_found", { message: "This key has made no request with this id." });
}

/** The use cases of clients that come back for what they asked for, or do not. */
export interface RecoveryCases {
  /** The outcome of a request of this key, by our id or the client's own. */
  fetch(keyId: string, id: string, client: Client): Promise<Fetched>;
  /** As `fetch`; what runs, be it on another node, is waited for. */
  readonly follow: Follow;
  /** Deletes the pictures of a request of this key; returns our id. */
  forget(keyId: string, id: string): Promise<string>;
  /** Says that a request of this key is waited for no more, whichever node makes it. */
  abandon(keyId: string, id: string): Promise<void>;
  /** True where another node was told so of a request that is made here. */
  isAbandoned(id: string): Promise<boolean>;
}

/** Use cases of returning clients, on the parts of one gateway. */
export function recoveryCases(parts: RequestParts): RecoveryCases {
  return {
    follow: followRequest(parts),
    fetch: (keyId: string, id: string, client: Client) => fetchRequest(parts, keyId, id, client),
    forget: (keyId: string, id: string) => deleteRequest(parts, keyId, id),
    abandon: (keyId: string, id: string) => abandonRequest(parts, keyId, id),
    isAbandoned: async (id: string) =>
      parts.nodes.count() > 1 && (await parts.store.requests.isOrphan(id)),
  };
}
