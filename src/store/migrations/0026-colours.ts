import type { Migration } from "./migration.ts";

/** Average colours of pictures, as `#rrggbb`: they are shown in the place of what is not there yet, or not for all eyes. */
export const colours: Migration = {
  name: "0026-colours",
  up: [
    "ALTER TABLE pictures ADD COLUMN colour text",
    "ALTER TABLE saved_pictures ADD COLUMN colour text",
  ],
};
