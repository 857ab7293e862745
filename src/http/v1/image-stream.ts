import type { FastifyReply, FastifyRequest } from "fastify";
import type {
  ComingCall,
  Gateway,
  ImageOutcome,
  LiveObserver,
  LivePicture,
} from "../../gateway/gateway.ts";
import { originHeaders } from "./answer-headers.ts";
import { logError } from "../server/error-answers.ts";
import { type EventStream, openEventStream } from "../server/event-stream.ts";
import { type OriginParts, originOf } from "../server/origin.ts";
import { headersFor } from "./rate-limit-headers.ts";

/** The first comment line comes well inside the shortest read timeouts of proxies (30 s). */
const firstHeartbeatMs = 10_000;

/** The parts that streams work with. */
export interface StreamParts extends OriginParts {
  readonly gateway: Pick<Gateway, "serve" | "events" | "rates">;
  /** Answers name the channel that made them. */
  readonly exposeChannel: boolean;
  /** Pause between comment lines on idle streams, milliseconds. */
  readonly heartbeatMs: number;
}

/**
 * Answers with server-sent events (CONTRACT "Streaming"). Until the first of them an error is an
 * ordinary answer, thrown here; from then on it is an `error` event. A client that goes away changes
 * nothing for the generation.
 */
export async function serveStream(
  parts: StreamParts,
  call: ComingCall,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  let head: Readonly<Record<string, string>> = {};
  const everyMs = parts.heartbeatMs;
  // Who sets a short pause has a proxy that needs it from the beginning.
  const pace = { firstMs: Math.min(firstHeartbeatMs, everyMs), everyMs };
  const stream = openEventStream(reply, pace, () => ({
    ...head,
    ...headersFor(parts.gateway, call.key),
  }));
  const teller = tellerOf(parts, call, request, stream, (headers) => {
    head = headers;
  });
  try {
    const outcome = await parts.gateway.serve({ ...call, live: teller.live });
    teller.rest(outcome);
  } catch (thrown) {
    if (!stream.begun) {
      await stream.end();
      throw thrown;
    }
    stream.error(logError(request, thrown));
  }
  await stream.end();
  return reply;
}

interface Teller {
  readonly live: LiveObserver;
  /** Tells what the live part has not: the pictures of a request that ran before, and late warnings. */
  rest(outcome: ImageOutcome): void;
}

function tellerOf(
  parts: StreamParts,
  call: ComingCall,
  request: FastifyRequest,
  stream: EventStream,
  setHead: (headers: Readonly<Record<string, string>>) => void,
): Teller {
  const events = parts.gateway.events(call, originOf(parts, request));
  const told = new Set<number>();
  let isFree = true;
  // The picture that ends a paid stream goes when the request is settled.
  let held: LivePicture | undefined;
  const completed = (picture: LivePicture, requestId = call.requestId): void => {
    const { origin, delivered } = picture;
    told.add(delivered.index);
    const replayed = requestId === call.requestId ? {} : { "x-pinhole-replay-of": requestId };
    setHead({ ...originHeaders(origin, parts), ...replayed });
    const warnings = [...new Set([...origin.warnings, ...delivered.warnings])];
    const event = events.completed(picture, warnings, requestId);
    stream.event(event.name, event.data);
  };
  return {
    live: {
      partial(preview) {
        setHead(originHeaders(preview.origin, parts));
        const event = events.partial(preview);
        stream.event(event.name, event.data);
      },
      completed(picture) {
        isFree &&= picture.cost?.state === "free";
        told.add(picture.delivered.index);
        if (isFree || told.size < call.request.n) completed(picture);
        else held = picture;
      },
    },
    rest(outcome) {
      if (held !== undefined) completed(held);
      const untold = outcome.pictures.filter(({ index }) => !told.has(index));
      const whole = told.size === 0;
      for (const [position, delivered] of untold.entries()) {
        const last = whole && position === untold.length - 1;
        const usage = last ? outcome.usage : undefined;
        const cost = last ? outcome.cost : undefined;
        completed({ delivered, usage, cost, origin: outcome }, outcome.requestId);
      }
      // The pictures are out, so an error event, on which SDKs throw, would only lose them to the client.
      for (const { code, message } of outcome.warnings) {
        if (code === "partial_result") stream.comment(`${code}: ${message}`);
      }
    },
  };
}
