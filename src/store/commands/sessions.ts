import { writeDown } from "./audit.ts";
import { refusalEntry, sessionEntry } from "../identity-audit.ts";
import type {
  AuditStamp,
  FoundSession,
  SessionRecord,
  SignInRefusal,
} from "../identity-records.ts";
import { personFromRow, sessionFromRow } from "../identity-rows.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { rowSchemas } from "../tables.ts";
import { countTry, triesOf } from "./sign-in-tries.ts";

const insert = statement<SessionRecord>(
  `INSERT INTO sessions (digest, person_id, method, created_at, seen_at, until)
    SELECT :digest, id, :method, :createdAt, :seenAt, :until FROM people
      WHERE id = :personId AND disabled = 0`,
);
const signedIn = statement<{ id: string; at: number }>(
  `UPDATE people SET signed_in_at = :at, joined_at = coalesce(joined_at, :at) WHERE id = :id`,
);
const select = statement<{ digest: string; now: number; idle: number }>(
  "SELECT * FROM sessions WHERE digest = :digest AND until > :now AND seen_at > :idle",
);
const selectAny = statement<{ digest: string }>("SELECT * FROM sessions WHERE digest = :digest");
const selectPerson = statement<{ id: string }>(
  "SELECT * FROM people WHERE id = :id AND disabled = 0",
);
const seen = statement<{ digest: string; at: number }>(
  "UPDATE sessions SET seen_at = :at WHERE digest = :digest AND seen_at < :at",
);
const end = statement<{ digest: string }>("DELETE FROM sessions WHERE digest = :digest");
const endOthers = statement<{ id: string; keep: string }>(
  "DELETE FROM sessions WHERE person_id = :id AND digest <> :keep",
);
const sweepSessions = statement<{ now: number; idle: number }>(
  "DELETE FROM sessions WHERE until <= :now OR seen_at <= :idle",
);
const sweepInvitations = statement<{ now: number }>("DELETE FROM invitations WHERE until <= :now");
const sweepFlows = statement<{ now: number }>("DELETE FROM sign_in_flows WHERE until <= :now");
const sweepTries = statement<{ now: number }>("DELETE FROM sign_in_tries WHERE until <= :now");

/** A part of a change that ends the sessions of a person, but one. */
export function* endSessionsOf(id: string, keep = ""): Steps<void> {
  yield endOthers({ id, keep });
}

/** The stamp of what the person of a session does. */
function byPerson(stamp: AuditStamp, personId: string): AuditStamp {
  return { ...stamp, who: `person ${personId}` };
}

/** Database work on sessions. */
export const sessionCommands = {
  *sessionsBegin(session: SessionRecord, stamp: AuditStamp): Steps<boolean> {
    const { changes } = yield insert(session);
    if (changes === 0) return false;
    yield signedIn({ id: session.personId, at: session.createdAt });
    yield* writeDown(sessionEntry(byPerson(stamp, session.personId), "sign_in", session));
    return true;
  },
  *sessionsFind(digest: string, now: number, idle: number): Steps<FoundSession | undefined> {
    const found = yield select({ digest, now, idle });
    const session = found.rows.map((row) => rowSchemas.sessions.parse(row)).at(0);
    if (session === undefined) return undefined;
    const { rows } = yield selectPerson({ id: session.person_id });
    const person = rows.map((row) => rowSchemas.people.parse(row)).at(0);
    return person && { session: sessionFromRow(session), person: personFromRow(person) };
  },
  *sessionsSeen(digest: string, at: number): Steps<void> {
    yield seen({ digest, at });
  },
  *sessionsEnd(digest: string, stamp: AuditStamp): Steps<void> {
    const { rows } = yield selectAny({ digest });
    const session = rows.map((row) => sessionFromRow(rowSchemas.sessions.parse(row))).at(0);
    if (session === undefined || (yield end({ digest })).changes === 0) return;
    yield* writeDown(sessionEntry(byPerson(stamp, session.personId), "sign_out", session));
  },
  *sessionsRefuse(refusal: SignInRefusal, stamp: AuditStamp): Steps<void> {
    const { personId, method, written, address } = refusal;
    const isTold = personId !== null || (yield* triesOf(address.name)) === address.max;
    // Counted whoever it is, so that the time of a commit tells nobody whether there is such an account.
    const name = isTold ? written.name : `${written.name}, untold`;
    const count = yield* countTry({ ...written, name }, stamp.at);
    if (!isTold || count > written.max) return;
    yield* writeDown(refusalEntry(stamp, personId, method));
  },
  *sessionsEndAll(personId: string): Steps<void> {
    yield* endSessionsOf(personId);
  },
  *sessionsSweep(now: number, idle: number): Steps<void> {
    yield sweepSessions({ now, idle });
    yield sweepInvitations({ now });
    yield sweepFlows({ now });
    yield sweepTries({ now });
  },
};
