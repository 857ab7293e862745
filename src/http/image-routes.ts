import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { IncomingMessage } from "node:http";
import { asPinholeError, PinholeError } from "../core/errors.ts";
import type { PictureSpool } from "../core/picture.ts";
import type { ImageRequest, Operation } from "../core/request.ts";
import type { Ticket } from "../gateway/admission.ts";
import { deliver } from "../gateway/deliver.ts";
import type { ImageOutcome } from "../gateway/generate-image.ts";
import { type BodyFeed, readJsonRequest } from "../gateway/read-json.ts";
import { serveImage } from "../gateway/recovery.ts";
import { inputImageLimits } from "../pictures/limits.ts";
import type { KeyRecord } from "../gateway/keys.ts";
import { answerHeaders, beginAnswer } from "./answer-headers.ts";
import { eachChunk } from "./body-chunks.ts";
import { serveStream } from "./event-stream-images.ts";
import { startInterim } from "./interim.ts";
import { bodyTooLarge, readMultipart } from "./multipart.ts";
import { sendChunks } from "./send-chunks.ts";
import { headersFor } from "./rate-limit-headers.ts";
import { relayAnswer } from "./relay-answer.ts";
import { parseRequest, type RawRequest } from "./parse-request.ts";
import { type HttpParts, originOf } from "./parts.ts";

/** Everything but pictures in a body, bytes: the longest prompt plus room for the other fields. */
const textBytesMax = 5 * 1024 * 1024;
const formPartsMax = 128;
/** Official SDKs count their tries in it, from 0. */
const retryCountHeader = "x-stainless-retry-count";
/** Answers up to this size are sent in one piece. */
const pieceBytesMax = 65_536;
/** What Node writes at once from a text, less room for the head. */
const textBodyBytesMax = 14_336;

/** What each operation's body may be. */
const bodyTypes: Readonly<Record<Operation, string>> = {
  generation: "application/json",
  edit: "multipart/form-data or application/json",
  variation: "multipart/form-data",
};

/** POST /v1/images/generations, /v1/images/edits and /v1/images/variations. Authentication ran before, on the plugin. */
export function imageRoutes(app: FastifyInstance, parts: HttpParts): void {
  const serve =
    (operation: Operation) =>
    (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
      admit(parts, operation, request, reply);
  app.post("/v1/images/generations", serve("generation"));
  app.post("/v1/images/edits", serve("edit"));
  app.post("/v1/images/variations", serve("variation"));
}

/** Over when the work is done and the answer has left, or its reader has. */
async function admit(
  parts: HttpParts,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const ticket = parts.admission.enter(bodyBytesOf(request));
  let hasLeft = false;
  let isDone = false;
  reply.raw.on("close", () => {
    hasLeft = true;
    if (isDone) ticket.leave();
  });
  try {
    return await serveImages(parts, operation, { request, reply, ticket });
  } finally {
    isDone = true;
    if (hasLeft) ticket.leave();
  }
}

/** What the head announces; undefined for a body of unsaid length. */
function bodyBytesOf(request: FastifyRequest): number | undefined {
  const length = request.headers["content-length"];
  return length === undefined ? undefined : Number(length);
}

/** A request that was let in. */
interface Admitted {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly ticket: Ticket;
}

async function serveImages(
  parts: HttpParts,
  operation: Operation,
  admitted: Admitted,
): Promise<FastifyReply> {
  const { request, reply } = admitted;
  const started = performance.now();
  const idempotencyKey = idempotencyKeyOf(request);
  const retryCount = request.headers[retryCountHeader];
  const client = parts.clients.watch(request, reply, retryCount !== undefined);
  const spool = parts.gateway.spools.open();
  const relay = relayAnswer(parts, reply, started);
  const call = {
    requestId: request.id,
    clientRequestId: request.clientRequestId,
    key: keyOf(request),
    request: await readRequest(parts, operation, admitted, spool),
    strict: request.headers["x-pinhole-strict"] === "true",
    spool,
    signal: parts.stopped,
    idempotencyKey,
    client,
    sdkRetry: typeof retryCount === "string" && /^[1-9]\d{0,3}$/.test(retryCount),
    // Under an idempotency key every answer is the same to the byte, so the first is written as a replay is.
    relay: idempotencyKey === undefined ? relay : undefined,
  };
  if (call.request.stream) return serveStream(parts, { ...call, relay: undefined }, request, reply);
  const stopInterim = startInterim(request, reply, parts.interimMs);
  try {
    const outcome = await serveImage(parts.gateway, call);
    if (!relay.begun()) return await sendOutcome(parts, request, reply, outcome, started);
    relay.end();
  } catch (thrown) {
    if (!relay.begun()) throw thrown;
    logCut(request, asPinholeError(thrown));
    relay.cut();
  } finally {
    stopInterim();
  }
  return reply;
}

function logCut(request: FastifyRequest, { code, detail, message }: PinholeError): void {
  request.log.warn({ code, detail: detail ?? message }, "a relayed answer was cut");
}

/** Sends a request's outcome: its own, or an earlier one's whose retry this is. */
export async function sendOutcome(
  parts: HttpParts,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: ImageOutcome,
  started: number,
): Promise<FastifyReply> {
  const body = deliver(parts.gateway, outcome, originOf(parts, request));
  const headers = answerHeaders(request.id, outcome, {
    exposeChannel: parts.exposeChannel,
    totalMs: performance.now() - started,
  });
  headers["content-type"] = "application/json";
  headers["content-length"] = String(body.byteLength);
  const begin = (): void =>
    beginAnswer(reply, headers, headersFor(parts.gateway.keyLimits, request.gatewayKey));
  if (body.byteLength > pieceBytesMax) return sendChunks(reply, body.chunks(true), begin);
  // A small body in one piece, which costs a fraction of a stream.
  const whole = body.whole ?? (await gathered(body));
  begin();
  // As a text the body goes in one write with the head; byte for byte, which latin1 is.
  if (whole.length <= textBodyBytesMax) reply.raw.end(whole.toString("latin1"), "latin1");
  else reply.raw.end(whole);
  return reply;
}

async function gathered(body: ReturnType<typeof deliver>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Reads and parses a body; where that fails nothing is left of it. */
async function readRequest(
  parts: HttpParts,
  operation: Operation,
  admitted: Pick<Admitted, "request" | "ticket">,
  spool: PictureSpool,
): Promise<ImageRequest> {
  try {
    const raw = await readBody(parts, operation, admitted, spool);
    admitted.ticket.bodyRead();
    return parseRequest(raw, operation, parts.defaultModel());
  } catch (thrown) {
    spool.dispose();
    throw thrown;
  }
}

/** The client's own key, which makes a request that is sent twice one request. */
function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const value = request.headers["idempotency-key"];
  if (value === undefined) return undefined;
  if (typeof value === "string" && /^[\x20-\x7e]{1,255}$/.test(value)) return value;
  throw new PinholeError("invalid_value", {
    message: "The Idempotency-Key header must be 1 to 255 printable ASCII characters.",
    param: "Idempotency-Key",
  });
}

/** The key that authentication found. */
export function keyOf(request: FastifyRequest): KeyRecord {
  if (request.gatewayKey === undefined) throw new Error("a /v1 route ran without authentication");
  return request.gatewayKey;
}

async function readBody(
  parts: HttpParts,
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

/** Without parameters, in lower case. */
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
