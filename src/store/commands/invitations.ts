import { writeDown } from "./audit.ts";
import { invitationEntry, personEntry } from "../identity-audit.ts";
import type { AuditStamp, Invitation, Joining, Person } from "../identity-records.ts";
import { personFromRow } from "../identity-rows.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { rowSchemas } from "../tables.ts";
import { removePasskeysOf } from "./passkeys.ts";
import { endSessionsOf } from "./sessions.ts";

const insert = statement<Invitation & { personId: string }>(
  `INSERT INTO invitations (digest, person_id, until)
    SELECT :digest, id, :until FROM people WHERE id = :personId`,
);
const removeOf = statement<{ personId: string }>(
  "DELETE FROM invitations WHERE person_id = :personId",
);
const select = statement<{ digest: string; now: number }>(
  `SELECT people.* FROM invitations JOIN people ON people.id = invitations.person_id
    WHERE invitations.digest = :digest AND invitations.until > :now AND people.disabled = 0`,
);
const remove = statement<{ digest: string; now: number }>(
  "DELETE FROM invitations WHERE digest = :digest AND until > :now",
);
const join = statement<Joining & { id: string; now: number }>(
  `UPDATE people SET password = :password, login = coalesce(:login, login), name = coalesce(:name, name),
      joined_at = coalesce(joined_at, :now), version = version + 1
    WHERE id = :id AND disabled = 0`,
);
const selectOther = statement<{ id: string; login: string | null }>(
  "SELECT id FROM people WHERE login = :login AND id <> :id",
);

/** A part of a change that puts an invitation in the place of the person's last. */
export function* putInvitation(personId: string, invitation: Invitation): Steps<boolean> {
  yield* removeInvitationsOf(personId);
  const { changes } = yield insert({ ...invitation, personId });
  return changes > 0;
}

/** A part of a change that removes the invitations of a person. */
export function* removeInvitationsOf(personId: string): Steps<void> {
  yield removeOf({ personId });
}

function* find(digest: string, now: number): Steps<Person | undefined> {
  const { rows } = yield select({ digest, now });
  return rows.map((row) => personFromRow(rowSchemas.people.parse(row))).at(0);
}

/** Database work on invitations: one-time links that set a password. */
export const invitationCommands = {
  *invitationsMake(personId: string, invitation: Invitation, stamp: AuditStamp): Steps<boolean> {
    const isMade = yield* putInvitation(personId, invitation);
    if (isMade) yield* writeDown(invitationEntry(stamp, personId));
    return isMade;
  },
  invitationsFind: find,
  *invitationsTake(
    digest: string,
    now: number,
    joining: Joining,
    stamp: AuditStamp,
  ): Steps<Person | "login_taken" | undefined> {
    const person = yield* find(digest, now);
    if (person === undefined) return undefined;
    const others = yield selectOther({ id: person.id, login: joining.login });
    if (others.rows.length > 0) return "login_taken";
    // Of two who use it at once, one finds it gone.
    const taken = yield remove({ digest, now });
    if (taken.changes === 0) return undefined;
    const joined = yield join({ ...joining, id: person.id, now });
    if (joined.changes === 0) return undefined;
    yield* endSessionsOf(person.id);
    // Whoever lost a password may have lost more.
    yield* removePasskeysOf(person.id);
    const after = {
      ...person,
      login: joining.login ?? person.login,
      name: joining.name ?? person.name,
      hasPassword: true,
      joinedAt: person.joinedAt ?? now,
      version: person.version + 1,
    };
    yield* writeDown(personEntry({ ...stamp, who: `person ${person.id}` }, "join", person, after));
    return after;
  },
};
