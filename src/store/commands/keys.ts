import { note } from "./versioned.ts";
import { statement } from "../query.ts";
import type { Statement, Steps } from "../query.ts";
import type { TeamScope } from "../scopes.ts";
import { ofTeam } from "./scopes.ts";
import { columnsOf, keyFromRow, type SettingColumns } from "../key-rows.ts";
import type { KeyPage, NewSecret, SecretUse } from "../key-records.ts";
import type { AuditEntry } from "../../core/audit.ts";
import type { KeySettings, StoredKey } from "../../core/key.ts";

const insert = statement<
  SettingColumns & Pick<StoredKey, "id" | "digest" | "hint"> & { readonly created_at: number }
>(
  `INSERT INTO keys (
    id, name, digest, hint, models, operations, strict, disabled, expires_at, created_at,
    rpm, ipm, ipd, concurrency, budgets, ip_allow, user_id, team_id, labels, version
  ) VALUES (
    :id, :name, :digest, :hint, :models, :operations, :strict, :disabled, :expires_at, :created_at,
    :rpm, :ipm, :ipd, :concurrency, :budgets, :ip_allow, :user_id, :team_id, :labels, 1
  ) ON CONFLICT (id) DO NOTHING`,
);
const selectAll = statement<Record<never, never>>(
  "SELECT * FROM keys WHERE removed_at IS NULL ORDER BY created_at, id",
);
const select = statement<{ id: string }>("SELECT * FROM keys WHERE id = :id");

function selectOfTeam(id: string, scope: TeamScope): Statement {
  const own = ofTeam("keys", scope);
  const sql = `SELECT * FROM keys WHERE keys.id = ? AND ${own.sql}`;
  return { sql, parameters: [id, ...own.parameters] };
}
interface PageValues {
  after: string;
  limit: number;
  removed: number;
  user: string | null;
  team: string | null;
}

const pageWhere = `SELECT * FROM keys WHERE keys.id > :after
      AND (:removed = 1 OR removed_at IS NULL)
      AND (CAST(:user AS text) IS NULL OR keys.user_id = :user)
      AND (CAST(:team AS text) IS NULL OR keys.team_id = :team)`;
const selectPage = statement<PageValues>(`${pageWhere} ORDER BY id LIMIT :limit`);
const pageHead = statement<PageValues>(pageWhere);

function pageOfTeam(values: PageValues, scope: TeamScope): Statement {
  const [head, own] = [pageHead(values), ofTeam("keys", scope)];
  return {
    sql: `${head.sql} AND ${own.sql} ORDER BY keys.id LIMIT ?`,
    parameters: [...head.parameters, ...own.parameters, values.limit],
  };
}

/** The row of a key that stands and has not been changed since it was read. */
const unchanged = "WHERE id = :id AND version = :version AND removed_at IS NULL";

const change = statement<SettingColumns & { id: string; version: number }>(
  `UPDATE keys SET name = :name, models = :models, operations = :operations, strict = :strict,
      disabled = :disabled, expires_at = :expires_at, rpm = :rpm, ipm = :ipm, ipd = :ipd,
      concurrency = :concurrency, budgets = :budgets, ip_allow = :ip_allow, user_id = :user_id,
      team_id = :team_id, labels = :labels, version = version + 1
    ${unchanged}`,
);
const rotate = statement<{ id: string; version: number } & NewSecret>(
  `UPDATE keys SET old_digest = digest, old_hint = hint, old_until = :oldUntil, old_used_at = NULL,
      digest = :digest, hint = :hint, version = version + 1
    ${unchanged}`,
);
const remove = statement<{ id: string; version: number; at: number }>(
  `UPDATE keys SET removed_at = :at, version = version + 1 ${unchanged}`,
);
const redigest = statement<Redigest>(
  "UPDATE keys SET digest = :to WHERE id = :id AND digest = :from",
);
const redigestOld = statement<Redigest>(
  "UPDATE keys SET old_digest = :to WHERE id = :id AND old_digest = :from",
);
const used = statement<SecretUse>(
  `UPDATE keys SET old_used_at = :at
    WHERE id = :keyId AND old_digest = :digest AND (old_used_at IS NULL OR old_used_at < :at)`,
);

/** Another digest of the same secret. */
interface Redigest {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** Writes a change down where there was one. */
function* noted(changes: number, entry: AuditEntry): Steps<boolean> {
  if (changes > 0) yield* note(entry);
  return changes > 0;
}

/** Database work on keys. What is changed by the version that was read is a compare-and-set: false where it came too late. */
export const keyCommands = {
  *keysAll(): Steps<StoredKey[]> {
    const { rows } = yield selectAll({});
    return rows.map(keyFromRow);
  },
  *keysGet(id: string, scope?: TeamScope): Steps<StoredKey | undefined> {
    const { rows } = yield scope === undefined ? select({ id }) : selectOfTeam(id, scope);
    return rows.map(keyFromRow).at(0);
  },
  *keysPage(
    { after, limit, removed, userId, teamId }: KeyPage,
    scope?: TeamScope,
  ): Steps<StoredKey[]> {
    const asked = { after, limit, removed: Number(removed), user: userId, team: teamId };
    const { rows } = yield scope === undefined ? selectPage(asked) : pageOfTeam(asked, scope);
    return rows.map(keyFromRow);
  },
  *keysAdd(key: StoredKey, entry: AuditEntry): Steps<boolean> {
    const { id, digest, hint, createdAt } = key;
    const row = { ...columnsOf(key), id, digest, hint, created_at: createdAt };
    return yield* noted((yield insert(row)).changes, entry);
  },
  *keysChange(
    id: string,
    version: number,
    settings: KeySettings,
    entry: AuditEntry,
  ): Steps<boolean> {
    const { changes } = yield change({ ...columnsOf(settings), id, version });
    return yield* noted(changes, entry);
  },
  *keysRotate(id: string, version: number, secret: NewSecret, entry: AuditEntry): Steps<boolean> {
    const { changes } = yield rotate({ ...secret, id, version });
    return yield* noted(changes, entry);
  },
  *keysRemove(id: string, version: number, entry: AuditEntry): Steps<boolean> {
    const { changes } = yield remove({ id, version, at: entry.at });
    return yield* noted(changes, entry);
  },
  /** No change of the key, and no other node has to hear of it: each finds the key by both digests. */
  *keysRedigest(id: string, from: string, to: string): Steps<void> {
    yield redigest({ id, from, to });
    yield redigestOld({ id, from, to });
  },
  /** Nodes tell it now and then; it is no change of the keys. Rows are locked in the order of their ids. */
  *keysUsed(uses: readonly SecretUse[]): Steps<void> {
    for (const use of uses.toSorted((a, b) => (a.keyId < b.keyId ? -1 : 1))) yield used(use);
  },
};
