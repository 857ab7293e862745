import type { Migration } from "./migration.ts";

/**
 * People who sign in, their ways in and their sessions, and tokens for automation. What opens a door is kept as
 * a digest. No row refers to another by a foreign key: whoever removes a person removes what is theirs.
 */
export const people: Migration = {
  name: "0009-people",
  up: [
    `CREATE TABLE people (
      id text NOT NULL PRIMARY KEY,
      login text NOT NULL,
      name text NOT NULL,
      role text NOT NULL,
      user_id text,
      team_id text,
      disabled integer NOT NULL,
      password text,
      joined_at bigint,
      signed_in_at bigint,
      created_at bigint NOT NULL,
      version integer NOT NULL
    ) WITHOUT ROWID`,
    "CREATE UNIQUE INDEX people_by_login ON people (login)",
    "CREATE UNIQUE INDEX people_by_user ON people (user_id) WHERE user_id IS NOT NULL",
    // Users whose person was removed: their keys stay stopped until another person has the user.
    `CREATE TABLE stopped_users (user_id text NOT NULL PRIMARY KEY, stopped_at bigint NOT NULL) WITHOUT ROWID`,
    `CREATE TABLE sessions (
      digest text NOT NULL PRIMARY KEY,
      person_id text NOT NULL,
      method text NOT NULL,
      created_at bigint NOT NULL,
      seen_at bigint NOT NULL,
      until bigint NOT NULL
    ) WITHOUT ROWID`,
    "CREATE INDEX sessions_by_person ON sessions (person_id)",
    `CREATE TABLE invitations (
      digest text NOT NULL PRIMARY KEY,
      person_id text NOT NULL,
      until bigint NOT NULL
    ) WITHOUT ROWID`,
    "CREATE INDEX invitations_by_person ON invitations (person_id)",
    // Tries to sign in, by account and by address.
    `CREATE TABLE sign_in_tries (
      name text NOT NULL PRIMARY KEY,
      count integer NOT NULL,
      until bigint NOT NULL
    ) WITHOUT ROWID`,
    `CREATE TABLE admin_tokens (
      id text NOT NULL PRIMARY KEY,
      name text NOT NULL,
      digest text NOT NULL,
      hint text NOT NULL,
      role text NOT NULL,
      team_id text,
      expires_at bigint,
      created_at bigint NOT NULL,
      version integer NOT NULL
    ) WITHOUT ROWID`,
    "CREATE UNIQUE INDEX admin_tokens_by_digest ON admin_tokens (digest)",
  ],
};
