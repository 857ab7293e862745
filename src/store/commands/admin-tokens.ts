import { writeDown } from "./audit.ts";
import { tokenEntry } from "../identity-audit.ts";
import type { AdminTokenChange, AdminTokenRecord, AuditStamp } from "../identity-records.ts";
import { rowFromToken, tokenFromRow } from "../identity-rows.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { rowSchemas } from "../tables.ts";
import type { Tables } from "../tables.ts";

const insert = statement<Tables["admin_tokens"]>(
  `INSERT INTO admin_tokens (id, name, digest, hint, role, team_id, expires_at, created_at, version)
    VALUES (:id, :name, :digest, :hint, :role, :team_id, :expires_at, :created_at, :version)`,
);
const selectAll = statement<object>("SELECT * FROM admin_tokens ORDER BY created_at, id");
const selectOne = statement<{ id: string }>("SELECT * FROM admin_tokens WHERE id = :id");
const selectDigest = statement<{ digest: string }>(
  "SELECT * FROM admin_tokens WHERE digest = :digest",
);
const redigest = statement<{ id: string; from: string; to: string }>(
  "UPDATE admin_tokens SET digest = :to WHERE id = :id AND digest = :from",
);
const update = statement<Tables["admin_tokens"]>(
  `UPDATE admin_tokens SET name = :name, role = :role, team_id = :team_id, expires_at = :expires_at,
      version = version + 1
    WHERE id = :id AND version = :version`,
);
const remove = statement<{ id: string; version: number }>(
  "DELETE FROM admin_tokens WHERE id = :id AND version = :version",
);

function read(rows: readonly unknown[]): AdminTokenRecord[] {
  return rows.map((row) => tokenFromRow(rowSchemas.admin_tokens.parse(row)));
}

function* get(id: string): Steps<AdminTokenRecord | undefined> {
  return read((yield selectOne({ id })).rows).at(0);
}

function* change(
  id: string,
  version: number,
  wanted: AdminTokenChange,
  stamp: AuditStamp,
): Steps<AdminTokenRecord | "absent" | "stale"> {
  const before = yield* get(id);
  if (before === undefined) return "absent";
  const after: AdminTokenRecord = {
    ...before,
    name: wanted.name ?? before.name,
    role: wanted.role ?? before.role,
    teamId: wanted.teamId === undefined ? before.teamId : wanted.teamId,
    expiresAt: wanted.expiresAt === undefined ? before.expiresAt : wanted.expiresAt,
    version,
  };
  const { changes } = yield update(rowFromToken(after));
  if (changes === 0) return "stale";
  const changed = { ...after, version: version + 1 };
  yield* writeDown(tokenEntry(stamp, "change", before, changed));
  return changed;
}

/** Database work on the tokens of automation. */
export const adminTokenCommands = {
  *tokensAll(): Steps<AdminTokenRecord[]> {
    return read((yield selectAll({})).rows);
  },
  tokensGet: get,
  *tokensByDigest(digest: string): Steps<AdminTokenRecord | undefined> {
    return read((yield selectDigest({ digest })).rows).at(0);
  },
  /** No change of the token, whose version stays. */
  *tokensRedigest(id: string, from: string, to: string): Steps<void> {
    yield redigest({ id, from, to });
  },
  *tokensAdd(token: AdminTokenRecord, stamp: AuditStamp): Steps<void> {
    yield insert(rowFromToken(token));
    yield* writeDown(tokenEntry(stamp, "create", undefined, token));
  },
  tokensChange: change,
  *tokensRemove(
    id: string,
    version: number,
    stamp: AuditStamp,
  ): Steps<"absent" | "stale" | undefined> {
    const before = yield* get(id);
    if (before === undefined) return "absent";
    const { changes } = yield remove({ id, version });
    if (changes === 0) return "stale";
    yield* writeDown(tokenEntry(stamp, "delete", before, undefined));
    return undefined;
  },
};
