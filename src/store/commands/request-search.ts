import type { RequestFilter } from "../request-filter.ts";
import type { Bindable, Statement } from "../query.ts";
import { ofScope } from "./scopes.ts";

/** The place in the list, newest first, from which a page goes on. */
export interface SearchPage {
  readonly limit: number;
  /** Only what is older than this request. */
  readonly before?: string | undefined;
  /** Only what is newer than this request. */
  readonly after?: string | undefined;
}

/** A condition with its values. */
interface Condition {
  readonly sql: string;
  readonly values: readonly Bindable[];
}

/** States that are few among all: there is an index of these alone. */
const amissStates: ReadonlySet<string> = new Set(["failed", "partial", "lost"]);
const amiss = "state IN ('failed', 'partial', 'lost')";
/** The time that a request took, in milliseconds; null while it runs. */
export const tookMs = "(finished_at - created_at)";
const newestFirst = "ORDER BY created_at DESC, id DESC";
/** Comes after every letter that an id is made of. */
const lastLetter = "~";

/** The ids of a page of requests that match. */
export function searchStatement(filter: RequestFilter, page: SearchPage): Statement {
  const conditions = [...conditionsOf(filter), ...placeOf(page)];
  const where = whereOf(conditions);
  // Wrapped, since whoever reads a report may add a limit of its own.
  const sql = `SELECT id, created_at FROM (
    SELECT id, created_at FROM requests ${where.sql} ${newestFirst} LIMIT ?
  ) AS page ${newestFirst}`;
  return { sql, parameters: [...where.parameters, page.limit] };
}

/** All that match as lines of a table, newest first. */
export function exportStatement(filter: RequestFilter): Statement {
  const where = whereOf(conditionsOf(filter));
  const sql = `SELECT id, created_at, finished_at, state, operation, model, served_model, key_id, person_id,
      client_request_id, n, cost_nano, error_code,
      (SELECT COUNT(*) FROM pictures WHERE pictures.request_id = requests.id) AS pictures,
      (SELECT COUNT(*) FROM attempts WHERE attempts.request_id = requests.id) AS attempts
    FROM requests ${where.sql} ${newestFirst}`;
  return { sql, parameters: where.parameters };
}

/** The words of conditions for a statement, with their values. */
export function whereOf(conditions: readonly Condition[]): Statement {
  const sql =
    conditions.length === 0 ? "" : `WHERE ${conditions.map((one) => one.sql).join(" AND ")}`;
  return { sql, parameters: conditions.flatMap(({ values }) => values) };
}

/** The conditions that a filter stands for. */
export function conditionsOf(filter: RequestFilter): Condition[] {
  const { state, model, key, scopes = [], channel, error, from, to, id } = filter;
  const { tookMsMin, tookMsMax } = filter;
  const conditions: Condition[] = [];
  const add = (sql: string, ...values: readonly Bindable[]): void =>
    void conditions.push({ sql, values });
  if (from !== undefined) add("created_at >= CAST(? AS bigint)", from);
  if (to !== undefined) add("created_at < CAST(? AS bigint)", to);
  if (state !== undefined) {
    add("state = ?", state);
    if (amissStates.has(state)) add(amiss);
  }
  if (error !== undefined) {
    add("error_code = ?", error);
    add(amiss);
  }
  if (model !== undefined) add("(model = ? OR served_model = ?)", model, model);
  if (key !== undefined) add("key_id = ?", key);
  for (const scope of scopes) {
    const own = ofScope(scope);
    add(own.sql, ...own.parameters);
  }
  if (channel !== undefined)
    add(
      `EXISTS (SELECT 1 FROM attempts WHERE attempts.request_id = requests.id AND channel_id = ?)`,
      channel,
    );
  // Those of a span of time are read by the index of their beginnings: none of durations is worth its writes.
  if (tookMsMin !== undefined) add(`${tookMs} >= CAST(? AS bigint)`, tookMsMin);
  if (tookMsMax !== undefined) add(`${tookMs} <= CAST(? AS bigint)`, tookMsMax);
  if (id !== undefined)
    add("((id >= ? AND id < ?) OR client_request_id = ?)", id, id + lastLetter, id);
  return conditions;
}

function placeOf({ before, after }: SearchPage): Condition[] {
  const than = (operator: "<" | ">", id: string): Condition => ({
    sql: `(created_at, id) ${operator} (SELECT place.created_at, place.id FROM requests AS place WHERE place.id = ?)`,
    values: [id],
  });
  return [
    ...(before === undefined ? [] : [than("<", before)]),
    ...(after === undefined ? [] : [than(">", after)]),
  ];
}
