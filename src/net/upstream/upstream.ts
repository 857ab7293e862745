import { PinholeError } from "../../core/errors.ts";
import type {
  AuthorizeInput,
  BaseSettings,
  Provider,
  TokenHttp,
  UpstreamHttp,
} from "../../core/provider.ts";
import { Picture } from "../../core/picture.ts";
import type { WireAnswer, WireError, WireEvent, WireRequest } from "../../core/wire.ts";
import { readEvents } from "../events/event-queue.ts";
import { ErrorEvent, eventSink } from "../events/event-sink.ts";
import { mayBeUnaskedStream, unaskedSink } from "../events/unasked-sink.ts";
import type { AnswerHead, AnswerSink } from "../transport/answer-sink.ts";
import { exchange } from "../transport/exchange.ts";
import { TransportFault } from "../transport/transport-fault.ts";
import { answerSink, errorSink } from "./answer.ts";
import { createCleaner } from "./cleaner.ts";
import type { EgressParts, UpstreamContext } from "./context.ts";
import { createDownload } from "./download.ts";
import { headersOf, holdsPictures, lazySha256, lowerCased, outgoingOf } from "./outgoing.ts";
import { relaySink } from "./relay-sink.ts";
import { resolveUrl } from "./request-url.ts";
import { createTokenHttp } from "./token-http.ts";
import {
  errorEvent,
  exchangeError,
  type FaultContext,
  goodStatusRefusal,
  refusal,
} from "./upstream-faults.ts";

/** The HTTP that an adapter is handed for one attempt. */
export function createUpstream(parts: EgressParts, context: UpstreamContext): UpstreamHttp {
  const own = { ...context, last: { authorization: {}, request: undefined } };
  return {
    call: (request) => call(parts, own, request, answerOf, refusedInside),
    events: (request) => streamEvents(parts, own, request),
    refusal: (answer) =>
      refusedInside(answer, { refused: readErrorOf(context) }, faultContext(parts, own)),
    download: observedDownload(parts, context),
  };
}

function observedDownload(parts: EgressParts, context: UpstreamContext): UpstreamHttp["download"] {
  const download = createDownload(parts, context, (url) => authorizeLink(parts, context, url));
  const { observer } = context;
  if (observer === undefined) return download;
  return async (url) => {
    const watched = observer.exchange("download");
    try {
      const picture = await download(url);
      watched.end(200);
      return picture;
    } finally {
      watched.end(undefined);
    }
  };
}

function readErrorOf({ provider, settings }: UpstreamContext): NonNullable<WireRequest["refused"]> {
  return (error) => provider.readError?.(error, settings);
}

/** The facts of the last call that are needed where its answer is an error. */
interface LastCall {
  /** Headers with which it signed in: no word of an upstream's may repeat them. */
  authorization: Readonly<Record<string, string>>;
  request: WireRequest | undefined;
}

interface CallContext extends UpstreamContext {
  readonly last: LastCall;
}

function faultContext(parts: EgressParts, context: CallContext): FaultContext {
  const { request } = context.last;
  return {
    readError: readErrorOf(context),
    clean: createCleaner(context.settings, context.last.authorization),
    hasPictures: request !== undefined && holdsPictures(request),
    now: parts.now(),
  };
}

function answerOf(
  head: AnswerHead,
  { spool, limits, relay }: UpstreamContext,
  { lift = nothing, liftInside, relayable, unasked }: WireRequest,
): AnswerSink<WireAnswer> {
  const options = { lift, liftInside, spool, limits };
  if (unasked !== undefined && mayBeUnaskedStream(head)) return unaskedSink(head, options, unasked);
  return relay === undefined || relayable !== true
    ? answerSink(head, options)
    : relaySink(head, options, relay);
}

const nothing: readonly string[] = [];

/** Characters of a good answer that a log may quote. */
const excerptCharactersMax = 4096;

/** The channel's credential for one request; may ask an identity provider for a token first. */
function authorize(
  parts: EgressParts,
  context: UpstreamContext,
  signed: Pick<AuthorizeInput<BaseSettings>, "request" | "method" | "url" | "bodySha256">,
): ReturnType<Provider["authorize"]> {
  const { provider, settings } = context;
  // Made on use: most providers ask nobody for a credential.
  const http: TokenHttp = { post: (asked) => tokenHttp(parts, context).post(asked) };
  const cache = parts.credentials.of(provider.id);
  return provider.authorize({ ...signed, settings, http, cache, now: parts.now });
}

/** The headers for a link on the upstream's own origin, as for any request without a body. */
export async function authorizeLink(
  parts: EgressParts,
  context: UpstreamContext,
  { href: url }: URL,
): Promise<Readonly<Record<string, string>>> {
  const bodySha256 = lazySha256(undefined);
  const headers = await authorize(parts, context, {
    request: { url },
    method: "GET",
    url,
    bodySha256,
  });
  return lowerCased(headers);
}

function tokenHttp(parts: EgressParts, context: UpstreamContext): TokenHttp {
  return createTokenHttp({
    ...context,
    dispatcher: parts.open,
    userAgent: parts.userAgent,
    now: parts.now,
    clean: (text) => createCleaner(context.settings, {})(text),
    resolve: (url) => resolveUrl({ url }, context),
  });
}

/** Begins when the first event is asked for; ends soon after nobody asks any more. */
function streamEvents(
  parts: EgressParts,
  context: CallContext,
  request: WireRequest,
): AsyncIterable<WireEvent> {
  const { spool, limits } = context;
  const { lift = nothing, partialFailures } = request;
  const headers = { accept: "text/event-stream, application/json", ...request.headers };
  return readEvents(context.signal, (push, over) =>
    call(parts, { ...context, signal: over }, { ...request, headers }, (head) =>
      eventSink(head, { lift, partialFailures, spool, limits, push }),
    ),
  );
}

type SinkOf<T> = (
  head: AnswerHead,
  context: UpstreamContext,
  request: WireRequest,
) => AnswerSink<T>;

async function call<T>(
  parts: EgressParts,
  context: CallContext,
  request: WireRequest,
  sinkOf: SinkOf<T>,
  refusedIn: (
    received: T,
    request: WireRequest,
    faults: FaultContext,
  ) => PinholeError | undefined = () => undefined,
): Promise<T> {
  const { signal, last } = context;
  const url = resolveUrl(request, context);
  const { body, contentType } = outgoingOf(request);
  const method = request.method ?? (body === undefined ? "GET" : "POST");
  const bodySha256 = lazySha256(body);
  const authorization = await authorize(parts, context, {
    request,
    method,
    url: url.href,
    bodySha256,
  });
  last.authorization = authorization;
  last.request = request;
  const headers = headersOf(parts.userAgent, request, contentType, authorization);
  await context.ready;
  const watched = context.observer?.exchange("call");
  let received: T | RefusedAnswer;
  let status: number | undefined;
  try {
    received = await exchange<T | RefusedAnswer>({
      dispatcher: parts.open,
      url,
      method,
      headers: watched === undefined ? headers : { ...headers, ...watched.headers },
      body,
      signal,
      deadline: context.deadline,
      now: parts.now,
      connectMs: context.connectMs,
      firstByteMs: context.firstByteMs,
      onSent: context.onSent,
      receive: (head) => {
        ({ status } = head);
        context.onAnswer?.();
        return status < 200 || status > 299 ? refusedSink(head) : sinkOf(head, context, request);
      },
    });
    watched?.end(status);
  } catch (thrown) {
    watched?.end(undefined);
    if (thrown instanceof TransportFault && thrown.kind === "cancelled") {
      if (signal.reason instanceof PinholeError) throw signal.reason;
    }
    if (thrown instanceof ErrorEvent) throw errorEvent(thrown.error, faultContext(parts, context));
    throw exchangeError(thrown, faultContext(parts, context));
  }
  if (received instanceof RefusedAnswer) {
    throw refusal(received.error, faultContext(parts, context));
  }
  const refused =
    request.refused === undefined
      ? undefined
      : refusedIn(received, request, faultContext(parts, context));
  if (refused !== undefined) throw refused;
  return received;
}

/** The error that an answer with a good status tells inside; undefined where it tells none. */
function refusedInside(
  { status, headers, json }: WireAnswer,
  { refused }: Pick<WireRequest, "refused">,
  context: FaultContext,
): PinholeError | undefined {
  const error: WireError = { status, headers, json, text: textOf(json) };
  const fault = refused?.(error);
  return fault === undefined ? undefined : goodStatusRefusal(fault, error, context);
}

/** The document as text for a log. Its pictures are named only. */
function textOf(json: unknown): string {
  const text = JSON.stringify(json, (_name, value: unknown) =>
    value instanceof Picture ? "[picture]" : value,
  );
  return (text ?? "").slice(0, excerptCharactersMax);
}

/** An answer with another status than 2xx. */
class RefusedAnswer {
  readonly error: WireError;

  constructor(error: WireError) {
    this.error = error;
  }
}

function refusedSink(head: AnswerHead): AnswerSink<RefusedAnswer> {
  const sink = errorSink(head);
  return { ...sink, end: () => new RefusedAnswer(sink.end()) };
}
