import type { AdminTokenRecord, NewPerson, Person, SessionRecord } from "./identity-records.ts";
import type { Passkey } from "./passkey-records.ts";
import { listOf, text } from "./shape.ts";
import type { Tables } from "./tables.ts";

/** Rows of people, sessions and tokens to records and back. */

export function personFromRow(row: Tables["people"]): Person {
  return {
    id: row.id,
    login: row.login,
    name: row.name,
    role: row.role,
    userId: row.user_id,
    teamId: row.team_id,
    disabled: row.disabled === 1,
    hasPassword: row.password !== null,
    joinedAt: row.joined_at,
    signedInAt: row.signed_in_at,
    createdAt: row.created_at,
    version: row.version,
  };
}

export function rowFromPerson(person: NewPerson): Tables["people"] {
  return {
    id: person.id,
    login: person.login,
    name: person.name,
    role: person.role,
    user_id: person.userId,
    team_id: person.teamId,
    disabled: 0,
    password: null,
    joined_at: null,
    signed_in_at: null,
    created_at: person.createdAt,
    version: 1,
  };
}

export function passkeyFromRow(row: Tables["passkeys"]): Passkey {
  return {
    id: row.id,
    personId: row.person_id,
    name: row.name,
    publicKey: row.public_key,
    counter: row.counter,
    device: row.device,
    backedUp: row.backed_up === 1,
    transports: listOf(text).parse(JSON.parse(row.transports)),
    createdAt: row.created_at,
    usedAt: row.used_at,
  };
}

export function rowFromPasskey(passkey: Passkey): Tables["passkeys"] {
  return {
    id: passkey.id,
    person_id: passkey.personId,
    name: passkey.name,
    public_key: passkey.publicKey,
    counter: passkey.counter,
    device: passkey.device,
    backed_up: passkey.backedUp ? 1 : 0,
    transports: JSON.stringify(passkey.transports),
    created_at: passkey.createdAt,
    used_at: passkey.usedAt,
  };
}

export function sessionFromRow(row: Tables["sessions"]): SessionRecord {
  return {
    digest: row.digest,
    personId: row.person_id,
    method: row.method,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    until: row.until,
  };
}

export function tokenFromRow(row: Tables["admin_tokens"]): AdminTokenRecord {
  return {
    id: row.id,
    name: row.name,
    digest: row.digest,
    hint: row.hint,
    role: row.role,
    teamId: row.team_id,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    version: row.version,
  };
}

export function rowFromToken(token: AdminTokenRecord): Tables["admin_tokens"] {
  return {
    id: token.id,
    name: token.name,
    digest: token.digest,
    hint: token.hint,
    role: token.role,
    team_id: token.teamId,
    expires_at: token.expiresAt,
    created_at: token.createdAt,
    version: token.version,
  };
}
