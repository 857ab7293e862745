import type { Person } from "../store/identity-records.ts";
import { codeDigest } from "./codes.ts";
import { PinholeError } from "../core/errors.ts";
import { type OidcProvider, type OidcSignIn, createOidc } from "./oidc.ts";
import type { OidcSettings } from "./oidc-settings.ts";
import { createPasswords } from "./passwords.ts";
import { type People, createPeople, refused } from "./people.ts";
import type { IdentityPorts } from "./ports.ts";
import {
  type PresentedSession,
  type Sessions,
  type SignedIn,
  createSessions,
  signInFailed,
} from "./sessions.ts";
import { type AdminTokens, createAdminTokens } from "./tokens.ts";
import { createTryLimits } from "./tries.ts";

export type { IdentityPorts } from "./ports.ts";
export type { OidcProvider, OidcSignIn } from "./oidc.ts";
export type { AdminTokenRecord as AdminToken, Person } from "../store/identity-records.ts";
export type { OneTimeCode, People } from "./people.ts";
export type { AdminTokens } from "./tokens.ts";
export type { PresentedSession, Sessions, SignedIn };

/** People who sign in, their sessions and the tokens of automation. */
export interface Identity {
  readonly people: People;
  readonly tokens: AdminTokens;
  readonly sessions: Sessions;
  /** Signing in at an identity provider; undefined where the operator named none. */
  readonly oidc: (OidcSignIn & Pick<OidcSettings, "name">) | undefined;
  /** Begins a session by login and password. Throws sign_in_failed, too_many_sign_ins or overloaded. */
  signIn(wanted: PasswordSignIn): Promise<SignedIn>;
  /** The person whom a one-time code stands for. Throws invitation_not_valid. */
  invited(code: string, address: string): Promise<Person>;
  /** Uses a one-time code up: sets the password and begins a session. */
  accept(wanted: Acceptance): Promise<SignedIn>;
  /** Sets another password and ends all other sessions of the person. Throws sign_in_failed where the present one is wrong. */
  changePassword(of: PresentedSession, change: PasswordChange): Promise<void>;
}

export interface PasswordSignIn {
  readonly login: string;
  readonly password: string;
  /** The client's, for the limits on guessing. */
  readonly address: string;
}

export interface Acceptance {
  readonly code: string;
  readonly password: string;
  /** Undefined: as the invitation has it. Owners alone choose their login. */
  readonly login: string | undefined;
  readonly name: string | undefined;
  readonly address: string;
}

export interface PasswordChange {
  /** Null where the person has none yet. */
  readonly present: string | null;
  readonly next: string;
  readonly address: string;
}

/** Opens identity on a store. */
export function createIdentity(ports: IdentityPorts, provider?: OidcProvider): Identity {
  const { store, now } = ports;
  const passwords = createPasswords(ports.randomBytes, ports.passwordCost);
  const sessions = createSessions(ports);
  const tries = createTryLimits(ports);
  return {
    people: createPeople(ports),
    tokens: createAdminTokens(ports),
    sessions,
    oidc: provider && { ...createOidc(ports, sessions, provider), name: provider.settings.name },
    async signIn({ login, password, address }) {
      const account = loginOf(login);
      await tries.begin(account, address);
      const known = await store.people.byLogin(account);
      const digest = known?.password ?? null;
      // As long for those who are unknown or disabled, so that the time tells nobody who is known.
      const verdict = await passwords.check(password, digest);
      if (known === undefined || digest === null || verdict === "wrong") throw signInFailed();
      const signedIn = await sessions.begin(known.person, "password");
      await tries.succeeded(account, address);
      if (verdict === "outdated")
        await store.people.upgradePassword(known.person.id, digest, await passwords.hash(password));
      return signedIn;
    },
    async invited(code, address) {
      await tries.begin(code, address);
      const digest = codeDigest(code);
      const person = digest && (await store.invitations.find(digest, now()));
      if (!person) throw invitationNotValid();
      await tries.succeeded(code, address);
      return person;
    },
    async accept({ code, password, login, name, address }) {
      await tries.begin(code, address);
      const digest = codeDigest(code);
      const invited = digest && (await store.invitations.find(digest, now()));
      if (!invited) throw invitationNotValid();
      const wanted = login === undefined ? invited.login : loginOf(login);
      requireOwnLogin(invited, wanted);
      requireGoodPassword(password, wanted);
      const joining = {
        password: await passwords.hash(password),
        login: wanted,
        name: name ?? null,
      };
      const person = await store.invitations.take(digest, now(), joining);
      if (person === undefined) throw invitationNotValid();
      if (person === "login_taken") throw refused(person);
      await tries.succeeded(code, address);
      return sessions.begin(person, "invitation");
    },
    async changePassword({ person, session }, { present, next, address }) {
      requireGoodPassword(next, person.login);
      await tries.begin(person.login, address);
      const digest = (await store.people.byLogin(person.login))?.password ?? null;
      if (digest !== null && (await passwords.check(present ?? "", digest)) === "wrong")
        throw signInFailed();
      const made = await passwords.hash(next);
      if (!(await store.people.changePassword(person.id, digest, made, session.digest)))
        throw signInFailed();
      await tries.succeeded(person.login, address);
    },
  };
}

/** A login as it is kept: e-mail addresses and names are the same in capitals. */
export function loginOf(text: string): string {
  return text.trim().normalize("NFC").toLowerCase();
}

const passwordCharactersMin = 12;
/** Longer ones are a way to make work, not a better password. */
const passwordCharactersMax = 256;
/** Different characters that a password needs: `aaaaaaaaaaaa` is long and no password. */
const differentMin = 5;

function requireGoodPassword(password: string, login: string): void {
  const characters = [...password.normalize("NFC")];
  const fault =
    characters.length < passwordCharactersMin || characters.length > passwordCharactersMax
      ? `must have ${passwordCharactersMin} to ${passwordCharactersMax} characters`
      : new Set(characters).size < differentMin
        ? `must have at least ${differentMin} different characters`
        : loginOf(password) === login
          ? "must not be the name that you sign in with"
          : undefined;
  if (fault === undefined) return;
  throw new PinholeError("invalid_value", { message: `The password ${fault}.`, param: "password" });
}

/** Signing in at the company's own place may find a person by their login, so it is not theirs to choose. */
function requireOwnLogin(invited: Person, login: string): void {
  if (login === "")
    throw new PinholeError("invalid_value", { message: "`login` is empty.", param: "login" });
  if (login === invited.login || invited.role === "owner") return;
  throw new PinholeError("role_not_allowed", {
    message:
      "Only owners choose their own `login`; leave it out, or ask an owner or admin to change it.",
    param: "login",
  });
}

function invitationNotValid(): PinholeError {
  return new PinholeError("invitation_not_valid", {
    message:
      "This one-time link has been used, has expired or was replaced by a newer one; ask an owner or admin for another.",
  });
}
