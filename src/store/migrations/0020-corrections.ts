import type { Migration } from "./migration.ts";

/** Corrections are few among the entries of the ledger, and are found by their time. */
export const corrections: Migration = {
  name: "0020-corrections",
  up: ["CREATE INDEX ledger_corrections ON ledger (booked_at, id) WHERE kind = 'correction'"],
};
