/**
 * Roles of those who administer, the widest first.
 * - `owner`: everything, other owners included.
 * - `admin`: everything but owners.
 * - `operator`: channels, models, requests, notices and usage.
 * - `viewer`: the same to read, and makes nothing.
 * - `team_admin`: keys and budgets of one team.
 * - `key_holder`: own pictures, requests and usage.
 */
export const roles = ["owner", "admin", "operator", "viewer", "team_admin", "key_holder"] as const;

export type Role = (typeof roles)[number];

/** The one who changes something: who it is, and the request that it came with. */
export interface Actor extends Caller {
  /** The client's; null: the gateway itself. */
  readonly address: string | null;
  readonly requestId: string | null;
}

/** The one who asks for something of the administration, for rights, queries and the audit. */
export interface Caller {
  /** `environment`: the admin token of the installation itself. */
  readonly kind: "environment" | "token" | "person";
  /** Of the token or the person; `environment` for the installation's. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** The user, as keys and budgets know it, that the person is; null: none. */
  readonly userId: string | null;
  /** The team of a team's admin; null for all others. */
  readonly teamId: string | null;
}

/**
 * The part of keys, their owners, requests and usage that a caller may see.
 * - `all`: everything.
 * - `team`: the team, its users, and the keys of both.
 * - `person`: the keys of the user that the person is, and what the person made in the console.
 */
export type Scope =
  | { readonly of: "all" }
  | { readonly of: "team"; readonly teamId: string }
  | { readonly of: "person"; readonly personId: string; readonly userId: string | null };

/**
 * The prompts and pictures that those who watch requests are shown:
 * - `all`: everybody's.
 * - `team`: those of the watcher's own team, and their own.
 * - `own`: their own alone.
 */
export const sights = ["all", "team", "own"] as const;

export type Sight = (typeof sights)[number];

/** The id of no team: whoever is confined to it sees nothing. */
const noTeam = "";

/** The scope that a caller's role gives. */
export function scopeOf({ role, id, userId, teamId }: Caller): Scope {
  if (role === "team_admin") return { of: "team", teamId: teamId ?? noTeam };
  return role === "key_holder" ? { of: "person", personId: id, userId } : { of: "all" };
}

/** The team that a scope is confined to where keys and their owners are managed; null: all. A person by themselves manages none. */
export function managedTeam(scope: Scope): string | null {
  if (scope.of === "all") return null;
  return scope.of === "team" ? scope.teamId : noTeam;
}
