import type { StoreClient } from "./client.ts";
import type { IdentityStore } from "./identity-records.ts";

/** The part of the store that knows people, on a client. */
export function identityStoreOf(client: StoreClient): IdentityStore {
  return {
    people: {
      all: () => client.call("peopleAll"),
      get: (id) => client.call("peopleGet", id),
      byLogin: (login) => client.call("peopleByLogin", login),
      add: (person, invitation, stamp) => client.call("peopleAdd", person, invitation, stamp),
      change: (id, version, change, stamp) =>
        client.call("peopleChange", id, version, change, stamp),
      remove: (id, version, fate, stamp) => client.call("peopleRemove", id, version, fate, stamp),
      upgradePassword: (id, from, to) => client.call("peopleUpgradePassword", id, from, to),
      changePassword: (change, stamp) => client.call("peopleChangePassword", change, stamp),
      stoppedUsers: () => client.call("peopleStoppedUsers"),
      none: () => client.call("peopleNone"),
    },
    invitations: {
      make: (personId, invitation, stamp) =>
        client.call("invitationsMake", personId, invitation, stamp),
      find: (digest, now) => client.call("invitationsFind", digest, now),
      take: (digest, now, joining, stamp) =>
        client.call("invitationsTake", digest, now, joining, stamp),
    },
    sessions: {
      begin: (session, stamp) => client.call("sessionsBegin", session, stamp),
      find: (digest, now, idle) => client.call("sessionsFind", digest, now, idle),
      seen: (digest, at) => client.call("sessionsSeen", digest, at),
      end: (digest, stamp) => client.call("sessionsEnd", digest, stamp),
      refuse: (refusal, stamp) => client.call("sessionsRefuse", refusal, stamp),
      endAll: (personId) => client.call("sessionsEndAll", personId),
      sweep: (now, idle) => client.call("sessionsSweep", now, idle),
    },
    links: {
      person: (issuer, subject) => client.call("linksPerson", issuer, subject),
      add: (link, stamp) => client.call("linksAdd", link, stamp),
      addPerson: (person, link, stamp) => client.call("linksAddPerson", person, link, stamp),
    },
    passkeys: {
      of: (personId) => client.call("passkeysOf", personId),
      find: (id) => client.call("passkeysFind", id),
      add: (passkey, max, stamp) => client.call("passkeysAdd", passkey, max, stamp),
      rename: (personId, id, name, stamp) =>
        client.call("passkeysRename", personId, id, name, stamp),
      remove: (personId, id, stamp) => client.call("passkeysRemove", personId, id, stamp),
      use: (use) => client.call("passkeysUse", use),
    },
    flows: {
      begin: (flow) => client.call("flowsBegin", flow),
      take: (digest, now) => client.call("flowsTake", digest, now),
    },
    tries: {
      count: (limits, now) => client.call("triesCount", limits, now),
      forgive: (forgotten, returned) => client.call("triesForgive", forgotten, returned),
    },
    tokens: {
      all: () => client.call("tokensAll"),
      get: (id) => client.call("tokensGet", id),
      byDigest: (digest) => client.call("tokensByDigest", digest),
      redigest: (id, from, to) => client.call("tokensRedigest", id, from, to),
      add: (token, stamp) => client.call("tokensAdd", token, stamp),
      change: (id, version, change, stamp) =>
        client.call("tokensChange", id, version, change, stamp),
      remove: (id, version, stamp) => client.call("tokensRemove", id, version, stamp),
    },
  };
}
