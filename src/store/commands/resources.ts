import type { AuditEntry } from "../../core/audit.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type { Resealed, ResourcePage, StoredResource } from "../resource-records.ts";
import { rowSchemas, type Tables } from "../tables.ts";
import { note } from "./versioned.ts";

type Row = Tables["resources"];

const selectAll = statement<object>(
  "SELECT * FROM resources WHERE removed_at IS NULL ORDER BY kind, id",
);
const selectEvery = statement<object>("SELECT * FROM resources ORDER BY kind, id");
const select = statement<{ kind: string; id: string }>(
  "SELECT * FROM resources WHERE kind = :kind AND id = :id",
);
const selectPage = statement<{ kind: string; after: string; limit: number; removed: number }>(
  `SELECT * FROM resources WHERE kind = :kind AND id > :after
      AND (:removed = 1 OR removed_at IS NULL)
    ORDER BY id LIMIT :limit`,
);
const insert = statement<Row>(
  `INSERT INTO resources (kind, id, words, secrets, version, created_at, changed_at)
    VALUES (:kind, :id, :words, :secrets, :version, :created_at, :changed_at)
    ON CONFLICT (kind, id) DO NOTHING`,
);
const revive = statement<Row>(
  `UPDATE resources SET words = :words, secrets = :secrets, version = :version,
      created_at = :created_at, changed_at = :changed_at, removed_at = NULL
    WHERE kind = :kind AND id = :id AND version + 1 = :version AND removed_at IS NOT NULL`,
);
/** The row as it was read. */
const unchanged = "WHERE kind = :kind AND id = :id AND version = :version AND removed_at IS NULL";
const update = statement<Row>(
  `UPDATE resources SET words = :words, secrets = :secrets, version = version + 1,
      changed_at = :changed_at
    ${unchanged}`,
);
const bury = statement<Row>(
  `UPDATE resources SET secrets = :secrets, version = version + 1, changed_at = :changed_at,
      removed_at = :changed_at
    ${unchanged}`,
);
const reseal = statement<{ kind: string; id: string; from: string; to: string }>(
  "UPDATE resources SET secrets = :to WHERE kind = :kind AND id = :id AND secrets = :from",
);

/** The fields of a JSON object. One that is damaged has none: its entry is at fault then, and the others are read. */
function fieldsOf(json: string): [name: string, value: unknown][] {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? Object.entries(value) : [];
  } catch {
    return [];
  }
}

function fromRow(value: unknown): StoredResource {
  const row = rowSchemas.resources.parse(value);
  const secrets = fieldsOf(row.secrets).map(([place, sealed]) => [place, String(sealed)] as const);
  return {
    kind: row.kind,
    id: row.id,
    words: Object.fromEntries(fieldsOf(row.words)),
    secrets: Object.fromEntries(secrets),
    version: row.version,
    createdAt: row.created_at,
    changedAt: row.changed_at,
    removedAt: row.removed_at,
  };
}

function toRow(record: StoredResource): Row {
  return {
    kind: record.kind,
    id: record.id,
    words: JSON.stringify(record.words),
    secrets: JSON.stringify(record.secrets),
    version: record.version,
    created_at: record.createdAt,
    changed_at: record.changedAt,
    removed_at: record.removedAt,
  };
}

/** Writes a change down where there was one. */
function* noted(isDone: boolean, entry: AuditEntry): Steps<boolean> {
  if (isDone) yield* note(entry);
  return isDone;
}

/** Changes of entries as parts of a greater one, which is written down and counted by whoever makes it. */
export const resourceRows = {
  /** All of them, tombstones too. */
  *all(): Steps<StoredResource[]> {
    return (yield selectEvery({})).rows.map(fromRow);
  },
  *insert(record: StoredResource): Steps<boolean> {
    const row = toRow(record);
    if ((yield insert(row)).changes > 0) return true;
    return (yield revive(row)).changes > 0;
  },
  *change(record: StoredResource): Steps<boolean> {
    return (yield update(toRow(record))).changes > 0;
  },
  *remove(record: StoredResource): Steps<boolean> {
    return (yield bury(toRow({ ...record, secrets: {} }))).changes > 0;
  },
};

/** Database work on entries of the configuration. Changes are compare-and-sets, as those of keys. */
export const resourceCommands = {
  *resourcesAll(): Steps<StoredResource[]> {
    return (yield selectAll({})).rows.map(fromRow);
  },
  *resourcesGet(kind: string, id: string): Steps<StoredResource | undefined> {
    return (yield select({ kind, id })).rows.map(fromRow).at(0);
  },
  *resourcesPage({ kind, after, limit, removed }: ResourcePage): Steps<StoredResource[]> {
    const { rows } = yield selectPage({ kind, after, limit, removed: Number(removed) });
    return rows.map(fromRow);
  },
  *resourcesAdd(record: StoredResource, entry: AuditEntry): Steps<boolean> {
    return yield* noted(yield* resourceRows.insert(record), entry);
  },
  *resourcesChange(record: StoredResource, entry: AuditEntry): Steps<boolean> {
    return yield* noted(yield* resourceRows.change(record), entry);
  },
  *resourcesRemove(record: StoredResource, entry: AuditEntry): Steps<boolean> {
    return yield* noted(yield* resourceRows.remove(record), entry);
  },
  /** No change of what is configured: each node opens the envelopes of both secrets. Rows are locked in their order. */
  *resourcesReseal(resealed: readonly Resealed[]): Steps<void> {
    const sorted = resealed.toSorted((a, b) =>
      a.kind === b.kind ? (a.id < b.id ? -1 : 1) : a.kind < b.kind ? -1 : 1,
    );
    for (const { kind, id, from, to } of sorted)
      yield reseal({ kind, id, from: JSON.stringify(from), to: JSON.stringify(to) });
  },
};
