import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Readable } from "node:stream";
import { asPinholeError, PinholeError } from "../core/errors.ts";
import type { PictureSpool } from "../core/picture.ts";
import type { ImageRequest, Operation } from "../core/request.ts";
import type { Ticket } from "../gateway/admission.ts";
import { deliver } from "../gateway/deliver.ts";
import type { ImageOutcome } from "../gateway/generate-image.ts";
import { readJsonRequest } from "../gateway/read-json.ts";
import { serveImage } from "../gateway/recovery.ts";
import { inputImageLimits } from "../pictures/limits.ts";
import type { KeyRecord } from "../gateway/keys.ts";
import { setAnswerHeaders } from "./answer-headers.ts";
import { serveStream } from "./event-stream-images.ts";
import { startInterim } from "./interim.ts";
import { bodyTooLarge, readMultipart } from "./multipart.ts";
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
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const ticket = parts.admission.enter(bodyBytesOf(request));
      const left = new Promise((resolve) => reply.raw.once("close", resolve));
      try {
        return await serveImages(parts, operation, { request, reply, ticket });
      } finally {
        // Over when the work is done and the answer has left, or its reader has.
        void left.then(() => ticket.leave());
      }
    };
  app.post("/v1/images/generations", serve("generation"));
  app.post("/v1/images/edits", serve("edit"));
  app.post("/v1/images/variations", serve("variation"));
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
  { request, reply, ticket }: Admitted,
): Promise<FastifyReply> {
  const started = performance.now();
  const idempotencyKey = idempotencyKeyOf(request);
  const retryCount = request.headers[retryCountHeader];
  const client = parts.clients.watch(request, reply, retryCount !== undefined);
  const spool = parts.gateway.spools.open();
  const call = {
    requestId: request.id,
    clientRequestId: request.clientRequestId,
    key: keyOf(request),
    request: await readRequest(parts, operation, { request, ticket }, spool),
    strict: request.headers["x-pinhole-strict"] === "true",
    spool,
    signal: parts.stopped,
    idempotencyKey,
    client,
    sdkRetry: typeof retryCount === "string" && /^[1-9]\d{0,3}$/.test(retryCount),
  };
  if (call.request.stream) return serveStream(parts, call, request, reply);
  const stopInterim = startInterim(request, reply, parts.interimMs);
  const relay = relayAnswer(reply, {
    exposeChannel: parts.exposeChannel,
    started,
    patience: parts.relayPatience,
    headers: () => headersFor(parts.gateway.keyLimits, keyOf(request)),
  });
  try {
    // Under an idempotency key every answer is the same to the byte, so the first is written as a replay is.
    const relayed = idempotencyKey === undefined ? { ...call, relay } : call;
    const outcome = await serveImage(parts.gateway, relayed);
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
  request.log.warn(
    { request_id: request.id, code, detail: detail ?? message },
    "a relayed answer was cut",
  );
}

/** Sends a request's outcome: its own, or an earlier one's whose retry this is. */
export async function sendOutcome(
  parts: HttpParts,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: ImageOutcome,
  started: number,
): Promise<FastifyReply> {
  const origin = originOf(parts, request);
  const body = deliver(parts.gateway, outcome, origin);
  setAnswerHeaders(reply, outcome, {
    exposeChannel: parts.exposeChannel,
    totalMs: performance.now() - started,
  });
  return reply
    .header("content-type", "application/json")
    .header("content-length", String(body.byteLength))
    .send(await sendable(body));
}

/** A small body in one piece, which costs a fraction of a stream; a larger one as it is made. */
async function sendable(body: ReturnType<typeof deliver>): Promise<Buffer | Readable> {
  if (body.whole !== undefined) return body.whole;
  if (body.byteLength > pieceBytesMax) return Readable.from(body.chunks(), { objectMode: false });
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
  const type = (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (request.headers["content-encoding"] !== undefined) {
    throw new PinholeError("unsupported_media_type", {
      message: "Compressed bodies are not taken; send the body without Content-Encoding.",
    });
  }
  if (Number(request.headers["content-length"] ?? 0) > parts.bodyBytesMax) {
    throw bodyTooLarge(parts.bodyBytesMax);
  }
  if (type === "application/json" && operation !== "variation") {
    const body = capped(request.raw, parts.bodyBytesMax, ticket);
    const options = { spool, limits: inputImageLimits, textBytesMax, signal: parts.stopped };
    return { ...(await readJsonRequest(parts.gateway, body, options)), fromForm: false };
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

async function* capped(
  body: Readable,
  bodyBytesMax: number,
  ticket: Ticket,
): AsyncGenerator<Buffer, void, void> {
  let received = 0;
  // Leaving early must not destroy the request: its connection would hang, half read.
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    // A request stream without an encoding set yields buffers.
    const bytes = chunk as Buffer;
    received += bytes.length;
    if (received > bodyBytesMax) throw bodyTooLarge(bodyBytesMax);
    ticket.received(bytes.length);
    yield bytes;
  }
}
