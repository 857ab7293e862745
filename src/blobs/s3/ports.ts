import type { GatewayLog } from "../../core/log.ts";
import type { S3Http } from "./http.ts";
import type { Credentials } from "./sign.ts";

/** The world as a bucket's store needs it. */
export interface S3Ports {
  readonly http: S3Http;
  /** The machine's clock, Unix milliseconds: signatures have its time. */
  readonly now: () => number;
  /** Milliseconds since the process began: never goes back. */
  readonly uptime: () => number;
  /** Resolves after so many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
  /** From 0 (inclusive) to 1 (exclusive). Spreads what is tried again. */
  readonly random: () => number;
  readonly log: GatewayLog;
}

/** The parts that asking for credentials needs. */
export type CredentialPorts = Pick<S3Ports, "http" | "now" | "log">;

/** The source of credentials, which may change while the gateway runs. */
export interface CredentialSource {
  /** Gives those that are good now. Rejects where there are none. */
  current(): Promise<Credentials>;
  /** Asks for others where these were refused; false where there can be no others. */
  renew(refused: Credentials): Promise<boolean>;
}
