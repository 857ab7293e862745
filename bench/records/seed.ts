/** The size and the shape of the month that is made up. */
export interface SeedOptions {
  readonly requests: number;
  /** The first moment of the month, Unix milliseconds. */
  readonly from: number;
  readonly days: number;
}

const keys = 200;
const teams = 12;
const models = 8;

/** A number that looks drawn and is the same each time, from 0, below `below`. */
const drawn = (salt: number, below: number): string =>
  `(((i * 2654435761 + ${salt * 40503}) % 4294967296) / 7 % ${below})`;

/** Of many, a few are asked for most: the place of one among `count`. */
const skewed = (salt: number, count: number): string =>
  `(${drawn(salt, 1000)} * ${drawn(salt + 1, 1000)} * ${count} / 1000000)`;

const key = skewed(1, keys);
const model = skewed(3, models);
const padded = (number: string): string => `substr(CAST(100000000 + ${number} AS text), 2)`;
const id = (prefix: string): string => `'${prefix}_01jdq7h5k2m4n6p8' || ${padded("i")}`;
const named = (word: string, number: string): string => `'${word}-' || CAST(${number} AS text)`;
const failed = `${drawn(5, 100)} < 3`;
const nano = `(20000000 + ${model} * 7000000 + ${drawn(6, 400)} * 10000)`;
const label = `'["cost_centre=' || CAST(${key} % ${teams} AS text) || '","project=' || CAST(${key} * 2 + ${drawn(8, 2)} AS text) || '"]'`;

const prompt =
  "A lighthouse at dusk, seen from the sea, waves breaking over the rocks below it; oil on canvas, ".repeat(
    3,
  );
const fields = `'{"quality":"high","operation":"generation","model":"painter","prompt":"${prompt}","n":1,"stream":false,"size":"1024x1024","images":[]}'`;
const answer = `'{"created":1795000000,"form":{"url":true,"base64":false},"shape":"full","channelId":"channel","price":"priced","pictures":[{"quality":"high","background":null}]}'`;

/**
 * Statements that make up a month of requests with attempts, holds, pictures and entries of both books, as a busy house has them: in each database by itself, from
 * numbers. `series` is SQL whose rows are the numbers `i` from 0.
 */
export function seedStatements({ requests, from, days }: SeedOptions, series: string): string[] {
  const spanMs = days * 86_400_000;
  const at = `(${from} + i * ${Math.floor(spanMs / requests)})`;
  const names = `${named("key", key)}, ${named("Key", key)}, ${named("user", `${key} / 2`)}, ${named("User", `${key} / 2`)}, ${named("team", `${key} % ${teams}`)}, ${named("Team", `${key} % ${teams}`)}`;
  const channel = named("channel", `${model} % 3`);
  const entry = (book: string, kind: string, attempt: string, amount: string): string =>
    `INSERT INTO ledger (id, book, kind, request_id, attempt_id, held_at, booked_at, nano, price, key_id, key_name,
        user_id, user_name, team_id, team_name, channel_id, model, images, labels)
      SELECT ${id("req")} || ' ${book}', '${book}', '${kind}', ${id("req")}, ${attempt}, ${at}, ${at} + 9000, ${amount}, 'priced',
        ${names}, ${channel}, ${named("model", model)}, 1, ${label} FROM ${series} WHERE NOT ${failed}`;
  return [
    `INSERT INTO requests (id, key_id, client_request_id, operation, model, n, fields, created_at, lease_until, state,
        error_code, error_message, cost_nano, usage, warnings, served_model, finished_at, fingerprint, answer, owner)
      SELECT ${id("req")}, ${named("key", key)}, NULL, 'generation', ${named("model", model)}, 1, ${fields}, ${at}, ${at} + 400000,
        CASE WHEN ${failed} THEN 'failed' ELSE 'succeeded' END,
        CASE WHEN ${failed} THEN 'upstream_failed' END, CASE WHEN ${failed} THEN 'The upstream failed.' END,
        CASE WHEN ${failed} THEN 0 ELSE ${nano} END, NULL, '[]', ${named("model", model)}, ${at} + 9000,
        '0123456789abcdef0123456789abcdef' || ${padded("i")}, CASE WHEN NOT ${failed} THEN ${answer} END, 'node_1'
      FROM ${series}`,
    `INSERT INTO attempts (request_id, call, attempt, id, channel_id, provider_id, upstream_model, started_at, state,
        error_code, evidence, detail, provider_nano, finished_at)
      SELECT ${id("req")}, 0, 1, ${id("att")}, ${channel}, 'openai', ${named("model", model)}, ${at} + 5,
        CASE WHEN ${failed} THEN 'failed' ELSE 'succeeded' END, CASE WHEN ${failed} THEN 'upstream_failed' END,
        CASE WHEN ${failed} THEN 'refused' END, NULL, CASE WHEN ${failed} THEN 0 ELSE ${nano} END, ${at} + 8990
      FROM ${series}`,
    `INSERT INTO holds (request_id, amount_nano, state, settled_nano, created_at, resolved_at)
      SELECT ${id("req")}, ${nano}, CASE WHEN ${failed} THEN 'voided' ELSE 'settled' END,
        CASE WHEN NOT ${failed} THEN ${nano} END, ${at}, ${at} + 9000 FROM ${series}`,
    `INSERT INTO pictures (request_id, position, blob_id, format, width, height, byte_length, revised_prompt, url_until, kept_until)
      SELECT ${id("req")}, 0, NULL, 'png', 1024, 1024, 1500000 + ${drawn(7, 500)} * 1000, NULL, NULL, NULL
      FROM ${series} WHERE NOT ${failed}`,
    entry("customer", "settlement", "NULL", nano),
    entry("provider", "attempt", id("att"), `${nano} * 4 / 5`),
  ];
}

/** SQL whose rows are the numbers `i` below `count`, for SQLite. */
export function sqliteSeries(count: number): string {
  return `(WITH RECURSIVE numbers(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${count - 1}) SELECT i FROM numbers)`;
}

/** The same for Postgres. */
export function postgresSeries(count: number): string {
  return `(SELECT CAST(i AS bigint) AS i FROM generate_series(0, ${count - 1}) AS numbers(i)) AS numbers`;
}
