import type { Socket } from "node:net";
import { PinholeError } from "../../core/errors.ts";
import type { Connections } from "./connections.ts";
import { errorEnvelope, reasonPhrase } from "./error-answers.ts";

/** Time for a client to fetch the answer and hang up before it is cut. */
const lingerMs = 2_000;

export interface BrokenRequestParts {
  readonly headerBytesMax: number;
  readonly connections: Connections;
  readonly newRequestId: () => string;
}

/** Answers what never became a request (bad HTTP, too slow, headers too large) in the error envelope. */
export function answerBrokenRequest(
  parts: BrokenRequestParts,
  error: Error & { readonly code?: string },
  socket: Socket,
): void {
  // A second answer to one request would be taken for the answer to the next.
  const answered = parts.connections.answeredEarly(socket);
  if (error.code === "ECONNRESET" || !socket.writable || answered) {
    socket.destroy();
    return;
  }
  const [status, fault] = brokenRequest(error.code, parts.headerBytesMax);
  const body = errorEnvelope(fault);
  const head = [
    `HTTP/1.1 ${status} ${reasonPhrase(fault.message)}`,
    "content-type: application/json",
    `x-request-id: ${parts.newRequestId()}`,
    "x-should-retry: false",
    "connection: close",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  // Cut at once, what the client still sends would reset the connection before it has read the answer.
  const cut = setTimeout(() => socket.destroy(), lingerMs);
  cut.unref();
  socket.once("close", () => clearTimeout(cut));
}

function brokenRequest(
  code: string | undefined,
  headerBytesMax: number,
): readonly [number, PinholeError] {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return [
      408,
      new PinholeError("request_timeout", {
        message: "The request was sent too slowly; send it again on a faster line.",
      }),
    ];
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    return [
      431,
      new PinholeError("invalid_value", {
        message: `The request's headers are larger than ${headerBytesMax} bytes.`,
      }),
    ];
  }
  return [400, new PinholeError("invalid_value", { message: "This is no valid HTTP request." })];
}
