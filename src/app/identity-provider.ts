import type { Config } from "../config.ts";
import type { OidcProvider } from "../identity/identity.ts";
import type { Egress } from "../net/egress.ts";

/** The identity provider of the configuration, reached as the operator's rules say; undefined: none. */
export function identityProvider(
  { oidc }: Config,
  egress: Pick<Egress, "fetchFor">,
): OidcProvider | undefined {
  return oidc && { settings: oidc, fetch: egress.fetchFor(new URL(oidc.issuer)) };
}
