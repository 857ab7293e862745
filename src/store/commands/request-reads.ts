import { PinholeError } from "../../core/errors.ts";
import { statement } from "../query.ts";
import type { Statement, Steps } from "../query.ts";
import type { RequestScope } from "../scopes.ts";
import { ofScope } from "./scopes.ts";
import { requestFromRows } from "../records.ts";
import { integer, nullable, record, text } from "../shape.ts";
import { rowSchemas } from "../tables.ts";
import type { RecentRequests, RequestPage, RequestRecord } from "../request-records.ts";
import { arrivalMs } from "../running-owner.ts";

/** The longest page, and one record more that says whether there is another: more would hold up the commits behind them. */
const pageLimitMax = 101;

const ofKey = "key_id = :keyId";
const olderThan =
  "(created_at, id) < (SELECT last.created_at, last.id FROM requests AS last WHERE last.id = :before)";

const olderPart = statement<{ before: string }>(olderThan);

function pageStatement(...conditions: readonly string[]) {
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  return statement<{ keyId: string; before: string; limit: number }>(
    `SELECT * FROM requests ${where} ORDER BY created_at DESC, id DESC LIMIT :limit`,
  );
}

/** Page queries differ in shape, so there is one for each combination. */
const pages = {
  all: pageStatement(),
  allBefore: pageStatement(olderThan),
  key: pageStatement(ofKey),
  keyBefore: pageStatement(ofKey, olderThan),
};

/** A page of a scope's requests. */
function pageOfScope(scope: RequestScope, limit: number, before: string | undefined): Statement {
  const own = ofScope(scope);
  const older = before === undefined ? undefined : olderPart({ before });
  return {
    sql: `SELECT * FROM requests WHERE ${own.sql} ${older === undefined ? "" : `AND ${older.sql}`}
      ORDER BY created_at DESC, id DESC LIMIT ?`,
    parameters: [...own.parameters, ...(older?.parameters ?? []), limit],
  };
}

const byId = statement<{ id: string }>("SELECT * FROM requests WHERE id = :id");

function byIdInScope(id: string, scope: RequestScope): Statement {
  const own = ofScope(scope);
  return {
    sql: `SELECT * FROM requests WHERE id = ? AND ${own.sql}`,
    parameters: [id, ...own.parameters],
  };
}

const byIdempotencyKey = statement<{ keyId: string; idempotencyKey: string; since: number }>(
  `SELECT * FROM requests
    WHERE key_id = :keyId AND idempotency_key = :idempotencyKey AND created_at > :since`,
);
const byClientId = statement<{ keyId: string; clientRequestId: string }>(
  `SELECT * FROM requests WHERE key_id = :keyId AND client_request_id = :clientRequestId
    ORDER BY created_at DESC, id DESC LIMIT 1`,
);
const repeatById = statement<{ keyId: string; id: string }>(
  "SELECT * FROM repeats WHERE id = :id AND key_id = :keyId",
);
const repeatByClientId = statement<{ keyId: string; clientRequestId: string }>(
  `SELECT * FROM repeats WHERE key_id = :keyId AND client_request_id = :clientRequestId
    ORDER BY created_at DESC, id DESC LIMIT 1`,
);
const doubtful = statement<{ keyId: string; fingerprint: string; since: number; until: number }>(
  `SELECT * FROM requests
    WHERE key_id = :keyId AND fingerprint = :fingerprint
      AND doubtful_at > :since AND doubtful_at <= :until
    ORDER BY doubtful_at DESC LIMIT 1`,
);

const attemptsOf = statement<{ id: string }>(
  "SELECT * FROM attempts WHERE request_id = :id ORDER BY call, attempt",
);
const picturesOf = statement<{ id: string }>(
  "SELECT * FROM pictures WHERE request_id = :id ORDER BY position",
);
const holdsOf = statement<{ id: string }>("SELECT * FROM holds WHERE request_id = :id");

/** Reads what belongs to a request's row. */
function* whole(row: unknown): Steps<RequestRecord> {
  const request = rowSchemas.requests.parse(row);
  const { rows: attempts } = yield attemptsOf(request);
  const { rows: pictures } = yield picturesOf(request);
  const { rows: holds } = yield holdsOf(request);
  return requestFromRows({ request, attempts, pictures, holds });
}

/**
 * The owners of equal requests that run, or were answered by a node that was not seen since; and a row without one where
 * there is an orphan. One question, since it is asked before each request.
 */
const equals = statement<{ keyId: string; fingerprint: string; since: number }>(
  `SELECT * FROM (
      SELECT CAST(NULL AS text) AS owner, CAST(NULL AS bigint) AS seen_at,
          CAST(NULL AS bigint) AS answered_at
        FROM requests
        WHERE key_id = :keyId AND fingerprint = :fingerprint
          AND orphaned_at IS NOT NULL AND orphaned_at > :since AND idempotency_key IS NULL
        LIMIT 1
    ) AS orphan
    UNION ALL
    SELECT DISTINCT requests.owner, nodes.seen_at, CAST(NULL AS bigint)
      FROM requests LEFT JOIN nodes ON nodes.id = requests.owner
      WHERE state = 'running' AND key_id = :keyId AND fingerprint = :fingerprint
        AND owner IS NOT NULL AND idempotency_key IS NULL
    UNION ALL
    SELECT requests.owner, nodes.seen_at, max(requests.answered_at)
      FROM requests JOIN nodes ON nodes.id = requests.owner
      WHERE key_id = :keyId AND fingerprint = :fingerprint AND answered_at IS NOT NULL
        AND answered_at > nodes.seen_at - ${arrivalMs}
        AND orphaned_at IS NULL AND deleted_at IS NULL AND idempotency_key IS NULL
      GROUP BY requests.owner, nodes.seen_at`,
);
const equalRow = record({
  owner: nullable(text),
  seen_at: nullable(integer),
  answered_at: nullable(integer),
});

// By the two partial indexes, which hold the few requests that end so.
const anyRecent = statement<{ since: number }>(
  `SELECT 1 AS found
    WHERE EXISTS (SELECT 1 FROM requests WHERE orphaned_at IS NOT NULL AND orphaned_at > :since)
      OR EXISTS (SELECT 1 FROM requests WHERE doubtful_at IS NOT NULL AND doubtful_at > :since)`,
);

const isOrphan = statement<{ id: string }>(
  "SELECT 1 AS found FROM requests WHERE id = :id AND orphaned_at IS NOT NULL",
);

/** The request that an answer repeated; undefined where there is no such answer, or the request has no record. */
function* repeated(rows: readonly unknown[]): Steps<RequestRecord | undefined> {
  if (rows.length === 0) return undefined;
  const { request_id: id } = rowSchemas.repeats.parse(rows[0]);
  const found = yield byId({ id });
  return found.rows.length === 0 ? undefined : yield* whole(found.rows[0]);
}

/** Database work that only reads requests. */
export const requestReads = {
  *requestsGet(id: string, scope?: RequestScope): Steps<RequestRecord | undefined> {
    const { rows } = yield scope === undefined ? byId({ id }) : byIdInScope(id, scope);
    return rows.length === 0 ? undefined : yield* whole(rows[0]);
  },
  /** The requests of these ids, in their order; those that are forgotten are left out. */
  *requestsOf(ids: readonly string[]): Steps<RequestRecord[]> {
    const records: RequestRecord[] = [];
    for (const id of ids) {
      const { rows } = yield byId({ id });
      if (rows.length > 0) records.push(yield* whole(rows[0]));
    }
    return records;
  },
  *requestsByIdempotencyKey(
    keyId: string,
    idempotencyKey: string,
    since: number,
  ): Steps<RequestRecord | undefined> {
    const { rows } = yield byIdempotencyKey({ keyId, idempotencyKey, since });
    return rows.length === 0 ? undefined : yield* whole(rows[0]);
  },
  *requestsByClientId(keyId: string, clientRequestId: string): Steps<RequestRecord | undefined> {
    const { rows } = yield byClientId({ keyId, clientRequestId });
    const newest = rows.length === 0 ? undefined : yield* whole(rows[0]);
    const { rows: repeats } = yield repeatByClientId({ keyId, clientRequestId });
    const repeatedAt = repeats.length === 0 ? 0 : rowSchemas.repeats.parse(repeats[0]).created_at;
    if (repeatedAt < (newest?.createdAt ?? 0)) return newest;
    return (yield* repeated(repeats)) ?? newest;
  },
  *requestsByRepeat(keyId: string, id: string): Steps<RequestRecord | undefined> {
    const { rows } = yield repeatById({ keyId, id });
    return yield* repeated(rows);
  },
  *requestsRecent(
    keyId: string,
    fingerprint: string,
    since: number,
    until: number,
  ): Steps<RecentRequests> {
    const found = (yield equals({ keyId, fingerprint, since })).rows.map((row) =>
      equalRow.parse(row),
    );
    const { rows } = yield doubtful({ keyId, fingerprint, since, until });
    return {
      hasOrphan: found.some(({ owner }) => owner === null),
      doubtful: rows.length === 0 ? null : yield* whole(rows[0]),
      owners: found.flatMap(({ owner, seen_at: seenAt, answered_at: answeredAt }) =>
        owner === null ? [] : [{ id: owner, seenAt, answeredAt }],
      ),
    };
  },
  *requestsAnyRecent(since: number): Steps<boolean> {
    const { rows } = yield anyRecent({ since });
    return rows.length > 0;
  },
  *requestsIsOrphan(id: string): Steps<boolean> {
    const { rows } = yield isOrphan({ id });
    return rows.length > 0;
  },
  /** `before` that is no longer kept gives an empty page: what was older is gone as well. */
  *requestsList({ limit, before, keyId, scope }: RequestPage): Steps<RequestRecord[]> {
    if (!Number.isInteger(limit) || limit < 1 || limit > pageLimitMax)
      throw new PinholeError("invalid_value", {
        message: `limit must be an integer from 1 to ${pageLimitMax}.`,
        param: "limit",
      });
    const all = before === undefined ? pages.all : pages.allBefore;
    const key = before === undefined ? pages.key : pages.keyBefore;
    const page = keyId === undefined ? all : key;
    const { rows } = yield scope === undefined
      ? page({ limit, before: before ?? "", keyId: keyId ?? "" })
      : pageOfScope(scope, limit, before);
    const records: RequestRecord[] = [];
    for (const row of rows) records.push(yield* whole(row));
    return records;
  },
};
