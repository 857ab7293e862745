import type { FastifyReply } from "fastify";
import type { OutgoingHttpHeaders } from "node:http";

/**
 * Begins an answer that goes out beside Fastify, with no hook behind it: what was set on the reply so
 * far is in its head. The request's line is logged as for any other.
 */
export function beginAnswer(
  reply: FastifyReply,
  ...headers: readonly Readonly<OutgoingHttpHeaders>[]
): void {
  reply.hijack();
  reply.raw.writeHead(
    reply.statusCode,
    Object.assign(reply.getHeaders(), ...headers) as OutgoingHttpHeaders,
  );
}
