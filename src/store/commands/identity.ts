import { writeDown } from "./audit.ts";
import { passwordEntry, personEntry, removalEntry } from "../identity-audit.ts";
import { countUp } from "./settings.ts";
import type {
  AuditStamp,
  Invitation,
  NewPerson,
  PasswordReplacement,
  PersonChange,
  Person,
  PersonRefusal,
} from "../identity-records.ts";
import { personFromRow, rowFromPerson } from "../identity-rows.ts";
import { configVersionSetting } from "./versioned.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { rowSchemas } from "../tables.ts";
import type { Tables } from "../tables.ts";
import type { SavedFate } from "../gallery-records.ts";
import { isTooMuch, leaveSaved } from "./left-pictures.ts";
import { endSessionsOf } from "./sessions.ts";
import { removePasskeysOf } from "./passkeys.ts";
import { putInvitation, removeInvitationsOf } from "./invitations.ts";

type PersonRow = Tables["people"];
interface ById {
  readonly id: string;
}

const selectAll = statement<object>("SELECT * FROM people ORDER BY created_at, id");
const selectOne = statement<ById>("SELECT * FROM people WHERE id = :id");
const selectLogin = statement<{ login: string }>("SELECT * FROM people WHERE login = :login");
const selectAny = statement<object>("SELECT * FROM people LIMIT 1");
const selectStopped = statement<object>(
  `SELECT user_id FROM stopped_users
    UNION SELECT user_id FROM people WHERE user_id IS NOT NULL AND disabled = 1`,
);
const insert = statement<PersonRow>(
  `INSERT INTO people (
    id, login, name, role, user_id, team_id, disabled, password, joined_at, signed_in_at, created_at, version
  ) VALUES (
    :id, :login, :name, :role, :user_id, :team_id, :disabled, :password, :joined_at, :signed_in_at, :created_at, :version
  ) ON CONFLICT DO NOTHING`,
);

/** Another owner who could come in at this moment, so that this one may go. */
const hasOtherOwner = `EXISTS (SELECT 1 FROM people AS other WHERE other.id <> people.id
  AND other.role = 'owner' AND other.disabled = 0 AND other.joined_at IS NOT NULL)`;
const mayGo = `(role <> 'owner' OR disabled = 1 OR joined_at IS NULL OR ${hasOtherOwner})`;

const update = statement<PersonRow & { keeps_owner: number }>(
  `UPDATE people SET login = :login, name = :name, role = :role, user_id = :user_id, team_id = :team_id,
      disabled = :disabled, version = version + 1
    WHERE id = :id AND version = :version AND (:keeps_owner = 1 OR ${mayGo})
      AND NOT EXISTS (SELECT 1 FROM people AS other WHERE other.id <> people.id
        AND (other.login = :login OR other.user_id = :user_id))`,
);
const remove = statement<{ id: string; version: number }>(
  `DELETE FROM people WHERE id = :id AND version = :version AND ${mayGo}`,
);
const removeLinks = statement<ById>("DELETE FROM person_links WHERE person_id = :id");
const stopUser = statement<{ user: string; at: number }>(
  `INSERT INTO stopped_users (user_id, stopped_at) VALUES (:user, :at) ON CONFLICT DO NOTHING`,
);
const releaseUser = statement<{ user: string }>("DELETE FROM stopped_users WHERE user_id = :user");
const replacePassword = statement<{ id: string; from: string | null; to: string }>(
  `UPDATE people SET password = :to
    WHERE id = :id AND disabled = 0 AND coalesce(password, '') = coalesce(:from, '')`,
);

/** A person's row, where there is one. */
export function* personRow(id: string): Steps<PersonRow | undefined> {
  const { rows } = yield selectOne({ id });
  return rows.map((row) => rowSchemas.people.parse(row)).at(0);
}

function* personById(id: string): Steps<Person | undefined> {
  const row = yield* personRow(id);
  return row === undefined ? undefined : personFromRow(row);
}

/** The reason why a row with this login and user was not written. */
function* clash(login: string): Steps<PersonRefusal> {
  const { rows } = yield selectLogin({ login });
  return rows.length > 0 ? "login_taken" : "user_taken";
}

function* add(
  person: NewPerson,
  invitation: Invitation | undefined,
  stamp: AuditStamp,
): Steps<Person | PersonRefusal> {
  const { changes } = yield insert(rowFromPerson(person));
  if (changes === 0) return yield* clash(person.login);
  if (invitation !== undefined) yield* putInvitation(person.id, invitation);
  if (person.userId !== null) {
    yield releaseUser({ user: person.userId });
    yield* countUp(configVersionSetting);
  }
  const added = yield* personById(person.id);
  if (added === undefined) return "absent";
  yield* writeDown(personEntry(stamp, "create", undefined, added));
  return added;
}

function* change(
  id: string,
  version: number,
  wanted: PersonChange,
  stamp: AuditStamp,
): Steps<Person | PersonRefusal> {
  const before = yield* personRow(id);
  if (before === undefined) return "absent";
  if (before.version !== version) return "stale";
  const after = {
    ...before,
    login: wanted.login ?? before.login,
    name: wanted.name ?? before.name,
    role: wanted.role ?? before.role,
    user_id: wanted.userId === undefined ? before.user_id : wanted.userId,
    team_id: wanted.teamId === undefined ? before.team_id : wanted.teamId,
    disabled: wanted.disabled === undefined ? before.disabled : wanted.disabled ? 1 : 0,
  } as const;
  const keepsOwner = after.role === "owner" && after.disabled === 0;
  const { changes } = yield update({ ...after, keeps_owner: Number(keepsOwner) });
  if (changes === 0) return yield* refusalOf(before, after);
  if (after.disabled === 1) yield* endSessionsOf(id);
  if (after.user_id !== null) yield releaseUser({ user: after.user_id });
  if (after.disabled !== before.disabled || after.user_id !== before.user_id)
    yield* countUp(configVersionSetting);
  const changed = yield* personById(id);
  if (changed === undefined) return "absent";
  yield* writeDown(personEntry(stamp, "change", personFromRow(before), changed));
  return changed;
}

/** The reason why a person could not be changed from one row to another. */
function* refusalOf(before: PersonRow, after: PersonRow): Steps<PersonRefusal> {
  const now = yield* personRow(before.id);
  if (now === undefined) return "absent";
  if (now.version !== before.version) return "stale";
  const { rows } = yield selectLogin({ login: after.login });
  if (rows.some((row) => rowSchemas.people.parse(row).id !== before.id)) return "login_taken";
  const losesOwner = before.role === "owner" && (after.role !== "owner" || after.disabled === 1);
  return losesOwner && after.user_id === before.user_id ? "last_owner" : "user_taken";
}

function* removeOne(
  id: string,
  version: number,
  fate: SavedFate,
  stamp: AuditStamp,
): Steps<PersonRefusal | number> {
  const before = yield* personRow(id);
  if (before === undefined) return "absent";
  if (before.version !== version) return "stale";
  if (fate.become === "hand_over" && (yield* personRow(fate.to)) === undefined)
    return "heir_absent";
  if (yield* isTooMuch(id, fate)) return "heir_full";
  const { changes } = yield remove({ id, version });
  if (changes === 0) return (yield* personRow(id))?.version === version ? "last_owner" : "stale";
  yield* endSessionsOf(id);
  yield* removeInvitationsOf(id);
  yield removeLinks({ id });
  yield* removePasskeysOf(id);
  if (before.user_id !== null) {
    yield stopUser({ user: before.user_id, at: stamp.at });
    yield* countUp(configVersionSetting);
  }
  const pictures = yield* leaveSaved(id, fate);
  yield* writeDown(removalEntry(stamp, personFromRow(before), fate, pictures));
  return pictures;
}

/** Database work on people. */
export const identityCommands = {
  *peopleAll(): Steps<Person[]> {
    const { rows } = yield selectAll({});
    return rows.map((row) => personFromRow(rowSchemas.people.parse(row)));
  },
  peopleGet: personById,
  *peopleByLogin(login: string): Steps<{ person: Person; password: string | null } | undefined> {
    const { rows } = yield selectLogin({ login });
    const row = rows.map((one) => rowSchemas.people.parse(one)).at(0);
    return row && { person: personFromRow(row), password: row.password };
  },
  peopleAdd: add,
  peopleChange: change,
  peopleRemove: removeOne,
  *peopleUpgradePassword(id: string, from: string, to: string): Steps<void> {
    yield replacePassword({ id, from, to });
  },
  *peopleChangePassword(
    { id, from, to, keep }: PasswordReplacement,
    stamp: AuditStamp,
  ): Steps<boolean> {
    const { changes } = yield replacePassword({ id, from, to });
    if (changes === 0) return false;
    yield* endSessionsOf(id, keep);
    yield* writeDown(passwordEntry(stamp, id, from !== null));
    return true;
  },
  *peopleStoppedUsers(): Steps<string[]> {
    const { rows } = yield selectStopped({});
    return rows.map((row) => rowSchemas.stopped_users.fields.user_id.parse(userIdOf(row)));
  },
  *peopleNone(): Steps<boolean> {
    const { rows } = yield selectAny({});
    return rows.length === 0;
  },
};

function userIdOf(row: unknown): unknown {
  return typeof row === "object" && row !== null && "user_id" in row ? row.user_id : undefined;
}
