import type { IncomingMessage } from "node:http";
import { PinholeError } from "../../core/errors.ts";

/**
 * Hands over a request's body as it arrives; resolves at its end. Where `take` throws, what follows is
 * left unread: destroyed, the request would take its connection along before the answer has been read.
 */
export function eachChunk(body: IncomingMessage, take: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (thrown: unknown): void => {
      body.off("data", onData);
      body.pause();
      reject(thrown);
    };
    const onData = (chunk: Buffer): void => {
      try {
        take(chunk);
      } catch (thrown) {
        fail(thrown);
      }
    };
    body.on("data", onData);
    body.on("end", resolve);
    body.on("error", (cause) => fail(brokenOff(cause)));
    body.on("close", () => {
      if (!body.readableEnded) fail(brokenOff(undefined));
    });
  });
}

/** The error of a request whose client has gone: for the log, since no client is left to read it. */
function brokenOff(cause: Error | undefined): PinholeError {
  return new PinholeError("request_timeout", {
    message: "The connection was closed before the whole request had come; send it again.",
    cause,
  });
}
