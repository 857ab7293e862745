import { setTimeout as delay } from "node:timers/promises";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { operate } from "../../api/admin/access.ts";
import { PinholeError, asPinholeError } from "../../core/errors.ts";
import { personOfKey } from "../../core/key.ts";
import type { Caller } from "../../core/role.ts";
import type { Observer } from "../../core/observer.ts";
import type { Operation } from "../../core/request.ts";
import { type ComingCall, type Gateway, isPictureId } from "../../gateway/gateway.ts";
import { parseRequest } from "../../gateway/intake/parse-request.ts";
import { callerOf } from "../admin/callers.ts";
import { keyOf } from "../server/authentication.ts";
import { type EventData, openEventStream } from "../server/event-stream.ts";
import { type BodyParts, bodyBytesOf, readBody } from "../v1/read-body.ts";
import {
  type Generation,
  type GenerationEvent,
  type Generations,
  createGeneration,
  createGenerations,
  elsewherePlace,
} from "./generation.ts";
import { type TellingParts, tellGeneration } from "./tell-generation.ts";

/** The parts that the routes work with. */
export interface GenerationRouteParts extends BodyParts {
  readonly gateway: Pick<
    Gateway,
    | "abandon"
    | "admit"
    | "defaultModel"
    | "fetchPicture"
    | "follow"
    | "hostPreview"
    | "isAbandoned"
    | "openSpool"
    | "pictureUrl"
    | "serve"
    | "standing"
  >;
  readonly observer: Observer | undefined;
  readonly exposeChannel: boolean;
  readonly heartbeatMs: number;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** The addresses of `/v1` below the plugin's prefix. */
const paths = [
  { operation: "generation", path: "/v1/images/generations" },
  { operation: "edit", path: "/v1/images/edits" },
] as const;
/** The address of one of them while it is followed. */
const onePath = "/v1/images/generations/:id";

/**
 * Pictures that are made in the console: asked for with a body as `/v1` takes it, answered at once with the
 * request's id, and followed as events. The request goes on when its page is closed.
 */
export function generationRoutes(app: FastifyInstance, parts: GenerationRouteParts): void {
  const generations = createGenerations(parts.now);
  const begin =
    (operation: Operation) =>
    (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
      beginGeneration(parts, generations, operation, request, reply);
  for (const { operation, path } of paths) app.post(path, begin(operation));
  app.get<OneGeneration>(`${onePath}/events`, async (request, reply) => {
    const here = generations.find(request.params.id, callerOf(request).id);
    const generation = here ?? (await foundElsewhere(parts, generations, request));
    return follow(parts, generation, request, reply);
  });
  app.delete<OneGeneration>(onePath, async (request) => {
    const { id } = request.params;
    const generation = generations.find(id, callerOf(request).id);
    if (generation === undefined || generation.isElsewhere)
      await onceRecorded(parts, () => parts.gateway.abandon(keyOf(request).id, id));
    // One that is made elsewhere only tells its page so.
    if (generation?.isElsewhere === true) generation.tell("stopped", {});
    else generation?.stop();
    return { stopped: true };
  });
}

interface OneGeneration {
  readonly Params: { readonly id: string };
}

/** Time for a page that was quicker than the record of what it asked for, which another node is about to write, milliseconds. */
const recordMsMax = 3_000;
const lookAgainMs = 250;
/** Between two looks at whether another node was asked to stop what is made here, milliseconds. */
const abandonedMs = 1_000;

/** The first answer that is not not_found, where another node may be about to write the record. */
async function onceRecorded<T>(
  { gateway }: GenerationRouteParts,
  find: () => Promise<T>,
): Promise<T> {
  const waitsMs = gateway.standing().nodes > 1 ? recordMsMax : 0;
  const until = performance.now() + waitsMs;
  for (;;)
    try {
      return await find();
    } catch (thrown) {
      if (asPinholeError(thrown).code !== "not_found" || performance.now() > until) throw thrown;
      await delay(lookAgainMs);
    }
}

/**
 * A generation that another node began, or this one before it was started again, told from its record. Throws
 * not_found where the person's key made none.
 */
async function foundElsewhere(
  parts: GenerationRouteParts,
  generations: Generations,
  request: FastifyRequest<OneGeneration>,
): Promise<Generation> {
  const { gateway } = parts;
  const caller = callerOf(request);
  const { id } = keyOf(request);
  const generation = createGeneration(request.params.id, caller.id, parts.now, elsewherePlace);
  const following = { client: generation, signal: parts.stopped };
  const { outcome } = await onceRecorded(parts, () =>
    gateway.follow(id, request.params.id, following),
  );
  generations.add(generation);
  const teller = tellGeneration(tellingParts(parts, caller), generation, undefined);
  generation.tell("accepted", { request_id: request.params.id });
  void outcome.then(teller.outcome, teller.failed);
  return generation;
}

function tellingParts(
  { gateway, exposeChannel }: GenerationRouteParts,
  { role }: Pick<Caller, "role">,
): TellingParts {
  return {
    gateway,
    // The page is of the same origin, whatever name the gateway is reached by.
    origin: "",
    showsChannels: exposeChannel || (operate as readonly string[]).includes(role),
  };
}

async function beginGeneration(
  parts: GenerationRouteParts,
  generations: Generations,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { gateway } = parts;
  const caller = callerOf(request);
  const key = keyOf(request);
  const madeFrom = madeFromOf(request);
  const ticket = gateway.admit(bodyBytesOf(request));
  const spool = gateway.openSpool(key.id);
  const started = performance.now();
  let call: Pick<ComingCall, "request">;
  try {
    const raw = await readBody(parts, operation, { request, ticket }, spool);
    ticket.bodyRead();
    // No base64 passes through the page.
    const fields = { ...raw.fields, response_format: "url" };
    call = { request: parseRequest({ ...raw, fields }, operation, gateway.defaultModel()) };
  } catch (thrown) {
    spool.dispose();
    ticket.leave();
    throw thrown;
  }
  const readMs = performance.now() - started;
  const generation = createGeneration(request.id, caller.id, parts.now);
  generations.add(generation);
  const teller = tellGeneration(
    tellingParts(parts, caller),
    generation,
    parts.observer?.request({ requestId: request.id, keyId: key.id, operation }),
  );
  const { model, n, stream } = call.request;
  teller.observer.asked({ model, n, stream });
  generation.tell("accepted", { request_id: request.id, n });
  void heedOthers(parts, generation);
  gateway
    .serve({
      ...call,
      requestId: request.id,
      clientRequestId: request.clientRequestId,
      key,
      personId: personOfKey(key.id) === null ? caller.id : undefined,
      strict: false,
      spool,
      signal: parts.stopped,
      idempotencyKey: idempotencyKeyOf(request),
      madeFrom,
      client: generation,
      sdkRetry: false,
      isRecordedFirst: true,
      live: teller.live,
      observer: teller.observer,
      readMs,
    })
    .then(teller.outcome, teller.failed)
    .finally(() => {
      teller.observer.over();
      ticket.leave();
    });
  return reply.code(202).send({ object: "generation", request_id: request.id });
}

/** Stops a generation once another node was asked to; it says so in the record. */
async function heedOthers(
  { gateway, stopped }: GenerationRouteParts,
  generation: Generation,
): Promise<void> {
  while (generation.endedAt === undefined && !stopped.aborted) {
    await delay(abandonedMs, undefined, { ref: false });
    // A database that is away is asked again.
    if (await gateway.isAbandoned(generation.id).catch(() => false)) return generation.stop();
  }
}

/** The page's own key for one press of the button: sent again, it finds the same request. */
function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const value = request.headers["idempotency-key"];
  return typeof value === "string" && /^[\x20-\x7e]{1,255}$/.test(value) ? value : undefined;
}

const sourcesMax = 32;

/** The pictures of the gallery that the request's pictures are, as the page says: `?made_from=` for each. Throws invalid_value. */
function madeFromOf({ query }: FastifyRequest): readonly string[] | undefined {
  const said = (query as Readonly<Record<string, unknown>>)["made_from"];
  if (said === undefined) return undefined;
  const ids = [said].flat().map(String);
  if (ids.length <= sourcesMax && ids.every(isPictureId)) return ids;
  throw new PinholeError("invalid_value", {
    message: `\`made_from\` must be the id of a picture of the gallery, and come ${sourcesMax} times at most.`,
    param: "made_from",
  });
}

/** Sends a generation's events from after `Last-Event-ID`, until its end or the page's. */
async function follow(
  parts: GenerationRouteParts,
  generation: Generation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const last = request.headers["last-event-id"];
  const after = typeof last === "string" && /^\d{1,6}$/.test(last) ? Number(last) : 0;
  const stream = openEventStream(
    reply,
    { firstMs: parts.heartbeatMs, everyMs: parts.heartbeatMs },
    () => ({}),
  );
  const ended = Promise.withResolvers<void>();
  const stop = generation.follow(after, (event) => {
    stream.event(event.name, dataOf(event), event.id);
    if (event.name === "done" || event.name === "error") ended.resolve();
  });
  // A page that comes back has heard the end already.
  if (generation.endedAt !== undefined) ended.resolve();
  reply.raw.once("close", () => ended.resolve());
  stream.comment("following");
  await ended.promise;
  stop();
  await stream.end();
  return reply;
}

function dataOf({ data }: GenerationEvent): EventData {
  return {
    async *chunks() {
      yield Buffer.from(JSON.stringify(data), "utf8");
    },
  };
}
