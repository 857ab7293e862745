import type { Migration } from "./migration.ts";

/** Pictures that people have saved: they outlive their requests' records. */
export const savedPictures: Migration = {
  name: "0021-saved-pictures",
  up: [
    `CREATE TABLE saved_pictures (
      request_id text NOT NULL,
      position integer NOT NULL,
      person_id text NOT NULL,
      blob_id text NOT NULL,
      format text NOT NULL,
      width integer NOT NULL,
      height integer NOT NULL,
      byte_length bigint NOT NULL,
      kept_until bigint NOT NULL,
      model text NOT NULL,
      fields text NOT NULL,
      words text NOT NULL,
      seed text,
      created_at bigint NOT NULL,
      saved_at bigint NOT NULL,
      PRIMARY KEY (request_id, position)
    ) WITHOUT ROWID`,
    `CREATE INDEX saved_pictures_by_person
      ON saved_pictures (person_id, created_at, request_id, position)`,
    "CREATE INDEX saved_pictures_by_end ON saved_pictures (kept_until)",
  ],
};
