import type { Config } from "../config.ts";
import { openStore } from "../store/open.ts";
import type { OpenedStore } from "../store/open.ts";

/** Opens the configured database; rejects with one sentence for the operator. */
export function openDatabase({ database }: Config, now: () => number): Promise<OpenedStore> {
  return database.kind === "sqlite"
    ? openStore({ url: `sqlite:${database.path}`, now })
    : openStore({ url: database.url.reveal(), pool: database.pool, now });
}
