import type { AuditEntry } from "../core/audit.ts";
import type {
  AdminTokenRecord,
  AuditStamp,
  Person,
  PersonLink,
  SessionRecord,
  SignInMethod,
} from "./identity-records.ts";

import type { SavedFate } from "./gallery-records.ts";
import type { Passkey } from "./passkey-records.ts";

type Action = "create" | "change" | "delete" | "join";

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

/** The removal of a person, with the fate of what they had saved. */
export function removalEntry(
  stamp: AuditStamp,
  person: Person,
  fate: SavedFate,
  pictures: number,
): AuditEntry {
  const left =
    fate.become === "hand_over"
      ? { become: fate.become, to: fate.to }
      : { become: fate.become, until: new Date(fate.endsAt).toISOString() };
  const after = pictures === 0 ? null : JSON.stringify({ saved_pictures: { pictures, ...left } });
  return { ...personEntry(stamp, "delete", person, undefined), after };
}

/** Another password of a person; neither it nor its digest is told. */
export function passwordEntry(stamp: AuditStamp, personId: string, hadOne: boolean): AuditEntry {
  const texts = {
    before: JSON.stringify({ has_password: hadOne }),
    after: JSON.stringify({ has_password: true }),
  };
  return {
    ...stamp,
    action: "change_password",
    resource: "person",
    resourceId: personId,
    ...texts,
  };
}

/** An account at an identity provider that a person signs in with from now on. */
export function linkEntry(stamp: AuditStamp, { issuer, personId }: PersonLink): AuditEntry {
  const texts = { before: null, after: JSON.stringify({ issuer }) };
  return { ...stamp, action: "link", resource: "person", resourceId: personId, ...texts };
}

/** The beginning or the end of a session, by the person whose it is; its id and digest are told to nobody. */
export function sessionEntry(
  stamp: AuditStamp,
  action: "sign_in" | "sign_out",
  { personId, method }: Pick<SessionRecord, "personId" | "method">,
): AuditEntry {
  const texts = { before: null, after: JSON.stringify({ method }) };
  return { ...stamp, action, resource: "session", resourceId: personId, ...texts };
}

/** A sign-in that was refused. Nobody: an account that there is not, of which nothing is told, since people type passwords there. */
export function refusalEntry(
  stamp: AuditStamp,
  personId: string | null,
  method: SignInMethod,
): AuditEntry {
  const texts = { before: null, after: JSON.stringify({ method }) };
  const resourceId = personId ?? "unknown";
  return { ...stamp, action: "refuse_sign_in", resource: "session", resourceId, ...texts };
}

/** A change of a person's passkey; what it opens with is told to nobody. */
export function passkeyEntry(
  stamp: AuditStamp,
  action: "create" | "change" | "delete",
  before: Passkey | undefined,
  after: Passkey | undefined,
): AuditEntry {
  const resourceId = (after ?? before)?.id ?? "";
  const texts = { before: shown(before, passkeyShown), after: shown(after, passkeyShown) };
  return { ...stamp, action, resource: "passkey", resourceId, ...texts };
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

function passkeyShown({ personId, name, device, backedUp }: Passkey): object {
  return { person: personId, name, device, backed_up: backedUp };
}

function tokenShown({ name, hint, role, teamId, expiresAt }: AdminTokenRecord): object {
  const end = expiresAt === null ? null : new Date(expiresAt).toISOString();
  return { name, hint, role, team: teamId, expires_at: end };
}
