import type { Migration } from "./migration.ts";

/** Pictures that somebody had saved who was removed since have an end. */
export const leftPictures: Migration = {
  name: "0024-left-pictures",
  up: [
    "ALTER TABLE saved_pictures ADD COLUMN ends_at bigint",
    "CREATE INDEX saved_pictures_left ON saved_pictures (ends_at) WHERE ends_at IS NOT NULL",
  ],
};
