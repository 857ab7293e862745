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
