import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { rowSchemas } from "../tables.ts";

const select = statement<{ name: string }>("SELECT * FROM settings WHERE name = :name");
const upsert = statement<{ name: string; value: string }>(
  `INSERT INTO settings (name, value) VALUES (:name, :value)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
);

const insert = statement<{ name: string; value: string }>(
  `INSERT INTO settings (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING`,
);
const count = statement<{ name: string }>(
  `INSERT INTO settings (name, value) VALUES (:name, '1')
    ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(settings.value AS bigint) + 1 AS text)`,
);

/** A part of a change that other nodes must notice: counts a setting up. */
export function* countUp(name: string): Steps<void> {
  yield count({ name });
}

function* set(name: string, value: string): Steps<void> {
  yield upsert({ name, value });
}

/** Database work on the installation's settings. */
export const settingCommands = {
  *settingsGet(name: string): Steps<string | undefined> {
    const { rows } = yield select({ name });
    return rows.map((row) => rowSchemas.settings.parse(row).value).at(0);
  },
  settingsSet: set,
  /** False where it is set already. */
  *settingsClaim(name: string, value: string): Steps<boolean> {
    const { changes } = yield insert({ name, value });
    return changes > 0;
  },
};
