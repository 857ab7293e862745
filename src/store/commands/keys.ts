import type { Kysely } from "kysely";
import { insertRow, statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { keyFromRow, rowFromKey } from "../records.ts";
import type { Tables } from "../tables.ts";
import type { KeyRecord } from "../types.ts";

/** What may be changed of a key. */
export interface KeyChange {
  readonly disabled?: boolean;
  readonly name?: string;
}

/** Database work on keys; its statements are compiled when this is called. */
export function keyCommands(db: Kysely<Tables>) {
  const insert = insertRow(db, "keys");
  const selectAll = statement<Record<never, never>>(() =>
    db.selectFrom("keys").selectAll().orderBy("created_at").orderBy("id"),
  );
  const change = statement<{ id: string; name: string | null; disabled: number | null }>((at) =>
    db
      .updateTable("keys")
      .set(({ fn, ref }) => ({
        name: fn.coalesce(at("name"), ref("name")),
        disabled: fn.coalesce(at("disabled"), ref("disabled")),
      }))
      .where("id", "=", at("id")),
  );
  const remove = statement<{ id: string }>((at) =>
    db.deleteFrom("keys").where("id", "=", at("id")),
  );

  return {
    *keysAll(): Steps<KeyRecord[]> {
      const { rows } = yield selectAll({});
      return rows.map(keyFromRow);
    },
    *keysAdd(key: KeyRecord): Steps<void> {
      yield insert(rowFromKey(key));
    },
    *keysUpdate(id: string, { name, disabled }: KeyChange): Steps<boolean> {
      const flag = disabled === undefined ? null : Number(disabled);
      const { changes } = yield change({ id, name: name ?? null, disabled: flag });
      return changes > 0;
    },
    *keysRemove(id: string): Steps<boolean> {
      const { changes } = yield remove({ id });
      return changes > 0;
    },
  };
}
