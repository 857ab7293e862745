export type { RequestRecord } from "../store/request-records.ts";
import type { Spools } from "../pictures/spool.ts";
import type { KeyRing } from "./keys/key-ring.ts";
import type { RequestParts } from "./requests/parts.ts";

/** Everything the use cases work with, composed once in app.ts. */
export interface GatewayParts extends RequestParts {
  readonly keys: KeyRing;
  readonly spools: Spools;
}
