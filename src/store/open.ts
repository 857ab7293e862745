import { resolve } from "node:path";
import { asPinholeError, type PinholeError } from "../core/errors.ts";
import type { OnCommand, ServerConnections, StoreClient, StoreCounters } from "./client.ts";
import type { CommandArguments } from "./commands/index.ts";
import { galleryStore } from "./gallery-store.ts";
import { identityStoreOf } from "./identity-store.ts";
import { keyStore } from "./key-store.ts";
import { deliveryStore, noticeStore } from "./notice-store.ts";
import { resourceStore } from "./resource-store.ts";
import { requestSearch } from "./request-search.ts";
import { retentionOf, totalsOf } from "./usage-store.ts";
import { startClient, storeWorker } from "./sqlite/client.ts";
import { openFault } from "./sqlite/faults.ts";
import type { Store } from "./store.ts";

/** Time that a command waits for another process that holds the write lock, milliseconds. */
const busyTimeoutMsDefault = 5000;
/** Connections to Postgres of one node. */
const poolDefault = 10;
/** Requests that one transaction of a sweep ends or a forgetting deletes; running requests commit in between. */
const upkeepRowsMax = 500;

export interface OpenStoreOptions {
  /** `sqlite:` and a path, absolute or relative to the working directory, or `postgres:` and the rest. */
  readonly url: string;
  /** Connections to Postgres at most; 10 unless given. */
  readonly pool?: number | undefined;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** False: a schema that is not up to date is refused; it is brought up to date unless given. */
  readonly migrates?: boolean | undefined;
  /** Told once where the store can no longer work; every call rejects from then on. */
  readonly onError?: ((error: PinholeError) => void) | undefined;
  readonly busyTimeoutMs?: number | undefined;
  /** Undefined: nobody listens. */
  readonly onCommand?: OnCommand | undefined;
}

/** A store that also counts, for metrics, and has a clock. */
export interface OpenedStore extends Store {
  counters(): StoreCounters;
  /** The database's own time, Unix milliseconds; undefined where it has no clock but this machine's. */
  serverTime(): Promise<number | undefined>;
  /** The connections that the database's server allows; undefined where it is no server. */
  connections(): Promise<ServerConnections | undefined>;
}

/**
 * Opens the database, making and migrating it where needed. Throws a `PinholeError` of one sentence for
 * the operator: no such folder, not writable, not a database or another program's, damaged, locked,
 * made by a newer version, on a network disk; storage_full where the disk is.
 *
 * Two processes may have one file open: their commits take turns, and neither sweeps the other's
 * requests while that one is a node.
 */
export async function openStore(options: OpenStoreOptions): Promise<OpenedStore> {
  const isPostgres = /^postgres(ql)?:/.test(options.url);
  return storeOf(await (isPostgres ? postgres(options) : sqlite(options)));
}

function sqlite({
  url,
  busyTimeoutMs,
  now,
  migrates = true,
  onError,
  onCommand,
}: OpenStoreOptions): Promise<StoreClient> {
  return startClient({
    worker: storeWorker(),
    settings: {
      file: fileOf(url),
      busyTimeoutMs: busyTimeoutMs ?? busyTimeoutMsDefault,
      now: now(),
      migrates,
    },
    onError: onError ?? (() => undefined),
    onCommand,
  });
}

/** The driver is loaded on use: most gateways have none. */
async function postgres({
  url,
  pool = poolDefault,
  now,
  migrates = true,
  onCommand,
}: OpenStoreOptions): Promise<StoreClient> {
  const { startPostgres } = await import("./postgres/client.ts");
  return startPostgres({ url, pool, now: now(), migrates, onCommand });
}

function fileOf(url: string): string {
  const path = /^sqlite:(?:\/\/)?(?<path>[^?]+)$/.exec(url)?.groups?.["path"];
  if (path === undefined || path === ":memory:")
    throw openFault(
      "The setting database.url must be sqlite: and the path of a file, for example sqlite:./data/pinhole.db, or postgres://user:password@host/database.",
    );
  return resolve(path);
}

function storeOf(client: StoreClient): OpenedStore {
  return {
    ...administeredOf(client),
    keys: keyStore(client),
    resources: resourceStore(client),
    gallery: galleryStore(client),
    requests: requestsOf(client),
    requestSearch: requestSearch(client),
    budgets: {
      states: (counters) => client.call("budgetsStates", counters),
      verify: () => client.call("budgetsVerify"),
      refresh: (counters) => client.call("budgetsRefresh", counters),
    },
    notices: noticeStore(client),
    deliveries: deliveryStore(client),
    prices: { get: (version) => client.call("pricesGet", version) },
    ledger: {
      ofKey: (keyId, days, since) => client.call("ledgerOfKey", keyId, days, since),
      correct: (correction, entry) => client.call("ledgerCorrect", correction, entry),
      corrections: (page) => client.call("ledgerCorrections", page),
    },
    endUsers: endUsersOf(client),
    retention: retentionOf(client),
    totals: totalsOf(client),
    nodes: {
      renew: (node) => client.call("nodesRenew", node),
      remove: (id) => client.call("nodesRemove", id),
      bury: (id, now) => client.call("nodesBury", id, now),
    },
    ...identityStoreOf(client),
    settings: {
      get: (name) => client.call("settingsGet", name),
      set: (name, value) => client.call("settingsSet", name, value),
      claim: (name, value) => client.call("settingsClaim", name, value),
    },
    close: () => client.close(),
    counters: () => client.counters(),
    serverTime: () => client.serverTime(),
    connections: () => client.connections(),
  };
}

function endUsersOf(client: StoreClient): OpenedStore["endUsers"] {
  return {
    find: (user, place, limit) => client.call("endUsersFind", user, place, limit),
    erase: (ids, at) => client.call("endUsersErase", ids, at),
    saved: (user) => client.call("endUsersSaved", user),
    unsave: (saved) => client.call("endUsersUnsave", saved),
    note: (entry) => client.call("auditNote", entry),
    erasures: () => client.call("endUsersErasures"),
    tell: () => client.call("endUsersTell"),
    scrub: () => client.scrub(),
  };
}

/** The part of the store that an operator administers beside keys. */
function administeredOf(
  client: StoreClient,
): Pick<OpenedStore, "teams" | "users" | "served" | "state" | "audit"> {
  return {
    teams: {
      all: (teamId) => client.call("teamsAll", teamId),
      get: (id, teamId) => client.call("teamsGet", id, teamId),
      add: (team, entry) => client.call("teamsAdd", team, entry),
      change: (team, entry) => client.call("teamsChange", team, entry),
    },
    users: {
      all: (teamId) => client.call("usersAll", teamId),
      get: (id, teamId) => client.call("usersGet", id, teamId),
      add: (user, entry) => client.call("usersAdd", user, entry),
      change: (user, entry) => client.call("usersChange", user, entry),
    },
    served: {
      version: () => client.call("servedVersion"),
      read: () => client.call("servedRows"),
    },
    state: {
      read: () => client.call("stateRead"),
      apply: (from, changes) => client.call("stateApply", from, changes),
    },
    audit: {
      list: (page) => client.call("auditList", page),
      note: (entry) => client.call("auditNote", entry),
    },
  };
}

function requestsOf(client: StoreClient): OpenedStore["requests"] {
  return {
    begin: (request, attempts, idempotentSince) =>
      client.call("requestsBegin", request, attempts, idempotentSince ?? 0),
    addAttempt: (attempt, money = { ended: [] }) =>
      client.call("requestsAddAttempt", attempt, money),
    shown: (id, at) => client.call("requestsShow", id, at),
    finish: (outcome) => client.call("requestsFinish", outcome),
    withdraw: (outcome) => client.call("requestsWithdraw", outcome),
    get: (id, scope) => client.call("requestsGet", id, scope),
    byIdempotencyKey: (keyId, idempotencyKey, since) =>
      client.call("requestsByIdempotencyKey", keyId, idempotencyKey, since),
    byClientId: (keyId, id) => client.call("requestsByClientId", keyId, id),
    orphan: (id, at) => client.call("requestsOrphan", id, at),
    isOrphan: (id) => client.call("requestsIsOrphan", id),
    byRepeat: (keyId, id) => client.call("requestsByRepeat", keyId, id),
    addRepeat: (repeat) => client.call("requestsAddRepeat", repeat),
    recent: (keyId, fingerprint, since, until) =>
      client.call("requestsRecent", keyId, fingerprint, since, until),
    anyRecent: (since) => client.call("requestsAnyRecent", since),
    claimOrphan: (keyId, fingerprint, endedSince, goneSince = 0) =>
      claimOrphan(client, [keyId, fingerprint, endedSince, goneSince]),
    markDeleted: (id, at) => client.call("requestsMarkDeleted", id, at),
    keptIds: (from, until) => client.call("requestsKeptIds", from, until),
    keptPictures: (at, limit) => client.call("requestsKeptPictures", at, limit),
    list: (page) => client.call("requestsList", page),
    sweep: (at) =>
      inPieces(async (limit) => {
        const lost = await client.call("requestsLost", at, limit);
        if (lost.length > 0) await client.call("requestsSweep", lost, at);
        return lost.length;
      }),
    forget: (before) => inPieces((limit) => client.call("requestsForget", before, limit)),
  };
}

/**
 * Takes the oldest orphan. Where the database goes away while it is taken, it counts as taken: two retries that are answered
 * from one request are better than one that buys again.
 */
async function claimOrphan(
  client: StoreClient,
  question: CommandArguments<"requestsOldestOrphan">,
): Promise<string | undefined> {
  for (;;) {
    const id = await client.call("requestsOldestOrphan", ...question);
    if (id === undefined) return undefined;
    try {
      if (await client.call("requestsTakeOrphan", id)) return id;
    } catch (thrown) {
      if (asPinholeError(thrown).evidence === "unknown") return id;
      throw thrown;
    }
  }
}

async function inPieces(piece: (limit: number) => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await piece(upkeepRowsMax);
    total += count;
    if (count < upkeepRowsMax) return total;
  }
}
