import type { KeySettings, PreviousSecret, StoredKey } from "../core/key.ts";
import { operations } from "../core/request.ts";
import { jsonColumns } from "./json-columns.ts";
import { budgetsSchema } from "./people-records.ts";
import { listOf, oneOf, text } from "./shape.ts";
import { rowSchemas } from "./tables.ts";
import type { Tables } from "./tables.ts";

/** Rows of keys to records and back: JSON columns are written here and read here by schemas. */

const names = listOf(text);
const operationList = listOf(oneOf(operations));
export function keyFromRow(value: unknown): StoredKey {
  const row = rowSchemas.keys.parse(value);
  const { read, told } = jsonColumns();
  const { operations: allowed, ip_allow: ipAllow } = row;
  return {
    id: row.id,
    name: row.name,
    digest: row.digest,
    hint: row.hint,
    models: read("models", names, row.models, []),
    operations: allowed === null ? null : read("operations", operationList, allowed, []),
    strict: row.strict === 1,
    disabled: row.disabled === 1,
    expiresAt: row.expires_at,
    limits: { rpm: row.rpm, ipm: row.ipm, ipd: row.ipd, concurrency: row.concurrency },
    budgets: read("budget", budgetsSchema, row.budgets, []),
    ipAllow: ipAllow === null ? null : read("ip_allow", names, ipAllow, []),
    userId: row.user_id,
    teamId: row.team_id,
    labels: read("labels", names, row.labels, []),
    previous: previousOf(row),
    version: row.version,
    createdAt: row.created_at,
    removedAt: row.removed_at,
    ...told(),
  };
}

function previousOf(row: Tables["keys"]): PreviousSecret | null {
  const { old_digest: digest, old_hint: hint, old_until: until, old_used_at: usedAt } = row;
  if (digest === null || hint === null || until === null) return null;
  return { digest, hint, until, usedAt };
}

/** The columns that hold an operator's choices. */
export type SettingColumns = Omit<
  Tables["keys"],
  | "id"
  | "digest"
  | "hint"
  | "version"
  | "created_at"
  | "removed_at"
  | "old_digest"
  | "old_hint"
  | "old_until"
  | "old_used_at"
>;

export function columnsOf(settings: KeySettings): SettingColumns {
  const { operations: allowed, ipAllow, limits } = settings;
  return {
    name: settings.name,
    models: JSON.stringify(settings.models),
    operations: allowed === null ? null : JSON.stringify(allowed),
    strict: settings.strict ? 1 : 0,
    disabled: settings.disabled ? 1 : 0,
    expires_at: settings.expiresAt,
    rpm: limits.rpm,
    ipm: limits.ipm,
    ipd: limits.ipd,
    concurrency: limits.concurrency,
    budgets: JSON.stringify(settings.budgets),
    ip_allow: ipAllow === null ? null : JSON.stringify(ipAllow),
    user_id: settings.userId,
    team_id: settings.teamId,
    labels: JSON.stringify(settings.labels),
  };
}

/** A key as a whole row. */
export function rowFromKey(key: StoredKey): Tables["keys"] {
  const { id, digest, hint, previous, version, createdAt, removedAt } = key;
  return {
    ...columnsOf(key),
    id,
    digest,
    hint,
    version,
    created_at: createdAt,
    removed_at: removedAt,
    old_digest: previous?.digest ?? null,
    old_hint: previous?.hint ?? null,
    old_until: previous?.until ?? null,
    old_used_at: previous?.usedAt ?? null,
  };
}
