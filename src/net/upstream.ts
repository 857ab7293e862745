import { randomUUID } from "node:crypto";
import type { Dispatcher } from "undici";
import { contentTypes, type PictureLimits, type PictureSpool } from "../core/picture.ts";
import { PinholeError } from "../core/errors.ts";
import type { BaseSettings, Provider, UpstreamHttp } from "../core/provider.ts";
import type { WireError, WireEvent, WireRequest } from "../core/wire.ts";
import { answerSink, errorSink } from "./answer.ts";
import type { CredentialStore } from "./credential-cache.ts";
import { createCleaner } from "./cleaner.ts";
import { createDownload } from "./download.ts";
import { readEvents } from "./event-queue.ts";
import { ErrorEvent, eventSink } from "./event-sink.ts";
import { type AnswerHead, type AnswerSink, exchange, TransportFault } from "./exchange.ts";
import { formBody } from "./form-writer.ts";
import { bareHost, type Guard, hostMatches } from "./guard.ts";
import { jsonBody, type OutgoingBody } from "./json-writer.ts";
import { type RelayTap, relaySink } from "./relay-sink.ts";
import { createTokenHttp } from "./token-http.ts";
import { errorEvent, exchangeError, refusal } from "./upstream-faults.ts";

/** What holds for every call of one attempt. */
export interface UpstreamContext {
  readonly provider: Provider;
  /** With one credential. */
  readonly settings: BaseSettings;
  /** Where made pictures go. */
  readonly spool: PictureSpool;
  readonly limits: PictureLimits;
  readonly signal: AbortSignal;
  /** Unix milliseconds. */
  readonly deadline: number;
  /** From a call's start until its connection is there, TLS included. */
  readonly connectMs: number;
  /** From a call's first byte out to the head of its answer; absent: the deadline counts. */
  readonly firstByteMs?: number | undefined;
  /** Further tries of a failed download. */
  readonly retryDownloads: number;
  /** Where the body of a relayable answer goes as it arrives, where it needs no change. */
  readonly relay?: RelayTap | undefined;
  /** Called at each call just before its first byte is written: from here on it may cost money. */
  readonly onSent?: () => void;
}

/** The connections and rules that all upstreams share. */
export interface EgressParts {
  readonly now: () => number;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly userAgent: string;
  /** For what the operator configured; may be private. */
  readonly open: Dispatcher;
  /** For URLs that others gave; reaches the public internet only. */
  readonly guarded: Dispatcher;
  readonly guard: Guard;
  readonly credentials: CredentialStore;
  /** A proxy stands between, which resolves names itself: the guard cannot see where a URL leads. */
  readonly proxy: { readonly filters: boolean } | undefined;
}

/** The HTTP that an adapter is handed for one attempt. */
export function createUpstream(parts: EgressParts, context: UpstreamContext): UpstreamHttp {
  return {
    call: (request) =>
      call(parts, context, request, (head) => {
        const { spool, limits, relay } = context;
        const { lift = [], liftInside } = request;
        const options = { lift, liftInside, spool, limits };
        const sink =
          relay === undefined || request.relayable !== true
            ? answerSink(head, options)
            : relaySink(head, options, relay);
        return mapSink(sink, (read) => ({ ...head, ...read }));
      }),
    events: (request) => streamEvents(parts, context, request),
    download: createDownload(parts, context),
  };
}

/** The channel's credential for one request; may ask an identity provider for a token first. */
async function authorize(
  parts: EgressParts,
  context: UpstreamContext,
  request: WireRequest,
): Promise<Readonly<Record<string, string>>> {
  const { provider, settings } = context;
  const http = createTokenHttp({
    ...context,
    dispatcher: parts.open,
    userAgent: parts.userAgent,
    now: parts.now,
    // Made on use: a cleaner is worth its making only where there is a fault to tell.
    clean: (text) => createCleaner(settings, {})(text),
    resolve: (url) => resolveUrl({ url }, context),
  });
  const cache = parts.credentials.of(provider.id);
  return provider.authorize({ settings, request, http, cache, now: parts.now });
}

/** Begins when the first event is asked for; ends soon after nobody asks any more. */
function streamEvents(
  parts: EgressParts,
  context: UpstreamContext,
  request: WireRequest,
): AsyncIterable<WireEvent> {
  const { spool, limits } = context;
  const headers = { accept: "text/event-stream, application/json", ...request.headers };
  return readEvents((push, over) => {
    const cancellable = { ...context, signal: AbortSignal.any([context.signal, over]) };
    return call(parts, cancellable, { ...request, headers }, (head) =>
      eventSink(head, { lift: request.lift ?? [], spool, limits, push }),
    );
  });
}

type Received<T> = { readonly answer: T } | { readonly error: WireError };

async function call<T>(
  parts: EgressParts,
  context: UpstreamContext,
  request: WireRequest,
  sinkOf: (head: AnswerHead) => AnswerSink<T>,
): Promise<T> {
  const { provider, settings, signal } = context;
  const url = resolveUrl(request, context);
  const authorization = await authorize(parts, context, request);
  const faults = () => ({
    readError: provider.readError,
    clean: createCleaner(settings, authorization),
    now: parts.now(),
  });
  const { body, contentType } = bodyOf(request);
  let received: Received<T>;
  try {
    received = await exchange<Received<T>>({
      dispatcher: parts.open,
      url,
      method: request.method ?? (body === undefined ? "GET" : "POST"),
      headers: headersOf(parts, request, contentType, authorization),
      body,
      signal,
      deadline: context.deadline,
      now: parts.now,
      connectMs: context.connectMs,
      firstByteMs: context.firstByteMs,
      onSent: context.onSent,
      receive: (head) => receive(head, sinkOf),
    });
  } catch (thrown) {
    if (thrown instanceof TransportFault && thrown.kind === "cancelled") {
      if (signal.reason instanceof PinholeError) throw signal.reason;
    }
    if (thrown instanceof ErrorEvent) throw errorEvent(thrown.error, faults());
    throw exchangeError(thrown, faults());
  }
  if ("error" in received) throw refusal(received.error, faults());
  return received.answer;
}

function receive<T>(
  head: AnswerHead,
  sinkOf: (head: AnswerHead) => AnswerSink<T>,
): AnswerSink<Received<T>> {
  if (head.status < 200 || head.status > 299) {
    return mapSink(errorSink(head), (error) => ({ error }));
  }
  return mapSink(sinkOf(head), (answer) => ({ answer }));
}

function mapSink<T, U>(sink: AnswerSink<T>, map: (value: T) => U): AnswerSink<U> {
  return {
    write: (chunk) => sink.write(chunk),
    end: () => map(sink.end()),
    abort: () => sink.abort(),
    get complete() {
      return sink.complete;
    },
    congested: (resume) => sink.congested?.(resume) ?? false,
  };
}

/** Throws on a URL that credentials may not go to: an adapter's mistake, never an upstream's or a caller's doing. */
function resolveUrl(request: WireRequest, { provider, settings }: UpstreamContext): URL {
  const base = new URL(settings.base_url);
  const isPath = request.url.startsWith("/");
  const url = URL.parse(isPath ? settings.base_url + request.url : request.url);
  if (url === null || url.username !== "" || url.password !== "") {
    throw new Error("a request to an upstream needs a path or an absolute URL");
  }
  const isTrusted =
    url.protocol === "https:" &&
    url.port === "" &&
    hostMatches(bareHost(url.hostname), provider.credentialHosts ?? []);
  const isConfigured = (provider.credentialOrigins?.(settings) ?? []).includes(url.origin);
  if (url.origin !== base.origin && !isConfigured && !isTrusted) {
    throw new Error("a request to an upstream leaves the hosts that its credentials may go to");
  }
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.append(name, value);
  }
  return url;
}

function bodyOf(request: WireRequest): {
  readonly body: OutgoingBody | undefined;
  readonly contentType: string | undefined;
} {
  if (request.json !== undefined) {
    return { body: jsonBody(request.json), contentType: "application/json" };
  }
  if (request.form !== undefined) {
    const body = formBody(request.form, `pinhole-${randomUUID()}`);
    return { body, contentType: body.contentType };
  }
  if (request.body === undefined) return { body: undefined, contentType: undefined };
  const { bytes, format } = request.body;
  const { byteLength } = bytes;
  const body = { byteLength, chunks: () => bytes.chunks(0, undefined, true), whole: undefined };
  return { body, contentType: contentTypes[format] };
}

function headersOf(
  parts: EgressParts,
  request: WireRequest,
  contentType: string | undefined,
  authorization: Readonly<Record<string, string>>,
): Record<string, string> {
  const headers: Record<string, string> = {
    "user-agent": parts.userAgent,
    accept: "application/json, image/*",
    // Lifting reads bytes as they come, and base64 of a picture does not compress.
    "accept-encoding": "identity",
    ...(contentType === undefined ? {} : { "content-type": contentType }),
  };
  for (const source of [request.headers ?? {}, authorization]) {
    for (const [name, value] of Object.entries(source)) headers[name.toLowerCase()] = value;
  }
  return headers;
}
