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
