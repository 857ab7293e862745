import type { Steps } from "../query.ts";
import { keyCommands } from "./keys.ts";
import { nodeCommands } from "./nodes.ts";
import { requestRecovery } from "./request-recovery.ts";
import { requestReads } from "./request-reads.ts";
import { requestUpkeep } from "./request-upkeep.ts";
import { requestWrites } from "./request-writes.ts";
import { settingCommands } from "./settings.ts";

/** The commands that the store can be asked for, by name. */
export const commands = {
  ...keyCommands,
  ...settingCommands,
  ...nodeCommands,
  ...requestReads,
  ...requestRecovery,
  ...requestWrites,
  ...requestUpkeep,
};

export type Commands = typeof commands;
export type CommandName = keyof Commands;
export type CommandArguments<N extends CommandName> = Parameters<Commands[N]>;
export type CommandResult<N extends CommandName> =
  ReturnType<Commands[N]> extends Steps<infer R> ? R : never;

/** Commands that only read: they wait for no transaction. All others are part of a commit. */
export const reads: ReadonlySet<string> = new Set<CommandName>([
  "keysAll",
  "requestsByClientId",
  "requestsByIdempotencyKey",
  "requestsByRepeat",
  "requestsRecent",
  "requestsGet",
  "requestsKeptPictures",
  "requestsList",
  "settingsGet",
]);
