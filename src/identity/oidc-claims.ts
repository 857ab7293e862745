import type { Role } from "../core/role.ts";
import type { OidcSettings } from "./oidc-settings.ts";

/** The claims of an account: all that an identity provider says of it. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

/** The rights that claims give. */
export interface Admission {
  readonly role: Role;
  /** Of a team's admin; null for all others. */
  readonly teamId: string | null;
}

/** Undefined where the claims give no role. */
export function admissionOf(settings: OidcSettings, claims: Claims): Admission | undefined {
  const values = new Set(textsAt(claims, settings.roleClaim));
  const named = settings.roles.find(([, wanted]) => wanted.some((value) => values.has(value)));
  const role = named?.[0] ?? settings.defaultRole;
  if (role === undefined) return undefined;
  if (role !== "team_admin") return { role, teamId: null };
  const [team] = settings.teamClaim === undefined ? [] : textsAt(claims, settings.teamClaim);
  return team === undefined ? undefined : { role, teamId: team };
}

/** A claim that is a text or a list of texts. */
function textsAt(claims: Claims, path: string): string[] {
  const value = valueAt(claims, path);
  return [value].flat().filter((one) => typeof one === "string");
}

/** The claim of that very name, or, where there is none, the one that its dots lead to: names of claims may be URLs. */
function valueAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const step of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step))
      return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}

/** A claim that is a text. */
export function textAt(claims: Claims, name: string): string | undefined {
  const value = claims[name];
  return typeof value === "string" && value.trim() !== "" ? value.trim().slice(0, 200) : undefined;
}

/** The e-mail address that the provider says it has verified; an address that is only said is nobody's proof. */
export function verifiedEmail(claims: Claims): string | undefined {
  return claims["email_verified"] === true ? textAt(claims, "email")?.toLowerCase() : undefined;
}
