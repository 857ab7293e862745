import type { FastifyReply, FastifyRequest } from "fastify";

/**
 * Sends 102 Processing every so often until the answer begins, so that nothing between takes the
 * connection for dead. Returns what stops it. HTTP/1.0 knows no interim answers.
 */
export function startInterim(
  request: FastifyRequest,
  reply: FastifyReply,
  everyMs: number | undefined,
): () => void {
  if (everyMs === undefined || request.raw.httpVersion === "1.0") return () => undefined;
  const { raw } = reply;
  const timer = setInterval(() => {
    if (raw.headersSent || raw.destroyed || raw.socket?.writable !== true) clearInterval(timer);
    else raw.writeProcessing();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
