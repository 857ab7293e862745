import { queryOptions } from "@tanstack/react-query";
import { ApiError, ask } from "./ask.ts";

/** The roles of people, from the one that may everything to the one that makes pictures only. */
export type Role = "owner" | "admin" | "operator" | "viewer" | "team_admin" | "key_holder";

/** The person who is signed in. */
export interface Session {
  readonly caller: {
    readonly kind: "environment" | "token" | "person";
    readonly id: string;
    readonly name: string;
    readonly role: Role;
    readonly user: string | null;
    readonly team: string | null;
  };
  readonly login: string | null;
  readonly has_password: boolean | null;
}

/** The person that a one-time link is for. */
export interface Invitation {
  readonly login: string;
  readonly name: string;
  readonly role: Role;
}

/** The session of this browser; null where nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  async queryFn(): Promise<Session | null> {
    try {
      return await ask<Session>("GET", "/admin/v1/session");
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.status === 401) return null;
      throw thrown;
    }
  },
  staleTime: 60_000,
});

/** The ways in which people can sign in here. */
export interface SignInWays {
  /** False: the gateway is open by an address, and passkeys are for names. */
  readonly passkeys: boolean;
  /** The identity provider: the words of its button, and where it leads. */
  readonly oidc?: { readonly name: string; readonly path: string } | null;
}

export const signInWaysQuery = queryOptions({
  queryKey: ["sign-in"],
  queryFn: () => ask<SignInWays>("GET", "/admin/v1/sign-in"),
  staleTime: 60_000,
});

export const signIn = (login: string, password: string): Promise<Session> =>
  ask("POST", "/admin/v1/session", { body: { login, password } });

export const signOut = (): Promise<void> => ask("DELETE", "/admin/v1/session");

/** Changes the person's own password; all their other sessions end. `present`: null where there is none yet. */
export const changePassword = (input: {
  readonly present: string | null;
  readonly password: string;
}): Promise<Session> => ask("PUT", "/admin/v1/session/password", { body: input });

export const checkInvitation = (code: string): Promise<Invitation> =>
  ask("POST", "/admin/v1/invitation/check", { body: { code } });

export const acceptInvitation = (input: {
  readonly code: string;
  readonly password: string;
  readonly name?: string;
  readonly login?: string;
}): Promise<Session> => ask("POST", "/admin/v1/invitation", { body: input });
