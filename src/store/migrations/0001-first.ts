import type { Migration } from "./migration.ts";

const keys = `CREATE TABLE keys (
  id text PRIMARY KEY,
  name text NOT NULL,
  digest text NOT NULL UNIQUE,
  hint text NOT NULL,
  models text NOT NULL,
  operations text,
  strict integer NOT NULL,
  disabled integer NOT NULL,
  expires_at bigint,
  created_at bigint NOT NULL
)`;

/** No foreign key to keys: a record outlives its key, and keys of the configuration file are no rows. */
const requests = `CREATE TABLE requests (
  id text PRIMARY KEY,
  key_id text NOT NULL,
  client_request_id text,
  operation text NOT NULL,
  model text NOT NULL,
  n integer NOT NULL,
  fields text NOT NULL,
  created_at bigint NOT NULL,
  lease_until bigint NOT NULL,
  state text NOT NULL,
  error_code text,
  error_message text,
  cost_nano bigint CHECK (cost_nano >= 0),
  usage text,
  warnings text NOT NULL,
  served_model text,
  finished_at bigint
)`;

const attempts = `CREATE TABLE attempts (
  id text PRIMARY KEY,
  request_id text NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
  call integer NOT NULL,
  attempt integer NOT NULL,
  channel_id text NOT NULL,
  provider_id text NOT NULL,
  upstream_model text NOT NULL,
  started_at bigint NOT NULL,
  state text NOT NULL,
  error_code text,
  evidence text,
  detail text,
  provider_nano bigint CHECK (provider_nano >= 0),
  finished_at bigint
)`;

const pictures = `CREATE TABLE pictures (
  request_id text NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
  position integer NOT NULL,
  blob_id text,
  format text NOT NULL,
  width integer NOT NULL,
  height integer NOT NULL,
  byte_length bigint NOT NULL,
  revised_prompt text,
  CONSTRAINT pictures_primary PRIMARY KEY (request_id, position)
)`;

const holds = `CREATE TABLE holds (
  request_id text PRIMARY KEY REFERENCES requests (id) ON DELETE CASCADE,
  amount_nano bigint NOT NULL CHECK (amount_nano >= 0),
  state text NOT NULL,
  settled_nano bigint CHECK (settled_nano >= 0),
  created_at bigint NOT NULL,
  resolved_at bigint
)`;

const settings = "CREATE TABLE settings (name text PRIMARY KEY, value text NOT NULL)";

const indexes = [
  // The listings, newest first, of everybody and of one key.
  "CREATE INDEX requests_by_time ON requests (created_at, id)",
  "CREATE INDEX requests_by_key ON requests (key_id, created_at, id)",
  `CREATE INDEX requests_by_client_id ON requests (key_id, client_request_id, created_at)
    WHERE client_request_id IS NOT NULL`,
  // The sweep looks only at what still runs, which is little however many records there are.
  "CREATE INDEX requests_running ON requests (lease_until, id) WHERE state = 'running'",
  "CREATE UNIQUE INDEX attempts_by_request ON attempts (request_id, call, attempt)",
];

/** Keys, request records with attempts, pictures and holds, settings. */
export const first: Migration = {
  name: "0001-first",
  up: [keys, requests, attempts, pictures, holds, settings, ...indexes],
};
