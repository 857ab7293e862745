import type { Steps } from "../query.ts";
import { adminTokenCommands } from "./admin-tokens.ts";
import { auditCommands } from "./audit.ts";
import type { AttemptOutcome, RequestOutcome } from "../request-records.ts";
import type { BudgetCounter } from "../../core/budget.ts";
import { budgetCommands, budgetReads } from "./budgets.ts";
import { correctionCommands } from "./corrections.ts";
import { endUserCommands } from "./end-users.ts";
import { galleryCommands, galleryReads } from "./gallery.ts";
import { leftPictureCommands, leftPictureReads } from "./left-pictures.ts";
import { invitationCommands } from "./invitations.ts";
import { keyCommands } from "./keys.ts";
import { nodeCommands } from "./nodes.ts";
import { deliveryCommands, deliveryReads } from "./notice-deliveries.ts";
import { noticeCommands, noticeReads } from "./notices.ts";
import { priceCommands } from "./prices.ts";
import { identityCommands } from "./identity.ts";
import { passkeyCommands } from "./passkeys.ts";
import { peopleCommands } from "./people.ts";
import { resourceCommands } from "./resources.ts";
import { requestRecovery } from "./request-recovery.ts";
import { requestReads } from "./request-reads.ts";
import { requestUpkeep } from "./request-upkeep.ts";
import { requestWrites } from "./request-writes.ts";
import { accountLocks, ownerLock } from "./owner-lock.ts";
import { sessionCommands } from "./sessions.ts";
import { servedCommands } from "./served.ts";
import { retentionCommands } from "./retention.ts";
import { settingCommands } from "./settings.ts";
import { stateCommands } from "./state.ts";
import { sweepCommands, sweepReads } from "./sweep.ts";
import { totalsCommands } from "./totals.ts";
import { waysInCommands } from "./ways-in.ts";
import { tryCommands } from "./sign-in-tries.ts";

/**
 * The commands that the store can be asked for, by name. Both databases run them, so their SQL is what both read, and:
 *
 * - On Postgres other transactions run at the same time, those of other nodes too, and the commands of one group take turns statement by
 *   statement (those whose first argument names the same id excepted). What must not be done twice is a
 *   compare-and-set: one UPDATE whose WHERE asks for what it changes, and `changes` says whether it did. A SELECT
 *   says what was, never what is.
 * - Rows are locked in one order: a request, its hold, its attempts; of several rows of a kind by their ids. What many
 *   commands of a group work on, each in its own order, is named in `locks`.
 * - A refusal is a value. What throws undoes its command, and costs the whole group a second run.
 * - A sum, and a counter that may pass 2^53, is selected as `CAST(… AS text)`.
 */
export const commands = {
  ...auditCommands,
  ...budgetCommands,
  ...budgetReads,
  ...correctionCommands,
  ...endUserCommands,
  ...galleryCommands,
  ...galleryReads,
  ...leftPictureCommands,
  ...leftPictureReads,
  ...keyCommands,
  ...settingCommands,
  ...nodeCommands,
  ...noticeCommands,
  ...noticeReads,
  ...deliveryCommands,
  ...deliveryReads,
  ...priceCommands,
  ...passkeyCommands,
  ...peopleCommands,
  ...resourceCommands,
  ...requestReads,
  ...requestRecovery,
  ...requestWrites,
  ...requestUpkeep,
  ...retentionCommands,
  ...totalsCommands,
  ...identityCommands,
  ...invitationCommands,
  ...sessionCommands,
  ...tryCommands,
  ...waysInCommands,
  ...adminTokenCommands,
  ...servedCommands,
  ...stateCommands,
  ...sweepCommands,
  ...sweepReads,
};

export type Commands = typeof commands;
export type CommandName = keyof Commands;
export type CommandArguments<N extends CommandName> = Parameters<Commands[N]>;
export type CommandResult<N extends CommandName> =
  ReturnType<Commands[N]> extends Steps<infer R> ? R : never;

/** Commands that end what was begun: on Postgres they have connections of their own, which new work never takes. */
export const settlements: ReadonlySet<string> = new Set<CommandName>([
  "requestsFinish",
  "requestsWithdraw",
]);

/** Reads that may take long: on Postgres they have connections of their own, so that no other read waits for them. */
export const reports: ReadonlySet<string> = new Set<CommandName>([
  "auditList",
  "endUsersFind",
  "endUsersSaved",
  "ledgerCorrections",
  "requestsList",
  "requestsOf",
  "budgetsVerify",
  "totalsVerify",
]);

const peopleLock = "people";
/** The lock of those who change what is served: all of them count up one version. */
const served = ["served"];

/**
 * Names of what a command shares with others and locks in an order of its own. On Postgres a group takes all of them first,
 * sorted, for as long as its transaction lasts; SQLite has one writer.
 */
const locks: {
  readonly [N in CommandName]?: (...args: CommandArguments<N>) => readonly string[];
} = {
  keysAdd: () => served,
  keysChange: () => served,
  keysRotate: () => served,
  keysRemove: () => served,
  teamsAdd: () => served,
  teamsChange: () => served,
  usersAdd: () => served,
  usersChange: () => served,
  stateApply: () => served,
  resourcesAdd: () => served,
  resourcesChange: () => served,
  resourcesRemove: () => served,
  budgetsRefresh: counterLocks,
  // The sum of what a person has saved must not change between its reading and the row.
  gallerySave: ({ personId }) => [`gallery ${personId}`],
  ledgerCorrect: (correction) => [...accountLocks(correction, []), `correction ${correction.id}`],
  requestsBegin: ({ claims = [], channelHolds = [], newPrices }) => [
    ...counterLocks([...claims, ...channelHolds.flatMap((hold) => hold.claims)]),
    ...newPrices.map(({ version }) => `price ${version}`),
  ],
  // One at a time: the last owner, and a session that begins while its person is disabled, are asked for across rows.
  invitationsTake: () => [peopleLock],
  linksAdd: () => [peopleLock],
  linksAddPerson: () => [peopleLock],
  passkeysAdd: () => [peopleLock],
  peopleAdd: () => [peopleLock, ...served],
  peopleChange: () => [peopleLock, ...served],
  peopleRemove: (id, _, fate) => [
    peopleLock,
    ...served,
    ...[id, ...(fate.become === "hand_over" ? [fate.to] : [])].map((one) => `gallery ${one}`),
  ],
  peopleChangePassword: () => [peopleLock],
  sessionsBegin: () => [peopleLock],
  sessionsRefuse: ({ written, address }) => [`try ${written.name}`, `try ${address.name}`],
  triesCount: (limits) => limits.map(({ name }) => `try ${name}`),
  triesForgive: (forgotten, returned) => [forgotten, ...returned].map((name) => `try ${name}`),
  requestsAddAttempt: (_, { ended, account, hold, releases = [] }) => [
    ...counterLocks(hold?.claims ?? []),
    ...releases.map(({ channelId }) => ownerLock("channel", channelId)),
    ...accountLocks(undefined, account === undefined ? [] : chargedChannels(ended)),
  ],
  requestsFinish: outcomeLocks,
  requestsWithdraw: outcomeLocks,
  requestsSweep: (lost) => lost.flatMap((request) => request.locks),
};

function counterLocks(counters: readonly BudgetCounter[]): string[] {
  return counters.map(({ scope, scopeId }) => ownerLock(scope, scopeId));
}

function outcomeLocks(outcome: RequestOutcome): string[] {
  const { account = outcome.booking, channels = [], attempts } = outcome;
  if (account === undefined) return [];
  return accountLocks(account, [...channels, ...chargedChannels(attempts)]);
}

function chargedChannels(attempts: readonly AttemptOutcome[]): string[] {
  return attempts.flatMap(({ charge }) => (charge === undefined ? [] : [charge.channelId]));
}

/** Commands that read many rows and then write what follows from them: on Postgres no other is in their transaction, which would change the rows in between. */
export const alone: ReadonlySet<string> = new Set<CommandName>([
  "budgetsRefresh",
  "gallerySave",
  "linksAddPerson",
  "requestsSweep",
  "totalsCount",
]);

/** Tables that nobody else may write to while a command runs, on Postgres: what is booked meanwhile would be counted by neither. */
export const stills: { readonly [N in CommandName]?: readonly string[] } = {
  totalsCount: ["ledger"],
};

/** The names that a command locks, for the arguments that it is given. */
export function locksOf(name: CommandName, args: readonly unknown[]): readonly string[] {
  // The client's types tie each name to its arguments.
  const named = locks[name] as ((...args: readonly unknown[]) => readonly string[]) | undefined;
  return named?.(...args) ?? [];
}

/** Commands that only read: they wait for no transaction. All others are part of a commit. */
export const reads: ReadonlySet<string> = new Set<CommandName>([
  "budgetsStates",
  "budgetsVerify",
  "ledgerCorrections",
  "ledgerOfKey",
  "galleryExpiring",
  "galleryFind",
  "galleryLeft",
  "gallerySaved",
  "gallerySums",
  "peopleAll",
  "peopleGet",
  "peopleByLogin",
  "peopleNone",
  "peopleStoppedUsers",
  "invitationsFind",
  "linksPerson",
  "passkeysFind",
  "passkeysOf",
  "sessionsFind",
  "tokensAll",
  "tokensByDigest",
  "tokensGet",
  "auditList",
  "endUsersErasures",
  "endUsersFind",
  "endUsersSaved",
  "keysAll",
  "keysGet",
  "keysPage",
  "deliveriesDue",
  "deliveriesOf",
  "deliveriesUnqueued",
  "noticesGet",
  "noticesIsPriceKnown",
  "noticesList",
  "noticesOpen",
  "pricesGet",
  "servedRows",
  "servedVersion",
  "stateRead",
  "teamsAll",
  "teamsGet",
  "usersAll",
  "usersGet",
  "resourcesAll",
  "resourcesGet",
  "resourcesPage",
  "requestsByClientId",
  "requestsByIdempotencyKey",
  "requestsByRepeat",
  "requestsOldestOrphan",
  "requestsRecent",
  "requestsAnyRecent",
  "requestsIsOrphan",
  "requestsBacklog",
  "requestsGet",
  "requestsKeptIds",
  "requestsLost",
  "requestsOf",
  "requestsKeptPictures",
  "requestsList",
  "settingsGet",
  "totalsSpan",
  "totalsVerify",
]);
