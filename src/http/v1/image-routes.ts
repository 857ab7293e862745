import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { PinholeError, asPinholeError } from "../../core/errors.ts";
import { labelsHeader, labelsOfHeader } from "../../core/labels.ts";
import type { Observer, RequestObserver } from "../../core/observer.ts";
import type { PictureSpool } from "../../core/picture.ts";
import type { ImageRequest, Operation } from "../../core/request.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { type RawRequest, parseRequest } from "../../gateway/intake/parse-request.ts";
import { deploymentOf } from "../server/forgiven-paths.ts";
import { keyOf } from "../server/authentication.ts";
import type { ClientWatch } from "../server/client-watch.ts";
import { type StreamParts, serveStream } from "./image-stream.ts";
import { startInterim } from "./interim.ts";
import { type Admitted, type BodyParts, bodyBytesOf, readBody } from "./read-body.ts";
import { type RelayParts, type Relays, createRelays } from "./relay-answer.ts";
import { type OutcomeParts, sendOutcome } from "./send-outcome.ts";

/** The header in which official SDKs count their tries, from 0. */
const retryCountHeader = "x-stainless-retry-count";

/** The parts that the routes of images work with. */
interface ImageRouteParts extends BodyParts, OutcomeParts, RelayParts, StreamParts {
  readonly gateway: Pick<
    Gateway,
    | "admit"
    | "answer"
    | "defaultModel"
    | "events"
    | "fetchPicture"
    | "openSpool"
    | "rates"
    | "serve"
  >;
  readonly clients: ClientWatch;
  /** Pause between 102 interim answers to a client that waits, milliseconds; undefined: none are sent. */
  readonly interimMs: number | undefined;
  /** Undefined: nobody listens. */
  readonly observer: Observer | undefined;
}

/** The same, and what the routes share. */
interface ServingParts extends ImageRouteParts {
  readonly relays: Relays;
}

/** POST /v1/images/generations, /v1/images/edits and /v1/images/variations. Authentication ran before, on the plugin. */
export function imageRoutes(app: FastifyInstance, routeParts: ImageRouteParts): void {
  const parts = { ...routeParts, relays: createRelays(routeParts) };
  const { observer } = routeParts;
  const serve =
    (operation: Operation) =>
    (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
      observer === undefined
        ? admit(parts, operation, request, reply)
        : admitObserved(parts, observer, operation, request, reply);
  app.post("/v1/images/generations", serve("generation"));
  app.post("/v1/images/edits", serve("edit"));
  app.post("/v1/images/variations", serve("variation"));
}

/** Serves one request and tells those who listen of it. */
async function admitObserved(
  parts: ServingParts,
  listening: Observer,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { traceparent, tracestate } = request.headers;
  const observer = listening.request({
    requestId: request.id,
    keyId: keyOf(request).id,
    operation,
    traceparent: typeof traceparent === "string" ? traceparent : undefined,
    tracestate: typeof tracestate === "string" ? tracestate : undefined,
  });
  try {
    return await admit(parts, operation, request, reply, observer);
  } catch (thrown) {
    observer.outcome({ kind: "failed", code: asPinholeError(thrown).code });
    throw thrown;
  } finally {
    observer.over();
  }
}

/** Serves one request with a ticket, which it gives back when the work is done and the answer, or its reader, has left. */
async function admit(
  parts: ServingParts,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
  observer?: RequestObserver,
): Promise<FastifyReply> {
  const ticket = parts.gateway.admit(bodyBytesOf(request));
  let hasLeft = false;
  let isDone = false;
  reply.raw.on("close", () => {
    hasLeft = true;
    if (isDone) ticket.leave();
  });
  try {
    return await serveImages(parts, operation, { request, reply, ticket }, observer);
  } finally {
    isDone = true;
    if (hasLeft) ticket.leave();
  }
}

async function serveImages(
  parts: ServingParts,
  operation: Operation,
  admitted: Admitted,
  observer: RequestObserver | undefined,
): Promise<FastifyReply> {
  const { request, reply } = admitted;
  const started = performance.now();
  const idempotencyKey = idempotencyKeyOf(request);
  const labels = labelsOfHeader(request.headers[labelsHeader]);
  const retryCount = request.headers[retryCountHeader];
  const client = parts.clients.watch(request, reply, retryCount !== undefined);
  const spool = parts.gateway.openSpool(keyOf(request).id);
  const relay = parts.relays.open(reply, started);
  const read = observer?.step("read");
  const call = {
    requestId: request.id,
    clientRequestId: request.clientRequestId,
    key: keyOf(request),
    request: await readRequest(parts, operation, admitted, spool),
    strict: request.headers["x-pinhole-strict"] === "true",
    labels,
    spool,
    signal: parts.stopped,
    idempotencyKey,
    client,
    sdkRetry: typeof retryCount === "string" && /^[1-9]\d{0,3}$/.test(retryCount),
    // Under an idempotency key every answer is the same to the byte, so the first is written as a replay is.
    relay: idempotencyKey === undefined ? relay : undefined,
    observer,
    readMs: performance.now() - started,
  };
  read?.();
  observer?.asked(call.request);
  if (call.request.stream) return serveStream(parts, { ...call, relay: undefined }, request, reply);
  const interim = [startInterim(request, reply, parts.interimMs)];
  // Who waits for another request's answer is always told that it is coming.
  const onWait = (): void => {
    if (parts.interimMs !== undefined || interim.length > 1) return;
    interim.push(startInterim(request, reply, parts.heartbeatMs));
  };
  try {
    const outcome = await parts.gateway.serve({ ...call, onWait });
    const sent = observer?.step("send");
    if (relay.begun()) relay.end();
    else await sendOutcome(parts, request, reply, outcome, started);
    sent?.();
  } catch (thrown) {
    if (!relay.begun()) throw thrown;
    logCut(request, asPinholeError(thrown));
    relay.cut();
  } finally {
    for (const stop of interim) stop();
  }
  return reply;
}

function logCut(request: FastifyRequest, { code, detail, message }: PinholeError): void {
  request.log.warn({ code, detail: detail ?? message }, "a relayed answer was cut");
}

/** Reads and parses a body; where that fails nothing is left of it. */
async function readRequest(
  parts: ServingParts,
  operation: Operation,
  admitted: Pick<Admitted, "request" | "ticket">,
  spool: PictureSpool,
): Promise<ImageRequest> {
  const { request } = admitted;
  try {
    const raw = await readBody(parts, operation, admitted, spool);
    admitted.ticket.bodyRead();
    return parseRequest(named(raw, request), operation, parts.gateway.defaultModel());
  } catch (thrown) {
    spool.dispose();
    throw thrown;
  }
}

/** The model that stands in Azure's older addresses rules over the body's, as it does there. */
function named(raw: RawRequest, { originalUrl }: FastifyRequest): RawRequest {
  const model = deploymentOf(originalUrl);
  return model === undefined ? raw : { ...raw, fields: { ...raw.fields, model } };
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
