import type { Migration } from "./migration.ts";

/** Passkeys of people: public keys, by the ids that authenticators gave them. */
export const passkeys: Migration = {
  name: "0022-passkeys",
  up: [
    `CREATE TABLE passkeys (
      id text NOT NULL PRIMARY KEY,
      person_id text NOT NULL,
      name text NOT NULL,
      public_key text NOT NULL,
      counter bigint NOT NULL,
      device text NOT NULL,
      backed_up integer NOT NULL,
      transports text NOT NULL,
      created_at bigint NOT NULL,
      used_at bigint
    ) WITHOUT ROWID`,
    "CREATE INDEX passkeys_by_person ON passkeys (person_id)",
  ],
};
