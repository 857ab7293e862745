import type { AuditEntry } from "../core/audit.ts";
import type { AdminTokenRecord, AuditStamp, Person } from "./identity-records.ts";

type Action = "create" | "change" | "delete";

/** A change of a person as the audit has it, in the words of the admin API. */
export function personEntry(
  stamp: AuditStamp,
  action: Action,
  before: Person | undefined,
  after: Person | undefined,
): AuditEntry {
  const resourceId = (after ?? before)?.id ?? "";
  const texts = { before: shown(before, personShown), after: shown(after, personShown) };
  return { ...stamp, action, resource: "person", resourceId, ...texts };
}

/** A new one-time link; its code is known to nobody here. */
export function invitationEntry(stamp: AuditStamp, personId: string): AuditEntry {
  const texts = { before: null, after: null };
  return { ...stamp, action: "invite", resource: "person", resourceId: personId, ...texts };
}

/** A change of a token as the audit has it, without the token's digest. */
export function tokenEntry(
  stamp: AuditStamp,
  action: Action,
  before: AdminTokenRecord | undefined,
  after: AdminTokenRecord | undefined,
): AuditEntry {
  const resourceId = (after ?? before)?.id ?? "";
  const texts = { before: shown(before, tokenShown), after: shown(after, tokenShown) };
  return { ...stamp, action, resource: "token", resourceId, ...texts };
}

function shown<T>(record: T | undefined, show: (record: T) => object): string | null {
  return record === undefined ? null : JSON.stringify(show(record));
}

function personShown({ login, name, role, userId, teamId, disabled }: Person): object {
  return { login, name, role, user: userId, team: teamId, disabled };
}

function tokenShown({ name, hint, role, teamId, expiresAt }: AdminTokenRecord): object {
  const end = expiresAt === null ? null : new Date(expiresAt).toISOString();
  return { name, hint, role, team: teamId, expires_at: end };
}
