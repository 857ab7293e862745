import type { FastifyReply, FastifyRequest } from "fastify";
import type { IncomingMessage } from "node:http";
import { PinholeError } from "../../core/errors.ts";
import type { PictureSpool } from "../../core/picture.ts";
import type { Operation } from "../../core/request.ts";
import { type BodyFeed, readJsonRequest } from "../../gateway/intake/json-body.ts";
import type { RawRequest } from "../../gateway/intake/parse-request.ts";
import type { Gateway, Ticket } from "../../gateway/gateway.ts";
import { eachChunk } from "../intake/body-chunks.ts";
import { type Transcoder, transcoderOf } from "../intake/charset.ts";
import { bodyTooLarge, readMultipart } from "../intake/multipart.ts";
import { readParameters } from "../intake/part-head.ts";
import { inputImageLimits } from "../../pictures/limits.ts";

/** Bytes of a body besides its pictures: the longest prompt plus room for the other fields. */
const textBytesMax = 5 * 1024 * 1024;

const formPartsMax = 128;

/** Content types that each operation takes, in words. */
const bodyTypes: Readonly<Record<Operation, string>> = {
  generation: "application/json",
  edit: "multipart/form-data or application/json",
  variation: "multipart/form-data",
};

/** The parts that bodies are read with. */
export interface BodyParts {
  readonly gateway: Pick<Gateway, "fetchPicture">;
  readonly bodyBytesMax: number;
  /** Aborted when the gateway must end at once. */
  readonly stopped: AbortSignal;
}

/** A request that was let in. */
export interface Admitted {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly ticket: Ticket;
}

export async function readBody(
  parts: BodyParts,
  operation: Operation,
  { request, ticket }: Pick<Admitted, "request" | "ticket">,
  spool: PictureSpool,
): Promise<RawRequest> {
  const { type, charset } = mediaTypeOf(request.headers["content-type"]);
  if (request.headers["content-encoding"] !== undefined) {
    throw new PinholeError("unsupported_media_type", {
      message: "Compressed bodies are not taken; send the body without Content-Encoding.",
    });
  }
  if (Number(request.headers["content-length"] ?? 0) > parts.bodyBytesMax) {
    throw bodyTooLarge(parts.bodyBytesMax);
  }
  if (type === "application/json" && operation !== "variation") {
    const options = { spool, limits: inputImageLimits, textBytesMax, signal: parts.stopped };
    const feed = cappedFeed(request.raw, parts.bodyBytesMax, ticket, transcoderOf(charset));
    return { ...(await readJsonRequest(parts.gateway, feed, options)), fromForm: false };
  }
  if (type === "multipart/form-data" && operation !== "generation") {
    return readMultipart(request.raw, request.headers, spool, {
      bodyBytesMax: parts.bodyBytesMax,
      picture: inputImageLimits,
      textBytesMax,
      partsMax: formPartsMax,
      onBytes: (count) => ticket.received(count),
    });
  }
  throw new PinholeError("unsupported_media_type", {
    message: `The Content-Type must be ${bodyTypes[operation]}${type === "" ? "; none was sent" : `, not ${type.slice(0, 100)}`}.`,
  });
}

/** The length that the head announces; undefined for a body of unsaid length. */
export function bodyBytesOf(request: FastifyRequest): number | undefined {
  const length = request.headers["content-length"];
  return length === undefined ? undefined : Number(length);
}

/** A Content-Type: its type in lower case, empty where there is none, and its charset. */
function mediaTypeOf(contentType: string | undefined): {
  readonly type: string;
  readonly charset: string | undefined;
} {
  // As nearly all clients write it.
  if (contentType === "application/json") return { type: contentType, charset: undefined };
  const { value, parameters } = readParameters(contentType ?? "");
  return { type: value, charset: parameters.get("charset") };
}

function cappedFeed(
  body: IncomingMessage,
  bodyBytesMax: number,
  ticket: Ticket,
  transcoder: Transcoder | undefined,
): BodyFeed {
  return async (take) => {
    let received = 0;
    await eachChunk(body, (chunk) => {
      received += chunk.length;
      if (received > bodyBytesMax) throw bodyTooLarge(bodyBytesMax);
      ticket.received(chunk.length);
      take(transcoder === undefined ? chunk : transcoder.write(chunk));
    });
    if (transcoder !== undefined) take(transcoder.end());
  };
}
