import type { Changer } from "../../core/audit.ts";
import { keyDigest } from "../../core/keys.ts";
import { forgottenOutcome, isForgotten } from "../../store/forgotten-outcome.ts";
import type { RequestOutcome } from "../../store/request-records.ts";
import type { RecordPlace } from "../../store/end-user-records.ts";
import { followErasures, forgetErased } from "./forget-erased.ts";
import type { RequestParts } from "./parts.ts";

/** The forgetting of an end user: all that requests with this `user` said and made, but not what they cost. */
interface Erasure {
  /** Requests of which everything was forgotten now; those of before are not counted again. */
  readonly requests: number;
  readonly pictures: number;
  /** Requests that still run: they are forgotten by asking once more. */
  readonly running: number;
  /** The name that the end user has in the audit. */
  readonly digest: string;
}

/** The use cases that concern end users. */
export interface EndUserCases {
  /** Forgets an end user: what their requests said and made. */
  eraseEndUser(by: Changer, user: string): Promise<Erasure>;
  /** Forgets what other nodes have forgotten; wants to be called every two seconds. */
  followErasures(): Promise<void>;
}

export function endUserCases(parts: EraseParts): EndUserCases {
  return {
    eraseEndUser: (by, user) => eraseEndUser(parts, by, user),
    followErasures: followErasures(parts),
  };
}

interface EraseParts extends Pick<
  RequestParts,
  "store" | "registry" | "repeats" | "kept" | "journal" | "calendar" | "now" | "newId"
> {
  /** The key of all digests. */
  readonly pepper: Buffer;
}

/** Records that are looked through in one transaction: the commits of requests wait behind it. */
const searchedRows = 2000;
/** Requests that are forgotten in one transaction. */
const erasedRows = 50;

/**
 * Forgets an end user in pieces, so that it may be interrupted and done again at any time. The audit has a keyed digest in
 * place of the name, by which whoever has the secret can tell that it was done.
 */
async function eraseEndUser(parts: EraseParts, by: Changer, user: string): Promise<Erasure> {
  const { endUsers } = parts.store;
  const digest = keyDigest(parts.pepper, `end user ${user}`);
  const note = (action: string, after: object | null): Promise<void> => {
    const ids = { id: parts.newId("aud"), resource: "end_user", resourceId: digest };
    const at = parts.now();
    const states = { before: null, after: after && JSON.stringify(after) };
    return endUsers.note({ ...by, ...ids, at, action, ...states });
  };
  await note("begin_erase", null);
  const done = { requests: 0, pictures: 0, running: 0 };
  const days = new Set<string>();
  for (let place: RecordPlace | undefined = { at: 0, id: "" }; place !== undefined;) {
    const piece: Awaited<ReturnType<typeof endUsers.find>> = await endUsers.find(
      user,
      place,
      searchedRows,
    );
    done.running += piece.running.length;
    for (let from = 0; from < piece.ended.length; from += erasedRows) {
      const erased = await erasePiece(parts, piece.ended.slice(from, from + erasedRows));
      done.requests += erased.requests;
      done.pictures += erased.pictures;
      for (const at of erased.heldAt) days.add(parts.calendar.dayOf(at));
    }
    place = piece.next;
  }
  done.pictures += await eraseSaved(parts, user);
  await forgetErased(parts);
  await endUsers.tell();
  for (const day of days) await parts.store.totals.count(dayOf(parts, day));
  await parts.journal.rewrite((outcome) => scrubbed(parts, outcome));
  await endUsers.scrub();
  await note("erase", done);
  return { ...done, digest };
}

function dayOf({ calendar }: EraseParts, day: string) {
  const { start, end } = calendar.spanOfDay(day);
  return { day, from: start, to: end };
}

interface ErasedPiece {
  readonly requests: number;
  readonly pictures: number;
  readonly heldAt: readonly number[];
}

/** Forgets what somebody saved of an end user: rows name the pictures until those are gone, as records do. Returns how many. */
async function eraseSaved({ store, kept }: EraseParts, user: string): Promise<number> {
  const saved = await store.endUsers.saved(user);
  for (const { blobId } of saved) await kept.remove(blobId);
  await store.endUsers.unsave(saved);
  return saved.length;
}

/** The records name the pictures until those are gone: what fails in between is found again. */
async function erasePiece(parts: EraseParts, ids: readonly string[]): Promise<ErasedPiece> {
  const removed = new Set<string>();
  const remove = async (blobId: string): Promise<void> => {
    if (removed.has(blobId)) return;
    await parts.kept.remove(blobId);
    removed.add(blobId);
  };
  for (const id of ids) {
    // A request that is over, but is still in memory for clients that come back.
    await parts.registry.get(id)?.discard();
    const record = await parts.store.requests.get(id);
    for (const { blobId } of record?.pictures ?? []) if (blobId !== null) await remove(blobId);
  }
  const erased = await parts.store.endUsers.erase(ids, parts.now());
  // Another node may have put some away since.
  for (const blobId of erased.blobIds) await remove(blobId);
  return { requests: erased.requests, pictures: removed.size, heldAt: erased.heldAt };
}

/** A settlement that never reached the database, of a request that was forgotten: its money alone. */
async function scrubbed(
  { store }: EraseParts,
  outcome: RequestOutcome,
): Promise<RequestOutcome | undefined> {
  const record = await store.requests.get(outcome.id);
  if (record === undefined || !isForgotten(record.fields)) return undefined;
  return forgottenOutcome(outcome);
}
