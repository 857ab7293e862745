import type { Role } from "../core/role.ts";
import type { Secret } from "../core/secret.ts";

/** The identity provider that an operator configured. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client. */
  readonly clientSecret: Secret | undefined;
  /** For the button of the sign-in page. */
  readonly name: string;
  readonly scopes: readonly string[];
  /** Dots lead into groups. */
  readonly roleClaim: string;
  /** Values of the claim by role, the role that counts first at the beginning. */
  readonly roles: readonly (readonly [Role, readonly string[]])[];
  /** Of people whom no value names; undefined: they do not come in. */
  readonly defaultRole: Role | undefined;
  readonly teamClaim: string | undefined;
  readonly linkByEmail: boolean;
}

/** A `fetch` for one service, as app hands it in: through the guard, the proxy and the operator's certificates. */
export type ProviderFetch = (
  url: string,
  options: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: unknown;
    readonly signal?: AbortSignal;
  },
) => Promise<Response>;
