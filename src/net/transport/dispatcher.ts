import type { Dispatcher } from "undici";
import connectCall from "undici/lib/api/api-connect.js";
import Agent from "undici/lib/dispatcher/agent.js";
import DispatcherClass from "undici/lib/dispatcher/dispatcher.js";
import EnvHttpProxyAgent from "undici/lib/dispatcher/env-http-proxy-agent.js";
import Pool from "undici/lib/dispatcher/pool.js";
import buildConnector from "undici/lib/core/connect.js";
import { withMendedHeads } from "./answer-heads.ts";

/** The proxies that connections go through. */
export interface ProxyUrls {
  /** For https upstreams. */
  readonly https: string | undefined;
  /** For http upstreams. */
  readonly http: string | undefined;
  /** Comma-separated hosts that are reached directly. */
  readonly bypass: string | undefined;
}

export interface DispatcherOptions {
  /** Upper bound of every connection attempt; each call has its own, shorter one. */
  readonly connectTimeoutMs: number;
  /** The time a connection may rest before it is used again, where its server has not said how long it may. */
  readonly restMsMax: number;
  /** Opens the connections; the system's own way unless given. */
  readonly connect?: buildConnector.connector | undefined;
  readonly proxy?: ProxyUrls | undefined;
}

/** Bytes of one message of a websocket, unpacked: a preview or a whole picture. */
export const socketMessageBytesMax = 64 * 1024 * 1024;

/**
 * The connections to one kind of destination, made when they are used and kept alive. HTTP/1.1 only: one
 * request a connection leaves no doubt about what was sent when it breaks, and the number of connections is
 * bounded by the channels' own limits, since a pool's limit queues in silence.
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { connectTimeoutMs, restMsMax, proxy } = options;
  const shared = { allowH2: false, connectTimeout: connectTimeoutMs, keepAliveTimeout: restMsMax };
  const connect = options.connect ?? buildConnector({ allowH2: false, timeout: connectTimeoutMs });
  const agent = {
    ...shared,
    connect,
    webSocket: { maxPayloadSize: socketMessageBytesMax },
    // The connector of an agent is a function of ours, or of the proxy's tunnels.
    factory: (origin: string | URL, pool: { readonly connect?: buildConnector.connector }) =>
      new Pool(origin, { ...shared, ...pool, connect: withMendedHeads(pool.connect ?? connect) }),
  };
  if (proxy === undefined) return new Agent(agent);
  // A tunnel is asked for by the one call that undici's index would have given to all its dispatchers.
  DispatcherClass.prototype.connect ??= connectCall;
  return new EnvHttpProxyAgent({
    ...agent,
    // Given as empty rather than left out: what is left out, undici would read from the environment.
    httpProxy: proxy.http ?? "",
    httpsProxy: proxy.https ?? "",
    noProxy: proxy.bypass ?? "",
  });
}
