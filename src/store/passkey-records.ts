import type { AuditStamp, Person } from "./identity-records.ts";

/** The places of a passkey: one device, or several that its maker keeps alike. */
export const passkeyDevices = ["single", "several"] as const;

/** A passkey of a person: the public half of a key that an authenticator holds. */
export interface Passkey {
  /** The credential's id as the authenticator gave it, base64url. */
  readonly id: string;
  readonly personId: string;
  /** The person's own word for it. */
  readonly name: string;
  /** COSE, base64url. */
  readonly publicKey: string;
  /** The signatures that the authenticator has counted; 0: it counts none. */
  readonly counter: number;
  readonly device: (typeof passkeyDevices)[number];
  /** True: its maker has a copy of it. */
  readonly backedUp: boolean;
  /** The ways to reach the authenticator, for the browser. */
  readonly transports: readonly string[];
  readonly createdAt: number;
  readonly usedAt: number | null;
}

/** The facts that a signature brings. */
export interface PasskeyUse {
  readonly id: string;
  readonly counter: number;
  readonly backedUp: boolean;
  readonly at: number;
}

/** The part of the store that has passkeys. */
export interface PasskeyStore {
  /** Oldest first. */
  of(personId: string): Promise<Passkey[]>;
  /** A passkey with its person; undefined where the person is disabled. */
  find(id: string): Promise<{ readonly passkey: Passkey; readonly person: Person } | undefined>;
  /** False where the id is taken, or the person has `max` of them. */
  add(passkey: Passkey, max: number, stamp: AuditStamp): Promise<boolean>;
  /** False where the person has none of this id. */
  rename(personId: string, id: string, name: string, stamp: AuditStamp): Promise<boolean>;
  remove(personId: string, id: string, stamp: AuditStamp): Promise<boolean>;
  /** Notes a use. False where the counter has not gone on since: two have the same key, or a signature came twice. */
  use(use: PasskeyUse): Promise<boolean>;
}
