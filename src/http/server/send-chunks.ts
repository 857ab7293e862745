import type { FastifyReply } from "fastify";
import type { ServerResponse } from "node:http";
import { asPinholeError } from "../../core/errors.ts";

/**
 * Sends an answer whose body is made while it is sent. `begin` writes the head; it is called when the
 * first bytes are there, so that what fails before them is an ordinary error. What fails later cuts the
 * connection. Each chunk is asked for when the socket has taken the one before, so chunks may be lent.
 */
export async function sendChunks(
  reply: FastifyReply,
  chunks: AsyncIterable<Buffer>,
  begin: () => void,
): Promise<FastifyReply> {
  const iterator = chunks[Symbol.asyncIterator]();
  let next = await iterator.next();
  const { raw } = reply;
  begin();
  try {
    const gone = new Promise<void>((resolve) => raw.once("close", resolve));
    while (next.done !== true && !raw.destroyed) {
      await Promise.race([taken(raw, next.value), gone]);
      next = await iterator.next();
    }
    if (next.done !== true) await iterator.return?.();
    raw.end();
  } catch (thrown) {
    const { code, detail, message } = asPinholeError(thrown);
    reply.request.log.warn(
      { code, detail: detail ?? message },
      "an answer was cut: what was to be sent could not be read to its end",
    );
    raw.destroy();
  }
  return reply;
}

/** Resolves when the kernel has the bytes. */
function taken(raw: ServerResponse, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => {
    raw.write(chunk, () => resolve());
  });
}
