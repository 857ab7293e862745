import type { FastifyRequest } from "fastify";
import type { Admission } from "../gateway/admission.ts";
import type { GatewayParts } from "../gateway/parts.ts";
import type { KeyAdministration } from "../gateway/administer-keys.ts";
import type { ClientWatch } from "./client-watch.ts";

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

/** Scheme and host that the URLs in an answer to this request begin with. */
export function originOf(
  parts: Pick<HttpParts, "publicUrl">,
  request: Pick<FastifyRequest, "protocol" | "host">,
): string {
  return parts.publicUrl ?? `${request.protocol}://${request.host}`;
}
