import type { Kysely } from "kysely";
import { insertRow, statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { rowSchemas } from "../tables.ts";
import type { Tables } from "../tables.ts";

/** The row that `ping` writes: a database that is full or read-only answers reads for ever. */
const pingSetting = "store.pinged_at";

/** Database work on the installation's settings, and the ping that writes one. */
export function settingCommands(db: Kysely<Tables>) {
  const select = statement<{ name: string }>((at) =>
    db.selectFrom("settings").selectAll().where("name", "=", at("name")),
  );
  const remove = statement<{ name: string }>((at) =>
    db.deleteFrom("settings").where("name", "=", at("name")),
  );
  const insert = insertRow(db, "settings");

  function* set(name: string, value: string): Steps<void> {
    yield remove({ name });
    yield insert({ name, value });
  }

  return {
    *settingsGet(name: string): Steps<string | undefined> {
      const { rows } = yield select({ name });
      return rows.map((row) => rowSchemas.settings.parse(row).value).at(0);
    },
    settingsSet: set,
    *ping(now: number): Steps<void> {
      yield* set(pingSetting, String(now));
    },
  };
}
