import type { FastifyReply, FastifyRequest } from "fastify";
import type { IncomingMessage } from "node:http";
import { PinholeError } from "../../core/errors.ts";
import type { PictureSpool } from "../../core/picture.ts";
import type { Operation } from "../../core/request.ts";
import { type BodyFeed, readJsonRequest } from "../../gateway/intake/json-body.ts";
import type { RawRequest } from "../../gateway/intake/parse-request.ts";
import type { Gateway, Ticket } from "../../gateway/gateway.ts";
import { eachChunk } from "../intake/body-chunks.ts";
import { bodyTooLarge, readMultipart } from "../intake/multipart.ts";
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
  const type = mediaTypeOf(request.headers["content-type"]);
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
    const feed = cappedFeed(request.raw, parts.bodyBytesMax, ticket);
    const { fields, images, mask } = await readJsonRequest(parts.gateway, feed, options);
    return { fields, images, mask, fromForm: false };
  }
  if (type === "multipart/form-data" && operation !== "generation") {
    return readMultipart(request.raw, request.headers, spool, {
      bodyBytesMax: parts.bodyBytesMax,
      picture: inputImageLimits,
      fieldBytesMax: textBytesMax,
      partsMax: formPartsMax,
      onBytes: (count) => ticket.received(count),
    });
  }
  throw new PinholeError("unsupported_media_type", {
    message: `The Content-Type must be ${bodyTypes[operation]}${type === undefined || type === "" ? "; none was sent" : `, not ${type.slice(0, 100)}`}.`,
  });
}

/** The media type without parameters, in lower case. */
function mediaTypeOf(contentType: string | undefined): string | undefined {
  // As nearly all clients write it.
  if (contentType === "application/json") return contentType;
  return contentType?.split(";", 1)[0]?.trim().toLowerCase();
}

function cappedFeed(body: IncomingMessage, bodyBytesMax: number, ticket: Ticket): BodyFeed {
  return (take) => {
    let received = 0;
    return eachChunk(body, (chunk) => {
      received += chunk.length;
      if (received > bodyBytesMax) throw bodyTooLarge(bodyBytesMax);
      ticket.received(chunk.length);
      take(chunk);
    });
  };
}
