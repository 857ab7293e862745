import type { Steps } from "../query.ts";
import type { ServedRows } from "../served-rows.ts";
import { keyCommands } from "./keys.ts";
import { resourceCommands } from "./resources.ts";
import { teamRows, userRows } from "./people.ts";
import { settingCommands } from "./settings.ts";
import { configVersionSetting } from "./versioned.ts";

/** Tries to read everything as it was at one moment. */
const triesMax = 5;

/** The count of changes of all that is served. */
export function* servedVersion(): Steps<number> {
  return Number((yield* settingCommands.settingsGet(configVersionSetting)) ?? 0);
}

/**
 * Rows as they were at one version of all that is served: where a commit fell between the first statement and the last,
 * they are read again. Undefined where changes come too fast.
 */
export function* readAtOneVersion<R extends object>(
  rows: () => Steps<R>,
): Steps<(R & { readonly version: number }) | undefined> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const version = yield* servedVersion();
    const found = yield* rows();
    if ((yield* servedVersion()) === version) return { ...found, version };
  }
  return undefined;
}

/** Reads of what nodes keep in memory. */
export const servedCommands = {
  servedVersion,
  servedRows(): Steps<ServedRows | undefined> {
    return readAtOneVersion(function* () {
      const keys = yield* keyCommands.keysAll();
      const teams = yield* teamRows.all();
      const users = yield* userRows.all();
      return { keys, teams, users, resources: yield* resourceCommands.resourcesAll() };
    });
  },
};
