import type { FastifyRequest } from "fastify";
import { PinholeError } from "../../core/errors.ts";

/** A name or an address, and perhaps a port: what may stand in a URL without becoming something else. */
const hostForm = /^([\w.-]{0,253}|\[[\da-f:.]{2,45}\])(:\d{1,5})?$/i;

/** The setting that says where URLs begin. */
export interface OriginParts {
  /** Undefined: URLs are built from the request's Host. */
  readonly publicUrl: string | undefined;
}

/**
 * Scheme and host that the URLs in an answer to this request begin with. From a trusted proxy,
 * X-Forwarded-Host and X-Forwarded-Proto are believed: of several values the last, which that proxy
 * itself wrote. X-Forwarded-Port and X-Forwarded-Prefix are not.
 */
export function originOf(
  parts: OriginParts,
  { protocol, host, socket }: Pick<FastifyRequest, "protocol" | "host" | "socket">,
): string {
  // A request of HTTP/1.0 may say no host.
  const own = `${socket.localAddress ?? "localhost"}:${socket.localPort ?? 80}`;
  return parts.publicUrl ?? `${protocol.toLowerCase()}://${host === "" ? own : host}`;
}

/** Refuses what would end up as something else in URLs and logs, also where a trusted proxy says it. */
export function requireOrigin({
  protocol,
  host,
  raw,
}: Pick<FastifyRequest, "protocol" | "host" | "raw">): void {
  if (hostForm.test(host) && /^https?$/i.test(protocol) && !namesTwoHosts(raw.rawHeaders)) return;
  throw new PinholeError("invalid_value", {
    message:
      "The request's Host, X-Forwarded-Host or X-Forwarded-Proto is malformed; send one plain host name, and http or https.",
  });
}

/** Two Host headers in one request: Node takes the first, a proxy in front perhaps the other. */
function namesTwoHosts(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.length === 4 && name.toLowerCase() === "host") count += 1;
  }
  return count > 1;
}
