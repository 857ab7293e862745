import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { integer, nullable, record, text } from "../shape.ts";
import type { KeptPicture } from "../../core/kept-picture.ts";
import type { NewRequest, RepeatRecord } from "../request-records.ts";

const idRow = record({ id: text });
const claimRow = record({ id: text, created_at: integer });
const keptIdRow = record({ blob_id: text });
const keptRow = record({
  blob_id: text,
  byte_length: integer,
  url_until: nullable(integer),
  kept_until: integer,
});

const holder = statement<{ keyId: string; idempotencyKey: string }>(
  `SELECT id, created_at FROM requests
    WHERE key_id = :keyId AND idempotency_key = :idempotencyKey`,
);
const release = statement<{ id: string }>(
  "UPDATE requests SET idempotency_key = NULL WHERE id = :id",
);

/** The part of a request's beginning that claims its idempotency key: the id of the request that has it; undefined: it is free, since nobody has it or its time is over. */
export function* claimIdempotencyKey(
  { keyId, idempotencyKey }: NewRequest,
  since: number,
): Steps<string | undefined> {
  if (idempotencyKey === null) return undefined;
  const { rows } = yield holder({ keyId, idempotencyKey });
  if (rows.length === 0) return undefined;
  const { id, created_at } = claimRow.parse(rows[0]);
  if (created_at > since) return id;
  yield release({ id });
  return undefined;
}

const markOrphan = statement<{ id: string; at: number | null }>(
  "UPDATE requests SET orphaned_at = :at WHERE id = :id",
);
// Only without an idempotency key: a client that sends such keys comes back with its key.
const oldestOrphan = statement<{
  keyId: string;
  fingerprint: string;
  endedSince: number;
  goneSince: number;
}>(
  `SELECT id FROM requests
    WHERE key_id = :keyId AND fingerprint = :fingerprint
      AND orphaned_at IS NOT NULL AND orphaned_at > :goneSince AND idempotency_key IS NULL
      AND (finished_at IS NULL OR finished_at > :endedSince)
    ORDER BY created_at, id LIMIT 1`,
);
const addRepeat = statement<RepeatRecord>(
  `INSERT INTO repeats (id, request_id, key_id, client_request_id, created_at)
    VALUES (:id, :requestId, :keyId, :clientRequestId, :createdAt)`,
);
/** Taken by one retry only, where two look at once. */
const takeOrphan = statement<{ id: string }>(
  "UPDATE requests SET orphaned_at = NULL WHERE id = :id AND orphaned_at IS NOT NULL",
);
const markDeleted = statement<{ id: string; at: number }>(
  "UPDATE requests SET deleted_at = :at WHERE id = :id",
);
const namedBlobs = statement<{ id: string }>(
  "SELECT blob_id FROM pictures WHERE request_id = :id AND blob_id IS NOT NULL",
);
const dropBlobs = statement<{ id: string }>(
  `UPDATE pictures SET blob_id = NULL, kept_until = NULL, url_until = NULL, colour = NULL
    WHERE request_id = :id`,
);
const kept = statement<{ now: number; limit: number }>(
  `SELECT blob_id, byte_length, url_until, kept_until FROM pictures
    WHERE kept_until > :now AND blob_id IS NOT NULL ORDER BY kept_until DESC LIMIT :limit`,
);
const keptIds = statement<{ from: number; until: number }>(
  `SELECT blob_id FROM pictures
    WHERE kept_until >= :from AND kept_until <= :until AND blob_id IS NOT NULL
    UNION ALL SELECT blob_id FROM saved_pictures WHERE kept_until >= :from AND kept_until <= :until`,
);

/** Database work for clients that went away and come back (CONTRACT "Client gone, client retrying"). */
export const requestRecovery = {
  *requestsOrphan(id: string, at: number | null): Steps<void> {
    yield markOrphan({ id, at });
  },
  *requestsOldestOrphan(
    keyId: string,
    fingerprint: string,
    endedSince: number,
    goneSince: number,
  ): Steps<string | undefined> {
    const { rows } = yield oldestOrphan({ keyId, fingerprint, endedSince, goneSince });
    return rows.map((row) => idRow.parse(row).id).at(0);
  },
  /** False where another retry was quicker. */
  *requestsTakeOrphan(id: string): Steps<boolean> {
    const { changes } = yield takeOrphan({ id });
    return changes > 0;
  },
  *requestsAddRepeat(repeat: RepeatRecord): Steps<void> {
    yield addRepeat(repeat);
  },
  *requestsMarkDeleted(id: string, at: number): Steps<string[]> {
    // First: whoever is ending the request has its row, so that its pictures are seen here, or it sees this.
    yield markDeleted({ id, at });
    const { rows } = yield namedBlobs({ id });
    yield dropBlobs({ id });
    return rows.map((row) => keptIdRow.parse(row).blob_id);
  },
  *requestsKeptIds(from: number, until: number): Steps<string[]> {
    const { rows } = yield keptIds({ from, until });
    return rows.map((row) => keptIdRow.parse(row).blob_id);
  },
  *requestsKeptPictures(now: number, limit: number): Steps<KeptPicture[]> {
    const { rows } = yield kept({ now, limit });
    return rows.map((row) => {
      const { blob_id, byte_length, url_until, kept_until } = keptRow.parse(row);
      return {
        blobId: blob_id,
        byteLength: byte_length,
        urlUntil: url_until,
        keptUntil: kept_until,
      };
    });
  },
};
