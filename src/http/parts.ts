import type { FastifyRequest } from "fastify";
import type { Admission } from "../gateway/admission.ts";
import type { GatewayParts } from "../gateway/parts.ts";
import type { KeyAdministration } from "../gateway/administer-keys.ts";

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
  /** Aborted when the gateway must end at once. */
  readonly stopped: AbortSignal;
  /** True from the moment the gateway is asked to stop: not ready, but answering. */
  readonly stopping: () => boolean;
  /** Constant-time check of an admin token. */
  readonly isAdmin: (token: string) => boolean;
  readonly keys: KeyAdministration;
  /** Work that goes on after an answer has been sent; awaited on a graceful stop. */
  readonly background: (work: Promise<unknown>) => void;
}

/** Scheme and host that the URLs in an answer to this request begin with. */
export function originOf(
  parts: Pick<HttpParts, "publicUrl">,
  request: Pick<FastifyRequest, "protocol" | "host">,
): string {
  return parts.publicUrl ?? `${request.protocol}://${request.host}`;
}
