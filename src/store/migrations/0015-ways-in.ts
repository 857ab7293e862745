import type { Migration } from "./migration.ts";

/** Further ways in: accounts at an identity provider, and sign-ins that are under way elsewhere. */
export const waysIn: Migration = {
  name: "0015-ways-in",
  up: [
    `CREATE TABLE person_links (
      issuer text NOT NULL,
      subject text NOT NULL,
      person_id text NOT NULL,
      created_at bigint NOT NULL,
      PRIMARY KEY (issuer, subject)
    ) WITHOUT ROWID`,
    "CREATE UNIQUE INDEX person_links_by_person ON person_links (person_id, issuer)",
    `CREATE TABLE sign_in_flows (
      digest text NOT NULL PRIMARY KEY,
      value text NOT NULL,
      until bigint NOT NULL
    ) WITHOUT ROWID`,
  ],
};
