import type { Secret } from "./secret.ts";

/** A server that speaks Redis's protocol, or several of them, and the way there. */
export interface RedisServer {
  /** `single`: one server. `sentinel`: the hosts are sentinels, which know the server. `cluster`: the hosts are some of a cluster's. */
  readonly mode: "single" | "sentinel" | "cluster";
  readonly isTls: boolean;
  /** At least one. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  /** A user of the server's access list; undefined: the default one. */
  readonly user: string | undefined;
  readonly password: Secret | undefined;
  /** The database's number; 0 in a cluster. */
  readonly database: number;
  /** The sentinels' name for the server. */
  readonly master: string;
  /** Undefined: sentinels ask for none. */
  readonly sentinelUser: string | undefined;
  readonly sentinelPassword: Secret | undefined;
  /** Milliseconds that anybody waits for an answer. */
  readonly timeoutMs: number;
  /** The beginning of all keys: gateways that share it count together. */
  readonly prefix: string;
}
