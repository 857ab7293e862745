import type { buildConnector, Dispatcher } from "undici";
import { PinholeError } from "../core/errors.ts";
import type { Picture, PictureLimits, PictureSpool } from "../core/picture.ts";
import type { ProviderTools, UpstreamHttp } from "../core/provider.ts";
import { createCredentialStore } from "./upstream/credential-cache.ts";
import { createDispatcher, type ProxyUrls } from "./transport/dispatcher.ts";
import { TransportFault } from "./transport/transport-fault.ts";
import { fetchPicture, StatusFault } from "./guard/fetch-picture.ts";
import {
  type AllowPrivate,
  createGuard,
  GuardRefusal,
  nothingPrivate,
  type Resolve,
} from "./guard/guard.ts";
import { createPlainFetch, type PlainFetch } from "./plain-fetch.ts";
import { createSockets } from "./socket.ts";
import { type Report, sendReport } from "./report.ts";
import { createUpstream } from "./upstream/upstream.ts";
import type { EgressParts, UpstreamContext } from "./upstream/context.ts";

export { createNoticePost } from "./notice-post.ts";
export type { NoticeMessage, NoticePost, PostEnd } from "./notice-post.ts";
export { createPlainHttp } from "./plain-http.ts";
export type { PlainFetch } from "./plain-fetch.ts";
export { createPacing } from "./upstream/poll.ts";
export type { Report } from "./report.ts";
export type { RelayTap } from "./upstream/relay-sink.ts";
export type { AllowPrivate, Resolve, UpstreamContext };

/** The proxy variables of the environment, and what the operator says about the proxy. */
export interface ProxyOptions extends ProxyUrls {
  /** True: the proxy itself keeps requests out of private networks, so URLs of strangers may go through it. */
  readonly filters?: boolean;
}

export interface EgressOptions {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** From 0 (inclusive) to 1 (exclusive). Spreads retries of downloads. */
  readonly random?: () => number;
  /** Resolves host names of URLs that strangers gave; the system's resolver unless given. */
  readonly resolve?: Resolve;
  /** The addresses that the guard lets through besides the public internet; none unless given. */
  readonly allowPrivate?: AllowPrivate;
  readonly userAgent?: string;
  readonly proxy?: ProxyOptions;
  /** Opens sockets in place of the system's own, for tests that lead vendors' names elsewhere. Not with a proxy. */
  readonly connect?: buildConnector.connector;
  /** Sees every exchange on its way, as a recorder does. */
  readonly watch?: Dispatcher.DispatcherComposeInterceptor;
}

export interface CallerPictureOptions {
  readonly spool: PictureSpool;
  readonly limits: PictureLimits;
  readonly signal: AbortSignal;
  /** Over everything: name, connection, redirects, body. */
  readonly timeoutMs: number;
  /** The request field that named the URL. */
  readonly param: string;
}

/** The HTTP that leaves this process: calls to upstreams, and pictures that are fetched. */
export interface Egress {
  /** The HTTP of one attempt at an upstream. */
  upstream(context: UpstreamContext): UpstreamHttp;
  /** The websockets of one attempt. */
  sockets(context: UpstreamContext): ProviderTools["socket"];
  /** Fetches a picture that a client named, through the guard. Throws invalid_image or image_too_large naming the field. */
  fetchCallerPicture(url: string, options: CallerPictureOptions): Promise<Picture>;
  /** Sends a report to a server that the operator named; resolves with the status of its answer. */
  report(report: Report): Promise<number>;
  /** A `fetch` for a service that the operator named: its own host is reached whatever it is, all others as strangers' URLs are. */
  fetchFor(named: URL): PlainFetch;
  /** Ends every connection; what is in flight fails. */
  close(): Promise<void>;
}

/** Upper bound of every connection attempt; each call has its own, shorter one. */
const connectTimeoutMs = 60_000;
/**
 * The time a connection may rest before it is used again, where its server has not said how long it may.
 * A server that closes it at the very moment a paid request is written leaves nobody knowing whether an
 * image was made, and nginx may be set to 1 s. Another handshake costs little beside making an image.
 */
const restMsMax = 500;
const userAgentDefault = "pinhole";

/** Opens no connection until it is used. Connections are kept alive. */
export function createEgress(options: EgressOptions): Egress {
  const guard = createGuard({
    allowPrivate: options.allowPrivate ?? nothingPrivate,
    resolve: options.resolve,
    connectTimeoutMs,
    connect: options.connect,
  });
  const { proxy } = options;
  const parts: EgressParts = {
    now: options.now,
    random: options.random ?? Math.random,
    userAgent: options.userAgent ?? userAgentDefault,
    open: watched(
      createDispatcher({ connectTimeoutMs, restMsMax, proxy, connect: options.connect }),
      options,
    ),
    guarded: watched(
      createDispatcher({ connectTimeoutMs, restMsMax, connect: guard.connect }),
      options,
    ),
    guard,
    credentials: createCredentialStore(options.now),
    proxy: proxy === undefined ? undefined : { filters: proxy.filters === true },
    sockets: new Set(),
  };
  return {
    upstream: (context) => createUpstream(parts, context),
    sockets: (context) => createSockets(parts, context),
    fetchCallerPicture: (url, caller) => fetchCallerPicture(parts, url, caller),
    report: (report) => sendReport(parts, report),
    fetchFor: (named) =>
      createPlainFetch({
        ...parts,
        route: (url) => (url.origin === named.origin ? parts.open : callerRoute(parts, url)),
      }),
    async close() {
      for (const end of parts.sockets) end();
      await Promise.all([parts.open.destroy(), parts.guarded.destroy()]);
    },
  };
}

function watched(dispatcher: Dispatcher, { watch }: EgressOptions): Dispatcher {
  return watch === undefined ? dispatcher : dispatcher.compose(watch);
}

async function fetchCallerPicture(
  parts: EgressParts,
  url: string,
  options: CallerPictureOptions,
): Promise<Picture> {
  try {
    return await fetchPicture(url, {
      route: (target) => callerRoute(parts, target),
      spool: options.spool,
      limits: { ...options.limits, param: options.param, blame: "caller" },
      signal: options.signal,
      deadline: parts.now() + options.timeoutMs,
      now: parts.now,
      connectMs: options.timeoutMs,
      userAgent: parts.userAgent,
    });
  } catch (thrown) {
    const isOurs =
      thrown instanceof GuardRefusal ||
      thrown instanceof StatusFault ||
      thrown instanceof TransportFault;
    if (!isOurs) throw thrown;
    // One message for all: an answer that told a refused address from a closed port would be a map of the network.
    throw new PinholeError("invalid_image", {
      message: `The image in \`${options.param}\` could not be fetched; use a public https URL that answers with a PNG, JPEG or WebP image, or send the image itself.`,
      param: options.param,
      detail: thrown.message,
    });
  }
}

function callerRoute(parts: EgressParts, url: URL): Dispatcher {
  parts.guard.check(url);
  if (parts.proxy === undefined) return parts.guarded;
  if (parts.proxy.filters) return parts.open;
  throw new GuardRefusal(
    "through a proxy that does not filter, callers' URLs are not fetched; egress.proxy_filters says that it does",
  );
}
