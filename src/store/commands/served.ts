import type { Steps } from "../query.ts";
import type { ServedRows } from "../served-rows.ts";
import { keyCommands } from "./keys.ts";
import { teamRows, userRows } from "./people.ts";
import { settingCommands } from "./settings.ts";
import { configVersionSetting } from "./versioned.ts";

/** Tries to read everything as it was at one moment. */
const triesMax = 5;

function* version(): Steps<number> {
  return Number((yield* settingCommands.settingsGet(configVersionSetting)) ?? 0);
}

/** Reads of what nodes keep in memory. */
export const servedCommands = {
  servedVersion: version,
  /**
   * All of it as it was at one version: where a commit fell between the first statement and the last, it is read
   * again. Undefined where changes come too fast.
   */
  *servedRows(): Steps<ServedRows | undefined> {
    for (let tries = 0; tries < triesMax; tries += 1) {
      const before = yield* version();
      const keys = yield* keyCommands.keysAll();
      const teams = yield* teamRows.all();
      const users = yield* userRows.all();
      if ((yield* version()) === before) return { version: before, keys, teams, users };
    }
    return undefined;
  },
};
