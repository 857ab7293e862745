import type { Migration } from "../migrations/migration.ts";

/** Text that compares by its bytes, as SQLite's does: indexes by a language's rules break when the system's rules change. */
const text = `text COLLATE "C"`;
const request = `request_id ${text} NOT NULL REFERENCES requests (id) ON DELETE CASCADE`;

const keys = `CREATE TABLE keys (
  id ${text} PRIMARY KEY,
  name ${text} NOT NULL,
  digest ${text} NOT NULL UNIQUE,
  hint ${text} NOT NULL,
  models ${text} NOT NULL,
  operations ${text},
  strict integer NOT NULL,
  disabled integer NOT NULL,
  expires_at bigint,
  created_at bigint NOT NULL,
  rpm integer,
  ipm integer,
  ipd integer,
  concurrency integer
)`;

const requests = `CREATE TABLE requests (
  id ${text} PRIMARY KEY,
  key_id ${text} NOT NULL,
  client_request_id ${text},
  operation ${text} NOT NULL,
  model ${text} NOT NULL,
  n integer NOT NULL,
  fields ${text} NOT NULL,
  created_at bigint NOT NULL,
  lease_until bigint NOT NULL,
  state ${text} NOT NULL,
  error_code ${text},
  error_message ${text},
  cost_nano bigint CHECK (cost_nano >= 0),
  usage ${text},
  warnings ${text} NOT NULL,
  served_model ${text},
  finished_at bigint,
  idempotency_key ${text},
  fingerprint ${text},
  orphaned_at bigint,
  deleted_at bigint,
  error_param ${text},
  answer ${text},
  owner ${text},
  doubtful_at bigint
)`;

const attempts = `CREATE TABLE attempts (
  ${request},
  call integer NOT NULL,
  attempt integer NOT NULL,
  id ${text} NOT NULL,
  channel_id ${text} NOT NULL,
  provider_id ${text} NOT NULL,
  upstream_model ${text} NOT NULL,
  started_at bigint NOT NULL,
  state ${text} NOT NULL,
  error_code ${text},
  evidence ${text},
  detail ${text},
  provider_nano bigint CHECK (provider_nano >= 0),
  finished_at bigint,
  PRIMARY KEY (request_id, call, attempt)
)`;

const pictures = `CREATE TABLE pictures (
  ${request},
  position integer NOT NULL,
  blob_id ${text},
  format ${text} NOT NULL,
  width integer NOT NULL,
  height integer NOT NULL,
  byte_length bigint NOT NULL,
  revised_prompt ${text},
  url_until bigint,
  kept_until bigint,
  PRIMARY KEY (request_id, position)
)`;

const holds = `CREATE TABLE holds (
  ${request},
  amount_nano bigint NOT NULL CHECK (amount_nano >= 0),
  state ${text} NOT NULL,
  settled_nano bigint CHECK (settled_nano >= 0),
  created_at bigint NOT NULL,
  resolved_at bigint,
  PRIMARY KEY (request_id)
)`;

const settings = `CREATE TABLE settings (name ${text} PRIMARY KEY, value ${text} NOT NULL)`;

const nodes = `CREATE TABLE nodes (
  id ${text} PRIMARY KEY,
  started_at bigint NOT NULL,
  seen_at bigint NOT NULL
)`;

const repeats = `CREATE TABLE repeats (
  id ${text} PRIMARY KEY,
  request_id ${text} NOT NULL,
  key_id ${text} NOT NULL,
  client_request_id ${text},
  created_at bigint NOT NULL
)`;

const indexes = [
  "CREATE INDEX requests_by_time ON requests (created_at)",
  "CREATE INDEX requests_by_key ON requests (key_id, created_at)",
  `CREATE INDEX requests_by_client_id ON requests (key_id, client_request_id, created_at)
    WHERE client_request_id IS NOT NULL`,
  "CREATE INDEX requests_running ON requests (lease_until, id) WHERE state = 'running'",
  `CREATE UNIQUE INDEX requests_by_idempotency_key ON requests (key_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL`,
  `CREATE INDEX requests_orphaned ON requests (key_id, fingerprint, created_at, id)
    WHERE orphaned_at IS NOT NULL`,
  `CREATE INDEX requests_doubtful ON requests (key_id, fingerprint, doubtful_at)
    WHERE doubtful_at IS NOT NULL`,
  "CREATE INDEX pictures_kept ON pictures (kept_until) WHERE kept_until IS NOT NULL",
  `CREATE INDEX repeats_by_client_id ON repeats (key_id, client_request_id, created_at)
    WHERE client_request_id IS NOT NULL`,
  "CREATE INDEX repeats_by_time ON repeats (created_at)",
];

/**
 * The schema of the first release that ran on Postgres: what SQLite has after its migration of the same number.
 * `test/store/schemas.test.ts` compares the two column by column.
 */
export const baseline: Migration = {
  name: "0005-baseline",
  up: [keys, requests, attempts, pictures, holds, settings, nodes, repeats, ...indexes],
};
