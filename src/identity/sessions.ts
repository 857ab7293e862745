import { PinholeError } from "../core/errors.ts";
import type { Caller } from "../core/role.ts";
import type { Person, SessionRecord, SignInMethod } from "../store/identity-records.ts";
import { codeDigest, newCode } from "./codes.ts";
import type { IdentityPorts, Origin } from "./ports.ts";
import { arrivalStamp } from "./stamps.ts";

/** A session ends after so long without a request. */
export const sessionIdleMs = 12 * 3_600_000;
/** A session ends after so long, however much it is used. */
export const sessionLifeMs = 7 * 24 * 3_600_000;
/** A session that was seen within this time is not written again. */
const seenMs = 60_000;

/** A session that has begun. */
export interface SignedIn {
  /** The id that the cookie holds; nobody else knows it. */
  readonly id: string;
  readonly person: Person;
  readonly until: number;
}

/** A session that a request came with. */
export interface PresentedSession {
  readonly person: Person;
  readonly session: SessionRecord;
}

/** Sessions of people, each known by the digest of its id. */
export interface Sessions {
  /** Begins one. Throws sign_in_failed where the person is gone or disabled. */
  begin(person: Person, method: SignInMethod, from: Origin): Promise<SignedIn>;
  /** Undefined where it has ended, or never was. */
  find(id: string): Promise<PresentedSession | undefined>;
  /** Ends one; that it has ended already is no fault. */
  end(id: string, from: Origin): Promise<void>;
  /** Forgets what has ended. */
  sweep(): Promise<void>;
}

export function createSessions(ports: IdentityPorts): Sessions {
  const { store, now, randomBytes, log } = ports;
  return {
    async begin(person, method, from) {
      const id = newCode(randomBytes);
      const at = now();
      const until = at + sessionLifeMs;
      const times = { createdAt: at, seenAt: at, until };
      const digest = codeDigest(id) ?? "";
      const session = { digest, personId: person.id, method, ...times };
      const began = await store.sessions.begin(session, arrivalStamp(ports, from));
      if (!began) throw signInFailed();
      log.info({ person: person.id, method }, "a person signed in");
      return { id, until, person: { ...person, joinedAt: person.joinedAt ?? at, signedInAt: at } };
    },
    async find(id) {
      const digest = codeDigest(id);
      if (digest === undefined) return undefined;
      const at = now();
      const found = await store.sessions.find(digest, at, at - sessionIdleMs);
      if (found !== undefined && found.session.seenAt < at - seenMs)
        await store.sessions.seen(digest, at);
      return found;
    },
    async end(id, from) {
      const digest = codeDigest(id);
      if (digest !== undefined) await store.sessions.end(digest, arrivalStamp(ports, from));
    },
    sweep: () => store.sessions.sweep(now(), now() - sessionIdleMs),
  };
}

/** A person as one who asks for something. */
export function personCaller(person: Person): Caller {
  const { id, name, role, userId } = person;
  return {
    kind: "person",
    id,
    name,
    role,
    userId,
    teamId: role === "team_admin" ? person.teamId : null,
  };
}

/** One refusal for every way in which signing in can fail, so that it tells nobody who is known here. */
export function signInFailed(): PinholeError {
  return new PinholeError("sign_in_failed", {
    message:
      "Signing in failed: name or password are wrong, or the person is disabled. Ask an owner or admin for a new link where the password is lost.",
  });
}
