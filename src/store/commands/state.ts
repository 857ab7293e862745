import { keyFromRow, rowFromKey } from "../key-rows.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type { StateChange, StateRows } from "../state-store.ts";
import { writeDown } from "./audit.ts";
import { teamRows, userRows } from "./people.ts";
import { resourceRows } from "./resources.ts";
import { readAtOneVersion, servedVersion } from "./served.ts";
import { countUp } from "./settings.ts";
import { configVersionSetting, versionedRows } from "./versioned.ts";

/** Keys with their tombstones. */
const keyRows = versionedRows("keys", keyFromRow, rowFromKey);
/** Keys whose secret stays: another digest of it may have been put in the place of the one that was read. */
const keyChoices = versionedRows("keys", keyFromRow, rowFromKey, undefined, [
  "digest",
  "hint",
  "old_digest",
  "old_hint",
  "old_until",
  "old_used_at",
]);

/** A digest is one key's alone: those that are about to have another let go of theirs first, since two may change places. */
const freeDigest = statement<{ id: string; digest: string }>(
  "UPDATE keys SET digest = 'free ' || id WHERE id = :id AND digest <> :digest",
);

function write(change: StateChange): Steps<boolean> {
  const way = change.isNew ? "insert" : "change";
  if (change.table === "teams") return teamRows.part[way](change.record);
  if (change.table === "users") return userRows.part[way](change.record);
  if (change.table === "resources")
    return resourceRows[change.record.removedAt === null ? way : "remove"](change.record);
  return (change.setsSecret ? keyRows : keyChoices).part[way](change.record);
}

/** Database work on all that is served at once. */
export const stateCommands = {
  stateRead(): Steps<StateRows | undefined> {
    return readAtOneVersion(function* () {
      const keys = yield* keyRows.all();
      const teams = yield* teamRows.all();
      const users = yield* userRows.all();
      return { keys, teams, users, resources: yield* resourceRows.all() };
    });
  },
  *stateApply(from: number, changes: readonly StateChange[]): Steps<boolean> {
    // Whoever changes what is served counts it up under the same lock, so nothing has changed where it still stands.
    if ((yield* servedVersion()) !== from) return false;
    for (const change of changes)
      if (change.table === "keys" && !change.isNew && change.setsSecret)
        yield freeDigest(change.record);
    for (const change of changes) {
      const { entry } = change;
      if (!(yield* write(change)))
        throw new Error(`the ${entry.resource} ${entry.resourceId} is not as it was read`);
      yield* writeDown(entry);
    }
    yield* countUp(configVersionSetting);
    return true;
  },
};
