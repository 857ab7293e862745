import { countUp } from "./settings.ts";
import { configVersionSetting } from "./versioned.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { keyFromRow, rowFromKey } from "../records.ts";
import type { Tables } from "../tables.ts";
import type { KeyRecord } from "../../core/key.ts";

/** The fields of a key that may be changed. */
export interface KeyChange {
  readonly disabled?: boolean;
  readonly name?: string;
}

const insert = statement<Tables["keys"]>(
  `INSERT INTO keys (
    id, name, digest, hint, models, operations, strict, disabled, expires_at, created_at,
    rpm, ipm, ipd, concurrency
  ) VALUES (
    :id, :name, :digest, :hint, :models, :operations, :strict, :disabled, :expires_at, :created_at,
    :rpm, :ipm, :ipd, :concurrency
  )`,
);
const selectAll = statement<Record<never, never>>("SELECT * FROM keys ORDER BY created_at, id");
const change = statement<{ id: string; name: string | null; disabled: number | null }>(
  `UPDATE keys SET name = coalesce(:name, name), disabled = coalesce(:disabled, disabled)
    WHERE id = :id`,
);
const remove = statement<{ id: string }>("DELETE FROM keys WHERE id = :id");

/** Database work on keys. */
export const keyCommands = {
  *keysAll(): Steps<KeyRecord[]> {
    const { rows } = yield selectAll({});
    return rows.map(keyFromRow);
  },
  *keysAdd(key: KeyRecord): Steps<void> {
    yield insert(rowFromKey(key));
    yield* countUp(configVersionSetting);
  },
  *keysUpdate(id: string, { name, disabled }: KeyChange): Steps<boolean> {
    const flag = disabled === undefined ? null : Number(disabled);
    const { changes } = yield change({ id, name: name ?? null, disabled: flag });
    if (changes > 0) yield* countUp(configVersionSetting);
    return changes > 0;
  },
  *keysRemove(id: string): Steps<boolean> {
    const { changes } = yield remove({ id });
    if (changes > 0) yield* countUp(configVersionSetting);
    return changes > 0;
  },
};
