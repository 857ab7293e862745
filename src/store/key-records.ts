/** The secret that a rotation puts in the place of a key's own. Times are Unix milliseconds. */
export interface NewSecret {
  readonly digest: string;
  readonly hint: string;
  /** The one before is refused from then on. */
  readonly oldUntil: number;
}

/** The last use of a secret that a rotation has replaced. */
export interface SecretUse {
  readonly keyId: string;
  readonly digest: string;
  readonly at: number;
}

/** A page of keys in the order of their ids. */
export interface KeyPage {
  /** The id after which it begins; empty: at the first. */
  readonly after: string;
  readonly limit: number;
  /** True: tombstones too. */
  readonly removed: boolean;
  /** Null: whoever's. */
  readonly userId: string | null;
  readonly teamId: string | null;
}
