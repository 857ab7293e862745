import type { PinholeError } from "./errors.ts";
import type { OutputFormat, Picture, Raster } from "./picture.ts";
import type { WireAnswer, WireEvent, WireRequest } from "./wire.ts";

/** The HTTP that an adapter is handed: authorised, bounded, abortable, aimed at the channel's `base_url`. */
export interface UpstreamHttp {
  /** Throws `PinholeError` for transport faults and for every status outside 2xx, after `readError`. */
  call(request: WireRequest): Promise<WireAnswer>;
  /**
   * Calls and reads the answer as server-sent events while they arrive; every fault is thrown as
   * `call` throws it, after the events before it. An `error` event is thrown as the `PinholeError`
   * that `readError` makes of it (with the answer's status), else upstream_refused.
   */
  events(request: WireRequest): AsyncIterable<WireEvent>;
  /**
   * The error that an answer with a good status holds in the place of pictures, read by `readError` and
   * cleaned as that of a bad status is; undefined where `readError` finds none.
   */
  refusal(answer: WireAnswer): PinholeError | undefined;
  /** Fetches a made image from a link that the upstream gave, absolute or relative to `base_url`, without credentials, through the guard. A failed download is retried as a download. */
  download(url: string): Promise<Picture>;
}

/** One message of a websocket: a text, or bytes. */
export type SocketMessage = string | Uint8Array;

/** An open websocket to the upstream. It ends with the attempt; a peer that goes silent is found out by asking. */
export interface UpstreamSocket {
  /** Sends a text; nothing happens where the socket is over. */
  send(text: string): void;
  /**
   * The next message in which `read` finds something; others are passed over. `quiet`: nothing was found
   * for `quietMs`. `over`: the socket has ended and nothing more will come. Throws where the request is
   * aborted or its deadline passes.
   */
  next<T>(
    read: (message: SocketMessage) => T | undefined,
    quietMs: number,
  ): Promise<{ readonly found: T } | "quiet" | "over">;
  /** The picture that bytes of a message are. Throws upstream_bad_answer where they are none. */
  picture(bytes: Uint8Array): Picture;
  close(): void;
}

/** Randomness of one attempt. */
export interface Chance {
  /** A random UUID, in lower case. */
  uuid(): string;
  /** A whole number from 0 to below `limit`, which is at most 2^48 - 1. */
  below(limit: number): number;
}

/** The tools that `generate` is given besides the request, and all it may use. */
export interface ProviderTools {
  readonly http: UpstreamHttp;
  /**
   * Opens a websocket, authorised as a GET of the same URL is. Undefined where that fails: what it would
   * have told is to be asked for otherwise.
   */
  socket(request: Pick<WireRequest, "url" | "query">): Promise<UpstreamSocket | undefined>;
  readonly chance: Chance;
  /**
   * Calls `read` until it returns something other than undefined, waiting between calls: `firstMs`,
   * growing by half to `maxMs` (defaults 500 and 5,000). Ends with upstream_timeout at the deadline.
   */
  poll<T>(
    read: () => Promise<T | undefined>,
    pace?: { readonly firstMs?: number; readonly maxMs?: number },
  ): Promise<T>;
  /** Waits; ends early with an error when the request is aborted or the deadline passes. Milliseconds. */
  sleep(ms: number): Promise<void>;
  /**
   * Does the work, and beside it looks every `everyMs`: yields what a look finds, returns what the
   * work comes to or throws what it throws. A look that fails finds nothing.
   */
  alongside<T, E>(
    work: () => Promise<T>,
    look: () => Promise<E | undefined>,
    everyMs: number,
  ): AsyncGenerator<E, T, void>;
  /** Pixels in and out, off the main thread. For providers that paint (the sandbox); upstream bytes never need it. */
  readonly raster: {
    decode(picture: Picture): Promise<Raster>;
    /** `compression` 0 to 100, jpeg and webp only. PNG keeps alpha; jpeg is flattened on white. */
    encode(raster: Raster, format: OutputFormat, compression?: number): Promise<Picture>;
  };
}
