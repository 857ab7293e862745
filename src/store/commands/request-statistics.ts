import type { RequestFilter } from "../request-filter.ts";
import type { Statement } from "../query.ts";
import { integer, nullable, oneOf, record, text } from "../shape.ts";
import { requestStates } from "../tables.ts";
import { conditionsOf, tookMs, whereOf } from "./request-search.ts";

/** Requests of one state that began in one piece of time. */
export interface PieceCount {
  /** The piece's place, counted from 1970 in its own length. */
  readonly piece: number;
  readonly state: (typeof requestStates)[number];
  readonly requests: number;
  /** Images that those asked for which got all of them. */
  readonly images: number;
}

/** The requests that have something in common. */
export interface NamedCount {
  readonly name: string | null;
  readonly requests: number;
  readonly failed: number;
}

/** Requests that took so long, in hundredths of a second. */
export interface DurationCount {
  readonly hundredths: number;
  readonly requests: number;
}

/** Things that requests are counted by. */
export type CountedBy = "key" | "model" | "channel" | "error";

/** Names of a list that are told: the first by number. */
const namesMax = 10;
const hasFailed = "CASE WHEN state IN ('failed', 'lost') THEN 1 ELSE 0 END";

/** Counts by piece of time and state. */
export function piecesStatement(filter: RequestFilter, pieceMs: number): Statement {
  const where = whereOf(conditionsOf(filter));
  const sql = `SELECT created_at / CAST(? AS bigint) AS piece, state, COUNT(*) AS requests,
      CAST(SUM(CASE WHEN state = 'succeeded' THEN n ELSE 0 END) AS bigint) AS images
    FROM requests ${where.sql} GROUP BY 1, state`;
  return { sql, parameters: [pieceMs, ...where.parameters] };
}

/** The pictures of requests that got some of what they asked for. */
export function partialPicturesStatement(filter: RequestFilter): Statement {
  const where = whereOf(conditionsOf({ ...filter, state: "partial" }));
  const sql = `SELECT COUNT(*) AS count FROM pictures
    WHERE request_id IN (SELECT id FROM requests ${where.sql})`;
  return { sql, parameters: where.parameters };
}

/** Counts by duration of what was made. */
export function durationsStatement(filter: RequestFilter): Statement {
  const where = whereOf([
    ...conditionsOf(filter),
    { sql: "state IN ('succeeded', 'partial') AND finished_at IS NOT NULL", values: [] },
  ]);
  const sql = `SELECT ${tookMs} / 10 AS hundredths, COUNT(*) AS requests
    FROM requests ${where.sql} GROUP BY 1 ORDER BY 1`;
  return { sql, parameters: where.parameters };
}

/** The most frequent names of one kind. */
export function namesStatement(by: CountedBy, filter: RequestFilter): Statement {
  const conditions = conditionsOf(filter);
  if (by === "error") {
    const where = whereOf([
      ...conditions,
      { sql: "state IN ('failed', 'partial', 'lost')", values: [] },
      { sql: "(error_code IS NOT NULL OR state = 'lost')", values: [] },
    ]);
    return named("error_code", `FROM requests ${where.sql}`, where);
  }
  const where = whereOf(conditions);
  if (by !== "channel")
    return named(by === "key" ? "key_id" : "model", `FROM requests ${where.sql}`, where);
  const inner = `SELECT id FROM requests ${where.sql}`;
  return named("channel_id", `FROM attempts WHERE request_id IN (${inner})`, where);
}

function named(column: string, from: string, { parameters }: Statement): Statement {
  const sql = `SELECT name, requests, failed FROM (
    SELECT ${column} AS name, COUNT(*) AS requests, CAST(SUM(${hasFailed}) AS bigint) AS failed
    ${from} GROUP BY ${column} ORDER BY COUNT(*) DESC, ${column} LIMIT ${namesMax}
  ) AS named ORDER BY requests DESC, name`;
  return { sql, parameters };
}

export const pieceRow = record({
  piece: integer,
  state: oneOf(requestStates),
  requests: integer,
  images: integer,
});
export const durationRow = record({ hundredths: integer, requests: integer });
export const nameRow = record({ name: nullable(text), requests: integer, failed: integer });
export const countRow = record({ count: integer });
