import type { AuditEntry } from "../core/audit.ts";
import type { SavedFate } from "./gallery-records.ts";
import type { Passkey, PasskeyUse } from "./passkey-records.ts";
import type { Role } from "../core/role.ts";

/** A person who signs in. The password's digest is not part of it. */
export interface Person {
  readonly id: string;
  /** The name or e-mail address that they sign in with, in lower case; unique. */
  readonly login: string;
  readonly name: string;
  readonly role: Role;
  /** The user, as keys and budgets know it, that the person is; of one person at most. */
  readonly userId: string | null;
  /** The team that a team's admin manages. */
  readonly teamId: string | null;
  readonly disabled: boolean;
  readonly hasPassword: boolean;
  /** When they first came in; null: invited so far. */
  readonly joinedAt: number | null;
  readonly signedInAt: number | null;
  readonly createdAt: number;
  /** Counts the changes, from 1. */
  readonly version: number;
}

/** The part of an audit entry that says who changed something and when; what was changed is filled in where it is. */
export type AuditStamp = Pick<AuditEntry, "id" | "at" | "who" | "address" | "requestId">;

/** A person as they are added. */
export type NewPerson = Pick<
  Person,
  "id" | "login" | "name" | "role" | "userId" | "teamId" | "createdAt"
>;

/** The fields of a person that others may change. */
export type PersonChange = Changes<
  Pick<Person, "login" | "name" | "role" | "userId" | "teamId" | "disabled">
>;

/** New values of some fields; absent or undefined: as it is. */
type Changes<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Reasons why a person was not added or changed: nothing was written. */
export type PersonRefusal =
  | "absent"
  | "stale"
  | "last_owner"
  | "login_taken"
  | "user_taken"
  | "heir_absent"
  | "heir_full";

/** The ways in which a session can have begun. */
export const signInMethods = ["password", "invitation", "oidc", "passkey"] as const;
export type SignInMethod = (typeof signInMethods)[number];

/** A one-time link, by the digest of its code. */
export interface Invitation {
  readonly digest: string;
  readonly until: number;
}

/** The way in which an invited person comes in. */
export interface Joining {
  /** The password's digest. */
  readonly password: string;
  /** Null: as it was. */
  readonly login: string | null;
  readonly name: string | null;
}

/** Another password of a person, by its digest. */
export interface PasswordReplacement {
  readonly id: string;
  /** The present digest; null: there is none. */
  readonly from: string | null;
  readonly to: string;
  /** The digest of the session that goes on. */
  readonly keep: string;
}

/** A sign-in that was refused, with the counters that bound how many are written down. */
export interface SignInRefusal {
  /** Null: of no person whom anybody knows. */
  readonly personId: string | null;
  readonly method: SignInMethod;
  /**
   * Of a person, how many refusals of people are written; of nobody, how many addresses that have used up their
   * tries are: it counts where the address's own counter stands at its bound.
   */
  readonly written: TryLimit;
  readonly address: Pick<TryLimit, "name" | "max">;
}

/** A session, by the digest of its id. */
export interface SessionRecord {
  readonly digest: string;
  readonly personId: string;
  readonly method: SignInMethod;
  readonly createdAt: number;
  readonly seenAt: number;
  /** The end that it has however much it is used. */
  readonly until: number;
}

/** A session that stands, and whose it is. */
export interface FoundSession {
  readonly session: SessionRecord;
  readonly person: Person;
}

/** An account at an identity provider that a person signs in with. */
export interface PersonLink {
  readonly issuer: string;
  /** The account's name at the issuer, for good. */
  readonly subject: string;
  readonly personId: string;
  readonly createdAt: number;
}

/** A sign-in that is under way elsewhere, by the digest of the code that the browser holds. */
export interface SignInFlow {
  readonly digest: string;
  /** JSON: what has to be compared when it comes back. */
  readonly value: string;
  readonly until: number;
}

/** A bound on tries to sign in under one name, which stands for an account or an address. */
export interface TryLimit {
  readonly name: string;
  /** When the tries are forgotten, if this is the first. */
  readonly until: number;
  readonly max: number;
}

/** The tries under a name so far, this one included. */
export interface Tries {
  readonly name: string;
  readonly count: number;
  readonly until: number;
}

/** A token for automation; the token itself is known only to its owner. */
export interface AdminTokenRecord {
  readonly id: string;
  readonly name: string;
  /** HMAC-SHA-256 of the token, hex. */
  readonly digest: string;
  /** The last four characters. */
  readonly hint: string;
  readonly role: Role;
  readonly teamId: string | null;
  /** Null: never. */
  readonly expiresAt: number | null;
  readonly createdAt: number;
  readonly version: number;
}

/** The fields of a token that may be changed. */
export type AdminTokenChange = Changes<
  Pick<AdminTokenRecord, "name" | "role" | "teamId" | "expiresAt">
>;

/** The part of the store that has passkeys. */
interface PasskeyStore {
  /** Oldest first. */
  of(personId: string): Promise<Passkey[]>;
  /** A passkey with its person; undefined where the person is disabled. */
  find(id: string): Promise<{ readonly passkey: Passkey; readonly person: Person } | undefined>;
  /** False where the id is taken, or the person has `max` of them. */
  add(passkey: Passkey, max: number, stamp: AuditStamp): Promise<boolean>;
  /** False where the person has none of this id. */
  rename(personId: string, id: string, name: string, stamp: AuditStamp): Promise<boolean>;
  remove(personId: string, id: string, stamp: AuditStamp): Promise<boolean>;
  /** Notes a use. False where the counter has not gone on since: two have the same key, or a signature came twice. */
  use(use: PasskeyUse): Promise<boolean>;
}

/** The part of the store that knows people. */
export interface IdentityStore {
  readonly people: {
    /** Oldest first. */
    all(): Promise<Person[]>;
    get(id: string): Promise<Person | undefined>;
    /** A person and the digest of their password, by login. */
    byLogin(
      login: string,
    ): Promise<{ readonly person: Person; readonly password: string | null } | undefined>;
    add(
      person: NewPerson,
      invitation: Invitation | undefined,
      stamp: AuditStamp,
    ): Promise<Person | PersonRefusal>;
    /**
     * Changes a person whose version is this. Disabling ends the sessions and stops the keys of their user; the
     * last owner who has come in stays an owner, enabled.
     */
    change(
      id: string,
      version: number,
      change: PersonChange,
      stamp: AuditStamp,
    ): Promise<Person | PersonRefusal>;
    /**
     * Removes a person with all that is theirs, but for pictures that they have saved, whose fate is this; keys of their
     * user stay stopped until another person is that user. Returns how many pictures those are.
     */
    remove(
      id: string,
      version: number,
      fate: SavedFate,
      stamp: AuditStamp,
    ): Promise<PersonRefusal | number>;
    /** Writes a new digest of the same password. */
    upgradePassword(id: string, from: string, to: string): Promise<void>;
    /** Sets another password and ends all sessions but one; false where `from` is not the present digest. */
    changePassword(change: PasswordReplacement, stamp: AuditStamp): Promise<boolean>;
    /** The users whose keys are stopped with their person. */
    stoppedUsers(): Promise<string[]>;
    /** True where nobody is known yet. */
    none(): Promise<boolean>;
  };
  readonly invitations: {
    /** Puts a new one in the place of the person's last. False where there is no such person. */
    make(personId: string, invitation: Invitation, stamp: AuditStamp): Promise<boolean>;
    find(digest: string, now: number): Promise<Person | undefined>;
    /** Uses an invitation up: sets the password, ends all sessions. Undefined where it does not stand any more. */
    take(
      digest: string,
      now: number,
      joining: Joining,
      stamp: AuditStamp,
    ): Promise<Person | "login_taken" | undefined>;
  };
  readonly sessions: {
    /** False where the person is gone or disabled. */
    begin(session: SessionRecord, stamp: AuditStamp): Promise<boolean>;
    /** A session that has not ended and was seen after `idleSince`, of a person who is not disabled. */
    find(digest: string, now: number, idleSince: number): Promise<FoundSession | undefined>;
    seen(digest: string, at: number): Promise<void>;
    /** Ends one; of one that has ended already nothing is written down. */
    end(digest: string, stamp: AuditStamp): Promise<void>;
    /** Writes down that a sign-in was refused, unless so many have been that they would drown the audit. */
    refuse(refusal: SignInRefusal, stamp: AuditStamp): Promise<void>;
    endAll(personId: string): Promise<void>;
    /** Forgets what has ended: sessions, invitations, tries. */
    sweep(now: number, idleSince: number): Promise<void>;
  };
  readonly links: {
    person(issuer: string, subject: string): Promise<Person | undefined>;
    /** False where the account is linked already, or the person to another account of the issuer. */
    add(link: PersonLink, stamp: AuditStamp): Promise<boolean>;
    /** Adds a person with their account; of two at once one adds it and both get it. */
    addPerson(
      person: NewPerson,
      link: PersonLink,
      stamp: AuditStamp,
    ): Promise<Person | PersonRefusal>;
  };
  readonly passkeys: PasskeyStore;
  readonly flows: {
    begin(flow: SignInFlow): Promise<void>;
    /** The value, once. */
    take(digest: string, now: number): Promise<string | undefined>;
  };
  readonly tries: {
    /** Counts one more try under each name, in one commit, as far as the first whose limit is passed, which is returned. */
    count(limits: readonly TryLimit[], now: number): Promise<Tries | undefined>;
    /** Forgets the tries under `forgotten`, and takes one back under `returned`. */
    forgive(forgotten: string, returned: readonly string[]): Promise<void>;
  };
  readonly tokens: {
    /** Oldest first. */
    all(): Promise<AdminTokenRecord[]>;
    get(id: string): Promise<AdminTokenRecord | undefined>;
    byDigest(digest: string): Promise<AdminTokenRecord | undefined>;
    /** Puts another digest of the same token in the place of one; nothing happens where another was there. */
    redigest(id: string, from: string, to: string): Promise<void>;
    add(token: AdminTokenRecord, stamp: AuditStamp): Promise<void>;
    change(
      id: string,
      version: number,
      change: AdminTokenChange,
      stamp: AuditStamp,
    ): Promise<AdminTokenRecord | "absent" | "stale">;
    remove(id: string, version: number, stamp: AuditStamp): Promise<"absent" | "stale" | undefined>;
  };
}
