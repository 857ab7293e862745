import { PinholeError } from "../core/errors.ts";
import { earlierDigests, keyDigest, keyHint, looksLikeKey, makeKey } from "../core/keys.ts";
import type { Actor, Caller, Role } from "../core/role.ts";
import type { AdminTokenChange, AdminTokenRecord } from "../store/identity-records.ts";
import type { IdentityPorts } from "./ports.ts";
import { stampOf } from "./stamps.ts";
import { requireRightOver } from "./rights.ts";

/** A token as it is asked for. */
export interface WantedToken {
  readonly name: string;
  readonly role: Role;
  readonly teamId: string | null;
  /** Unix milliseconds; null: never. */
  readonly expiresAt: number | null;
}

/** Tokens for automation, each with a role of its own and an end. */
export interface AdminTokens {
  /** The caller that a token is; undefined for any that is unknown or has expired. Read from the store each time, so that one that was removed opens nothing on any node. */
  callerOf(token: string): Promise<Caller | undefined>;
  list(): Promise<AdminTokenRecord[]>;
  /** Throws not_found. */
  get(id: string): Promise<AdminTokenRecord>;
  /** The token itself is returned this once and kept nowhere. */
  create(
    by: Actor,
    wanted: WantedToken,
  ): Promise<{ readonly token: string; readonly record: AdminTokenRecord }>;
  /** `stale`: the token has another version by now, and nothing was changed. */
  change(
    by: Actor,
    id: string,
    version: number,
    change: AdminTokenChange,
  ): Promise<AdminTokenRecord | "stale">;
  remove(by: Actor, id: string, version: number): Promise<"removed" | "stale">;
}

export function createAdminTokens(ports: IdentityPorts): AdminTokens {
  const { store, now, newId, randomBytes, pepper, log } = ports;
  const { tokens } = store;
  const get = async (id: string): Promise<AdminTokenRecord> => {
    const record = await tokens.get(id);
    if (record === undefined) throw noToken();
    return record;
  };
  return {
    async callerOf(token) {
      if (!looksLikeKey(token)) return undefined;
      const record = await byToken(ports, token);
      if (record === undefined) return undefined;
      if (record.expiresAt !== null && record.expiresAt <= now()) return undefined;
      const { id, name, role, teamId } = record;
      return { kind: "token", id, name, role, teamId, userId: null };
    },
    list: () => tokens.all(),
    get,
    async create(by, wanted) {
      requireRightOver(by, wanted.role);
      requireFitting(wanted);
      if (wanted.expiresAt !== null && wanted.expiresAt <= now())
        throw new PinholeError("invalid_value", {
          message: "`expires_at` lies in the past; name a later time.",
          param: "expires_at",
        });
      const token = makeKey(randomBytes);
      const record: AdminTokenRecord = {
        ...wanted,
        id: newId("token"),
        digest: keyDigest(pepper, token),
        hint: keyHint(token),
        createdAt: now(),
        version: 1,
      };
      await tokens.add(record, stampOf(ports, by));
      log.info({ token: record.id, by: by.id }, "an admin token was made");
      return { token, record };
    },
    async change(by, id, version, change) {
      const before = await get(id);
      requireRightOver(by, before.role);
      if (change.role !== undefined) requireRightOver(by, change.role);
      requireFitting({
        role: change.role ?? before.role,
        teamId: change.teamId === undefined ? before.teamId : change.teamId,
      });
      const after = await tokens.change(id, version, change, stampOf(ports, by));
      if (after === "absent") throw noToken();
      if (after === "stale") return after;
      log.info({ token: id, by: by.id }, "an admin token was changed");
      return after;
    },
    async remove(by, id, version) {
      const before = await get(id);
      requireRightOver(by, before.role);
      const refusal = await tokens.remove(id, version, stampOf(ports, by));
      if (refusal === "absent") throw noToken();
      if (refusal === "stale") return refusal;
      log.info({ token: id, by: by.id }, "an admin token was removed");
      return "removed";
    },
  };
}

/** The record of a token, which is kept under today's digest once it was found under one of before. */
async function byToken(ports: IdentityPorts, token: string): Promise<AdminTokenRecord | undefined> {
  const { tokens } = ports.store;
  const digest = keyDigest(ports.pepper, token);
  const record = await tokens.byDigest(digest);
  if (record !== undefined) return record;
  for (const from of earlierDigests(ports, token)) {
    const found = await tokens.byDigest(from);
    if (found === undefined) continue;
    await tokens.redigest(found.id, from, digest);
    return { ...found, digest };
  }
  return undefined;
}

/** A token is nobody's user, so it holds no keys; a team belongs to a team's admin. */
function requireFitting({ role, teamId }: Pick<WantedToken, "role" | "teamId">): void {
  if (role === "key_holder")
    throw new PinholeError("invalid_value", {
      message: "A token cannot be a `key_holder`, since it is no user; use an API key.",
      param: "role",
    });
  if ((role === "team_admin") === (teamId !== null)) return;
  throw new PinholeError("invalid_value", {
    message:
      role === "team_admin"
        ? "A token whose role is `team_admin` needs `team`, the id of the team."
        : "`team` is for the role `team_admin` alone; send null with any other.",
    param: "team",
  });
}

function noToken(): PinholeError {
  return new PinholeError("not_found", { message: "There is no admin token with this id." });
}
