import { roles } from "../core/role.ts";
import type { FileSettings } from "./schema.ts";
import type { OidcConfig } from "./types.ts";

/** The identity provider as the file has it; undefined: none. */
export function oidcOf(written: FileSettings["oidc"]): OidcConfig | undefined {
  // A schema that refuses an empty issuer has read it.
  if (written?.issuer === undefined) return undefined;
  const scopes = written.scopes.includes("openid") ? written.scopes : ["openid", ...written.scopes];
  return {
    issuer: written.issuer,
    clientId: written.client_id,
    clientSecret: written.client_secret,
    name: written.name,
    scopes,
    roleClaim: written.role_claim,
    roles: roles.flatMap((role) => {
      const values = written.roles[role];
      return values === undefined ? [] : [[role, values] as const];
    }),
    defaultRole: written.default_role,
    teamClaim: written.team_claim,
    linkByEmail: written.link_by_email,
  };
}
