import type { Kysely } from "kysely";
import { PinholeError } from "../../core/errors.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { requestFromRows } from "../records.ts";
import { rowSchemas } from "../tables.ts";
import type { Tables } from "../tables.ts";
import type { Page, RequestRecord } from "../types.ts";

/** The longest page: a longer one would hold up the commits behind it. */
const pageLimitMax = 100;

/** Page queries differ in shape, so there is one for each combination; all are compiled once. */
function pageStatement(
  db: Kysely<Tables>,
  only: { readonly key: boolean; readonly before: boolean },
) {
  return statement<{ keyId: string; before: string; limit: number }>((at) => {
    let query = db.selectFrom("requests").selectAll();
    if (only.key) query = query.where("key_id", "=", at("keyId"));
    if (only.before)
      query = query.where(({ eb, refTuple, selectFrom }) =>
        eb(
          refTuple("created_at", "id"),
          "<",
          selectFrom("requests as last")
            .select(["last.created_at", "last.id"])
            .where("last.id", "=", at("before"))
            .$asTuple("created_at", "id"),
        ),
      );
    return query.orderBy("created_at", "desc").orderBy("id", "desc").limit(at("limit"));
  });
}

/** Ways to find one request other than by its id. */
function lookups(db: Kysely<Tables>) {
  return {
    byIdempotencyKey: statement<{ keyId: string; idempotencyKey: string; since: number }>((at) =>
      db
        .selectFrom("requests")
        .selectAll()
        .where("key_id", "=", at("keyId"))
        .where("idempotency_key", "=", at("idempotencyKey"))
        .where("created_at", ">", at("since")),
    ),
    byClientId: statement<{ keyId: string; clientRequestId: string }>((at) =>
      db
        .selectFrom("requests")
        .selectAll()
        .where("key_id", "=", at("keyId"))
        .where("client_request_id", "=", at("clientRequestId"))
        .orderBy("created_at", "desc")
        .orderBy("id", "desc")
        .limit(1),
    ),
  };
}

/** Reads what belongs to a request's row. */
function wholeRecords(db: Kysely<Tables>) {
  const attemptsOf = statement<{ id: string }>((at) =>
    db
      .selectFrom("attempts")
      .selectAll()
      .where("request_id", "=", at("id"))
      .orderBy("call")
      .orderBy("attempt"),
  );
  const picturesOf = statement<{ id: string }>((at) =>
    db.selectFrom("pictures").selectAll().where("request_id", "=", at("id")).orderBy("position"),
  );
  const holdsOf = statement<{ id: string }>((at) =>
    db.selectFrom("holds").selectAll().where("request_id", "=", at("id")),
  );

  return function* whole(row: unknown): Steps<RequestRecord> {
    const request = rowSchemas.requests.parse(row);
    const { rows: attempts } = yield attemptsOf(request);
    const { rows: pictures } = yield picturesOf(request);
    const { rows: holds } = yield holdsOf(request);
    return requestFromRows({ request, attempts, pictures, holds });
  };
}

/** Database work that only reads requests. */
export function requestReads(db: Kysely<Tables>) {
  const one = statement<{ id: string }>((at) =>
    db.selectFrom("requests").selectAll().where("id", "=", at("id")),
  );
  const pages = {
    all: pageStatement(db, { key: false, before: false }),
    allBefore: pageStatement(db, { key: false, before: true }),
    key: pageStatement(db, { key: true, before: false }),
    keyBefore: pageStatement(db, { key: true, before: true }),
  };

  const found = lookups(db);
  const whole = wholeRecords(db);

  return {
    *requestsGet(id: string): Steps<RequestRecord | undefined> {
      const { rows } = yield one({ id });
      return rows.length === 0 ? undefined : yield* whole(rows[0]);
    },
    *requestsByIdempotencyKey(
      keyId: string,
      idempotencyKey: string,
      since: number,
    ): Steps<RequestRecord | undefined> {
      const { rows } = yield found.byIdempotencyKey({ keyId, idempotencyKey, since });
      return rows.length === 0 ? undefined : yield* whole(rows[0]);
    },
    *requestsByClientId(keyId: string, clientRequestId: string): Steps<RequestRecord | undefined> {
      const { rows } = yield found.byClientId({ keyId, clientRequestId });
      return rows.length === 0 ? undefined : yield* whole(rows[0]);
    },
    /** `before` that is no longer kept gives an empty page: what was older is gone as well. */
    *requestsList({
      limit,
      before,
      keyId,
    }: Page & { readonly keyId?: string | undefined }): Steps<RequestRecord[]> {
      if (!Number.isInteger(limit) || limit < 1 || limit > pageLimitMax)
        throw new PinholeError("invalid_value", {
          message: `limit must be an integer from 1 to ${pageLimitMax}.`,
          param: "limit",
        });
      const ofAll = before === undefined ? pages.all : pages.allBefore;
      const ofKey = before === undefined ? pages.key : pages.keyBefore;
      const page = keyId === undefined ? ofAll : ofKey;
      const { rows } = yield page({ limit, before: before ?? "", keyId: keyId ?? "" });
      const records: RequestRecord[] = [];
      for (const row of rows) records.push(yield* whole(row));
      return records;
    },
  };
}
