import type { PriceVersion } from "../../core/price.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { rowSchemas } from "../tables.ts";

const byVersion = statement<{ readonly version: string }>(
  "SELECT version, words FROM price_versions WHERE version = :version",
);

/** Reads of prices as they once stood. */
export const priceCommands = {
  *pricesGet(version: string): Steps<PriceVersion | undefined> {
    const { rows } = yield byVersion({ version });
    return rows.map((row) => rowSchemas.price_versions.parse(row)).at(0);
  },
};
