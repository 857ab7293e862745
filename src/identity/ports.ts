import type { GatewayLog } from "../core/log.ts";
import type { IdentityStore } from "../store/identity-records.ts";
import type { PasswordCost } from "./passwords.ts";

/** The request by which somebody comes in, for the audit and for the limits on guessing. */
export interface Origin {
  /** The client's. */
  readonly address: string;
  readonly requestId: string;
}

/** The world that identity works in. */
export interface IdentityPorts {
  readonly store: IdentityStore;
  readonly log: GatewayLog;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly newId: (prefix: string) => string;
  /** Bytes for session ids, codes and salts. */
  readonly randomBytes: (count: number) => Buffer;
  /** The key of all digests of tokens. */
  readonly pepper: Buffer;
  /** The pepper of the secret of before, while a change of secrets is under way. */
  readonly previousPepper?: Buffer | undefined;
  /** Of new digests of passwords; the usual one unless given. */
  readonly passwordCost?: PasswordCost | undefined;
}
