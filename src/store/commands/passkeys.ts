import { passkeyEntry } from "../identity-audit.ts";
import type { AuditStamp, Person } from "../identity-records.ts";
import { passkeyFromRow, personFromRow, rowFromPasskey } from "../identity-rows.ts";
import type { Passkey, PasskeyUse } from "../passkey-records.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { rowSchemas, type Tables } from "../tables.ts";
import { writeDown } from "./audit.ts";

interface Owned {
  readonly id: string;
  readonly personId: string;
}

const selectOf = statement<{ personId: string }>(
  "SELECT * FROM passkeys WHERE person_id = :personId ORDER BY created_at, id",
);
const selectOne = statement<{ id: string }>("SELECT * FROM passkeys WHERE id = :id");
const selectPerson = statement<{ id: string }>(
  "SELECT * FROM people WHERE id = :id AND disabled = 0",
);
const insert = statement<Tables["passkeys"] & { readonly max: number }>(
  `INSERT INTO passkeys (
    id, person_id, name, public_key, counter, device, backed_up, transports, created_at, used_at
  ) SELECT
    CAST(:id AS text), people.id, CAST(:name AS text), CAST(:public_key AS text),
    CAST(:counter AS bigint), CAST(:device AS text), CAST(:backed_up AS integer),
    CAST(:transports AS text), CAST(:created_at AS bigint), CAST(:used_at AS bigint)
  FROM people WHERE people.id = :person_id AND people.disabled = 0
    AND (SELECT COUNT(*) FROM passkeys AS others WHERE others.person_id = :person_id) < :max
  ON CONFLICT (id) DO NOTHING`,
);
const setName = statement<Owned & { readonly name: string }>(
  "UPDATE passkeys SET name = :name WHERE id = :id AND person_id = :personId",
);
const remove = statement<Owned>("DELETE FROM passkeys WHERE id = :id AND person_id = :personId");
const removeAll = statement<{ personId: string }>(
  "DELETE FROM passkeys WHERE person_id = :personId",
);
/** Authenticators that count nothing say 0 each time. */
const used = statement<{ id: string; counter: number; backedUp: number; at: number }>(
  `UPDATE passkeys SET counter = :counter, backed_up = :backedUp, used_at = :at
    WHERE id = :id AND (counter < :counter OR (counter = 0 AND :counter = 0))`,
);

/** A part of a change that removes all passkeys of a person. */
export function* removePasskeysOf(personId: string): Steps<void> {
  yield removeAll({ personId });
}

function* one(id: string): Steps<Passkey | undefined> {
  const { rows } = yield selectOne({ id });
  return rows.map((row) => passkeyFromRow(rowSchemas.passkeys.parse(row))).at(0);
}

/** Database work on passkeys. */
export const passkeyCommands = {
  *passkeysOf(personId: string): Steps<Passkey[]> {
    const { rows } = yield selectOf({ personId });
    return rows.map((row) => passkeyFromRow(rowSchemas.passkeys.parse(row)));
  },
  *passkeysFind(id: string): Steps<{ passkey: Passkey; person: Person } | undefined> {
    const passkey = yield* one(id);
    if (passkey === undefined) return undefined;
    const { rows } = yield selectPerson({ id: passkey.personId });
    const person = rows.map((row) => personFromRow(rowSchemas.people.parse(row))).at(0);
    return person && { passkey, person };
  },
  *passkeysAdd(passkey: Passkey, max: number, stamp: AuditStamp): Steps<boolean> {
    if ((yield insert({ ...rowFromPasskey(passkey), max })).changes === 0) return false;
    yield* writeDown(passkeyEntry(stamp, "create", undefined, passkey));
    return true;
  },
  *passkeysRename(personId: string, id: string, name: string, stamp: AuditStamp): Steps<boolean> {
    const before = yield* one(id);
    if (before?.personId !== personId) return false;
    if (before.name === name) return true;
    if ((yield setName({ id, personId, name })).changes === 0) return false;
    yield* writeDown(passkeyEntry(stamp, "change", before, { ...before, name }));
    return true;
  },
  *passkeysRemove(personId: string, id: string, stamp: AuditStamp): Steps<boolean> {
    const before = yield* one(id);
    if (before === undefined || (yield remove({ id, personId })).changes === 0) return false;
    yield* writeDown(passkeyEntry(stamp, "delete", before, undefined));
    return true;
  },
  *passkeysUse({ id, counter, backedUp, at }: PasskeyUse): Steps<boolean> {
    return (yield used({ id, counter, backedUp: Number(backedUp), at })).changes > 0;
  },
};
