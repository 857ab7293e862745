import type { Duplex } from "node:stream";
import type { Dispatcher, ping, WebSocket } from "undici";
import type { Picture } from "../core/picture.ts";
import type { ProviderTools, SocketMessage, UpstreamSocket } from "../core/provider.ts";
import { abortListeners } from "../runtime/abort-listeners.ts";
import type { EgressParts, UpstreamContext } from "./upstream/context.ts";
import { cancelled, deadlinePassed } from "./upstream/poll.ts";
import { resolveUrl } from "./upstream/request-url.ts";
import { authorizeLink } from "./upstream/upstream.ts";
import { pictureError } from "./upstream/upstream-faults.ts";

/** Messages and bytes that may wait for their reader; a socket whose reader falls further behind is ended. */
const waitingMessagesMax = 2_000;
const waitingBytesMax = 96 * 1024 * 1024;
/** Proxies end a connection on which nothing is said for a minute. */
const pingEveryMs = 20_000;
/** The time that the other side has to say its goodbye. */
const goodbyeMs = 1_000;

/** The client of websockets: few upstreams speak it, so it is loaded for the first that does. */
interface SocketClient {
  readonly WebSocket: typeof WebSocket;
  readonly ping: typeof ping;
}

/**
 * Opens websockets to an upstream on undici's client, through the same dispatcher as its calls, so that
 * proxies, certificates and the rule on where credentials may go are the same.
 */
export function createSockets(
  parts: EgressParts,
  context: UpstreamContext,
): ProviderTools["socket"] {
  return async (request) => {
    const { signal, deadline } = context;
    const url = new URL(resolveUrl(request, context));
    const authorization = await authorizeLink(parts, context, url);
    const client = await import("undici/lib/web/websocket/websocket.js");
    await context.ready;
    if (signal.aborted) throw cancelled(signal);
    if (deadline <= parts.now()) throw deadlinePassed();
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const headers = { "user-agent": parts.userAgent, ...authorization };
    const socket = new OpenSocket(parts, context, client, { url, headers });
    if (await socket.opened(Math.min(context.connectMs, deadline - parts.now()))) return socket;
    socket.close();
    if (signal.aborted) throw cancelled(signal);
    return undefined;
  };
}

class OpenSocket implements UpstreamSocket {
  readonly #parts: EgressParts;
  readonly #context: UpstreamContext;
  readonly #client: WebSocket;
  readonly #sendPing: typeof ping;
  /** The connection below, once the handshake is done: the client itself never cuts a peer that says no goodbye. */
  #wire: Duplex | undefined;
  readonly #waiting: SocketMessage[] = [];
  #waitingBytes = 0;
  #isOver = false;
  /** Called when something has come, or will not come any more. */
  #wake: () => void = () => {};
  readonly #pings: NodeJS.Timeout;
  readonly #end = (): void => this.close();
  readonly #watching: number;

  constructor(
    parts: EgressParts,
    context: UpstreamContext,
    client: SocketClient,
    { url, headers }: { readonly url: URL; readonly headers: Readonly<Record<string, string>> },
  ) {
    this.#parts = parts;
    this.#context = context;
    const dispatcher = parts.open.compose(keepingWire((wire) => (this.#wire = wire)));
    this.#client = new client.WebSocket(url, { dispatcher, headers });
    this.#sendPing = client.ping;
    this.#client.binaryType = "arraybuffer";
    this.#client.addEventListener("open", () => this.#wake());
    this.#client.addEventListener("message", ({ data }) => this.#take(data));
    this.#client.addEventListener("close", () => this.close());
    this.#pings = setInterval(() => this.#ping(), pingEveryMs);
    this.#watching = abortListeners(context.signal).add(this.#end);
    parts.sockets.add(this.#end);
  }

  /** True once the handshake is done; false where it fails or takes longer. */
  async opened(waitMs: number): Promise<boolean> {
    const until = performance.now() + waitMs;
    while (!this.#isOver && this.#client.readyState === this.#client.CONNECTING) {
      const left = until - performance.now();
      if (left <= 0) return false;
      await this.#woken(left);
    }
    return !this.#isOver;
  }

  send(text: string): void {
    if (!this.#isOver) this.#client.send(text);
  }

  async next<T>(
    read: (message: SocketMessage) => T | undefined,
    quietMs: number,
  ): Promise<{ readonly found: T } | "quiet" | "over"> {
    const { signal, deadline } = this.#context;
    const until = performance.now() + quietMs;
    for (;;) {
      if (signal.aborted) throw cancelled(signal);
      const found = this.#findWaiting(read);
      if (found !== undefined) return { found };
      if (this.#isOver) return "over";
      const left = deadline - this.#parts.now();
      if (left <= 0) throw deadlinePassed();
      const quietLeft = until - performance.now();
      if (quietLeft <= 0) return "quiet";
      await this.#woken(Math.min(left, quietLeft));
    }
  }

  picture(bytes: Uint8Array): Picture {
    const writer = this.#context.spool.begin(this.#context.limits);
    try {
      writer.write(bytes);
      return writer.end();
    } catch (thrown) {
      writer.abort();
      throw pictureError(thrown);
    }
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#pings);
    abortListeners(this.#context.signal).remove(this.#watching);
    this.#parts.sockets.delete(this.#end);
    this.#client.close();
    const wire = this.#wire;
    if (wire !== undefined) setTimeout(() => wire.destroy(), goodbyeMs).unref();
    this.#wake();
  }

  #findWaiting<T>(read: (message: SocketMessage) => T | undefined): T | undefined {
    for (let message = this.#waiting.shift(); message !== undefined;) {
      this.#waitingBytes -= message.length;
      const found = read(message);
      if (found !== undefined) return found;
      message = this.#waiting.shift();
    }
    return undefined;
  }

  #take(data: unknown): void {
    if (this.#isOver) return;
    if (typeof data !== "string" && !(data instanceof ArrayBuffer)) return;
    const message = typeof data === "string" ? data : new Uint8Array(data);
    this.#waiting.push(message);
    this.#waitingBytes += message.length;
    const isTooMuch =
      this.#waiting.length > waitingMessagesMax || this.#waitingBytes > waitingBytesMax;
    if (isTooMuch) this.close();
    this.#wake();
  }

  #ping(): void {
    if (this.#client.readyState === this.#client.OPEN) this.#sendPing(this.#client);
  }

  /** Resolves when something comes, and after so many milliseconds. */
  async #woken(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
  }
}

/** Passes everything on, and hands over the connection that a handshake leaves behind. */
function keepingWire(keep: (wire: Duplex) => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onRequestUpgrade(controller, status, headers, wire) {
        keep(wire);
        return handler.onRequestUpgrade?.(controller, status, headers, wire);
      },
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
      onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
      onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
    });
}
