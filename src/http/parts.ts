import type { KeyAdministration } from "../gateway/administration/keys.ts";
import type { GatewayParts } from "../gateway/gateway.ts";
import type { Admission } from "../gateway/limits/admission.ts";
import type { ClientWatch } from "./server/client-watch.ts";

/** What the listening side works with, composed in app.ts. */
export interface HttpParts {
  readonly gateway: GatewayParts;
  readonly admission: Admission;
  /** As the configuration last read has it. */
  readonly defaultModel: () => string | undefined;
  /** Undefined: URLs are built from the request's Host. */
  readonly publicUrl: string | undefined;
  readonly bodyBytesMax: number;
  readonly exposeChannel: boolean;
  /** Pause between comment lines on idle streams, milliseconds. */
  readonly heartbeatMs: number;
  readonly clients: ClientWatch;
  /** With clients that read a relayed answer slowly, or not at all. */
  readonly relayPatience: RelayPatience;
  /** Pause between 102 interim answers to a client that waits, milliseconds; undefined: none are sent. */
  readonly interimMs: number | undefined;
  /** Aborted when the gateway must end at once. */
  readonly stopped: AbortSignal;
  /** True from the moment the gateway is asked to stop: not ready, but answering. */
  readonly stopping: () => boolean;
  /** Constant-time check of an admin token. */
  readonly isAdmin: (token: string) => boolean;
  readonly keys: KeyAdministration;
}

/** A name or an address, and perhaps a port: what may stand in a URL without becoming something else. */
export const hostForm = /^([\w.-]{0,253}|\[[\da-f:.]{2,45}\])(:\d{1,5})?$/i;

/** How much of a slow client is borne. */
export interface RelayPatience {
  /** Bytes that wait for a client before its upstream is asked to wait; fewer where many relays share the memory. */
  readonly backlogBytesMax: number;
  /** How long an upstream waits for one client in all; after that its answer is read to its end. */
  readonly pauseMsMax: number;
  /** Bytes that wait for a client that was waited for in vain, before its connection is cut. */
  readonly stuckBytesMax: number;
}
