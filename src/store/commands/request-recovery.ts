import type { Kysely } from "kysely";
import { z } from "zod";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type { Tables } from "../tables.ts";
import type { KeptPicture, NewRequest } from "../types.ts";

const idRow = z.object({ id: z.string() });
const claimRow = z.object({ id: z.string(), created_at: z.int() });
const keptRow = z.object({
  blob_id: z.string(),
  byte_length: z.int(),
  url_until: z.int().nullable(),
  kept_until: z.int(),
});

/** The part of a request's beginning that claims its idempotency key. */
export function idempotencyWrites(db: Kysely<Tables>) {
  const holder = statement<{ key_id: string; idempotency_key: string }>((at) =>
    db
      .selectFrom("requests")
      .select(["id", "created_at"])
      .where("key_id", "=", at("key_id"))
      .where("idempotency_key", "=", at("idempotency_key")),
  );
  const release = statement<{ id: string }>((at) =>
    db.updateTable("requests").set({ idempotency_key: null }).where("id", "=", at("id")),
  );
  return {
    /** The id of the request that has the key; undefined: it is free, since nobody has it or its time is over. */
    *claim({ keyId, idempotencyKey }: NewRequest, since: number): Steps<string | undefined> {
      if (idempotencyKey === null) return undefined;
      const { rows } = yield holder({ key_id: keyId, idempotency_key: idempotencyKey });
      if (rows.length === 0) return undefined;
      const { id, created_at } = claimRow.parse(rows[0]);
      if (created_at > since) return id;
      yield release({ id });
      return undefined;
    },
  };
}

function orphanStatements(db: Kysely<Tables>) {
  return {
    mark: statement<{ id: string; at: number | null }>((at) =>
      db
        .updateTable("requests")
        .set({ orphaned_at: at("at") })
        .where("id", "=", at("id")),
    ),
    oldest: statement<{ keyId: string; fingerprint: string; endedSince: number }>((at) =>
      db
        .selectFrom("requests")
        .select("id")
        .where("key_id", "=", at("keyId"))
        .where("fingerprint", "=", at("fingerprint"))
        .where("orphaned_at", "is not", null)
        // A client that sends idempotency keys comes back with its key.
        .where("idempotency_key", "is", null)
        .where(({ eb, or }) =>
          or([eb("finished_at", "is", null), eb("finished_at", ">", at("endedSince"))]),
        )
        .orderBy("created_at")
        .orderBy("id")
        .limit(1),
    ),
  };
}

/** Database work for clients that went away and come back (CONTRACT "Client gone, client retrying"). */
export function requestRecovery(db: Kysely<Tables>) {
  const orphans = orphanStatements(db);
  const markDeleted = statement<{ id: string; at: number }>((at) =>
    db
      .updateTable("requests")
      .set({ deleted_at: at("at") })
      .where("id", "=", at("id")),
  );
  const dropBlobs = statement<{ id: string }>((at) =>
    db
      .updateTable("pictures")
      .set({ blob_id: null, kept_until: null, url_until: null })
      .where("request_id", "=", at("id")),
  );
  const kept = statement<{ now: number; limit: number }>((at) =>
    db
      .selectFrom("pictures")
      .select(["blob_id", "byte_length", "url_until", "kept_until"])
      .where("kept_until", ">", at("now"))
      .where("blob_id", "is not", null)
      .orderBy("kept_until", "desc")
      .limit(at("limit")),
  );

  return {
    *requestsOrphan(id: string, at: number | null): Steps<void> {
      yield orphans.mark({ id, at });
    },
    *requestsClaimOrphan(
      keyId: string,
      fingerprint: string,
      endedSince: number,
    ): Steps<string | undefined> {
      const { rows } = yield orphans.oldest({ keyId, fingerprint, endedSince });
      if (rows.length === 0) return undefined;
      const { id } = idRow.parse(rows[0]);
      yield orphans.mark({ id, at: null });
      return id;
    },
    *requestsMarkDeleted(id: string, at: number): Steps<void> {
      yield markDeleted({ id, at });
      yield dropBlobs({ id });
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
}
