import type { Person, SignInMethod } from "../store/identity-records.ts";
import type { PinholeError } from "../core/errors.ts";
import { type OidcProvider, type OidcSignIn, createOidc } from "./oidc.ts";
import type { OidcSettings } from "./oidc-settings.ts";
import { createOneTimeLinks, type OneTimeLinks } from "./one-time-links.ts";
import { createPasskeys, type Passkeys } from "./passkeys.ts";
import { createPasswords } from "./passwords.ts";
import { loginOf, requireGoodPassword } from "./password-rules.ts";
import { type People, createPeople } from "./people.ts";
import type { IdentityPorts, Origin } from "./ports.ts";
import {
  type PresentedSession,
  type Sessions,
  type SignedIn,
  createSessions,
  signInFailed,
} from "./sessions.ts";
import { type AdminTokens, createAdminTokens } from "./tokens.ts";
import { arrivalStamp } from "./stamps.ts";
import { createTryLimits } from "./tries.ts";

export type { IdentityPorts, Origin } from "./ports.ts";
export type { OidcProvider, OidcSignIn } from "./oidc.ts";
export type { AdminTokenRecord as AdminToken, Person } from "../store/identity-records.ts";
export { loginOf } from "./password-rules.ts";
export type { PasskeyPlace } from "./passkeys.ts";
export type { Passkey } from "../store/passkey-records.ts";
export type { OneTimeCode, People } from "./people.ts";
export type { AdminTokens } from "./tokens.ts";
export type { PresentedSession, Sessions, SignedIn };

/** People who sign in, their sessions and the tokens of automation. */
export interface Identity extends OneTimeLinks {
  readonly people: People;
  readonly tokens: AdminTokens;
  readonly sessions: Sessions;
  readonly passkeys: Passkeys;
  /** Signing in at an identity provider; undefined where the operator named none. */
  readonly oidc: (OidcSignIn & Pick<OidcSettings, "name">) | undefined;
  /** Begins a session by login and password. Throws sign_in_failed, too_many_sign_ins or overloaded. */
  signIn(wanted: PasswordSignIn): Promise<SignedIn>;
  /** Sets another password and ends all other sessions of the person. Throws sign_in_failed where the present one is wrong. */
  changePassword(of: PresentedSession, change: PasswordChange): Promise<void>;
}

export interface PasswordSignIn {
  readonly login: string;
  readonly password: string;
  readonly from: Origin;
}

export interface PasswordChange {
  /** Null where the person has none yet. */
  readonly present: string | null;
  readonly next: string;
  readonly from: Origin;
}

/** Opens identity on a store. */
export function createIdentity(ports: IdentityPorts, provider?: OidcProvider): Identity {
  const { store } = ports;
  const passwords = createPasswords(ports.randomBytes, ports.passwordCost);
  const sessions = createSessions(ports);
  const tries = createTryLimits(ports);
  /** The refusal of a sign-in, which is written down. */
  const failed = async (
    person: Person | undefined,
    method: SignInMethod,
    from: Origin,
  ): Promise<PinholeError> => {
    await tries.refused({ person, method, from });
    return signInFailed();
  };
  /** Throws sign_in_failed where the person has this password not. */
  const checkPassword = async (
    { person }: PresentedSession,
    password: string,
    from: Origin,
  ): Promise<void> => {
    await tries.begin(person.login, from.address);
    const digest = (await store.people.byLogin(person.login))?.password ?? null;
    if ((await passwords.check(password, digest)) === "wrong")
      throw await failed(person, "password", from);
    await tries.succeeded(person.login, from.address);
  };
  return {
    people: createPeople(ports),
    passkeys: createPasskeys(ports, { sessions, tries, checkPassword }),
    tokens: createAdminTokens(ports),
    sessions,
    oidc: provider && { ...createOidc(ports, sessions, provider), name: provider.settings.name },
    async signIn({ login, password, from }) {
      const account = loginOf(login);
      await tries.begin(account, from.address);
      const known = await store.people.byLogin(account);
      const digest = known?.password ?? null;
      // As long for those who are unknown or disabled, so that the time tells nobody who is known.
      const verdict = await passwords.check(password, digest);
      if (known === undefined || digest === null || verdict === "wrong")
        throw await failed(known?.person, "password", from);
      const signedIn = await sessions.begin(known.person, "password", from);
      await tries.succeeded(account, from.address);
      if (verdict === "outdated")
        await store.people.upgradePassword(known.person.id, digest, await passwords.hash(password));
      return signedIn;
    },
    ...createOneTimeLinks(ports, { passwords, sessions, tries }),
    async changePassword({ person, session }, { present, next, from }) {
      requireGoodPassword(next, person.login);
      await tries.begin(person.login, from.address);
      const digest = (await store.people.byLogin(person.login))?.password ?? null;
      if (digest !== null && (await passwords.check(present ?? "", digest)) === "wrong")
        throw await failed(person, "password", from);
      const made = await passwords.hash(next);
      const change = { id: person.id, from: digest, to: made, keep: session.digest };
      const stamp = arrivalStamp(ports, from, `person ${person.id}`);
      if (!(await store.people.changePassword(change, stamp)))
        throw await failed(person, "password", from);
      await tries.succeeded(person.login, from.address);
    },
  };
}
