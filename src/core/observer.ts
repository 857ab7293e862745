import type { ErrorCode, Evidence } from "./errors.ts";
import type { Cost, Nano } from "./money.ts";
import type { Operation } from "./request.ts";

/**
 * The port by which rooms say what has happened, for metrics, traces and notices. A listener reads the clock itself;
 * its functions return at once and do not throw. Where nobody listens there is no observer, and saying nothing costs nothing.
 * No prompts, pictures, URLs, headers or credentials are ever told.
 */
export interface Observer {
  /** A request for images begins, before its body is read. */
  request(begun: RequestBegun): RequestObserver;
  /** The answer to an HTTP request, of whatever route, has left. */
  answered(answer: AnswerSent): void;
  /** A command of the database has its answer. */
  command(times: CommandTimes): void;
  /** The image store has done, or failed to do, one thing. */
  stored(done: StoreAction): void;
  /** The health of a channel, or of one of its parts, has changed. */
  healthChanged(change: ChannelChange): void;
}

export interface RequestBegun {
  readonly requestId: string;
  readonly keyId: string;
  readonly operation: Operation;
  /** The client's W3C trace context, as its headers have it: unchecked text. */
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** Parts of the time that a request takes. `picture` runs once a picture, side by side. */
export const requestSteps = [
  "read",
  "wait",
  "record",
  "upstream",
  "picture",
  "settle",
  "send",
] as const;
export type RequestStep = (typeof requestSteps)[number];

/** A function that ends what has begun. A second call changes nothing. */
export type Over = () => void;

/** The listener of one request. */
export interface RequestObserver {
  /** The request has been read: `model` is the client's word for it, served here or not. */
  asked(asked: { readonly model: string; readonly n: number; readonly stream: boolean }): void;
  step(step: RequestStep): Over;
  /** One of its calls waits in a channel's line, at this place from 1; it may be told often. Absent: nobody asks. */
  waiting?(place: number): void;
  /** An attempt at one target begins. */
  attempt(begun: AttemptBegun): AttemptObserver;
  /** Money is set aside for it; the function that is returned hears how the hold ended. */
  held(nano: Nano): (end: HoldEnd) => void;
  /** Pictures were made for it, whoever gets them. */
  made(made: PicturesMade): void;
  /** The request has come to this; the first word counts. */
  outcome(end: RequestEnd): void;
  /** The answer has been sent. A second call changes nothing. */
  over(): void;
}

export type HoldEnd = "settled" | "voided";

export interface PicturesMade {
  readonly images: number;
  /** The customer's debt. */
  readonly cost: Cost;
  readonly channelId: string;
}

/** The end of a request: with pictures of its own, those of the request that it repeats, or an error. */
export type RequestEnd =
  | { readonly kind: "succeeded" | "partial" | "repeated" }
  | { readonly kind: "failed"; readonly code: ErrorCode };

export interface AttemptBegun {
  readonly channelId: string;
  readonly providerId: string;
  /** The model's name at the upstream. */
  readonly upstreamModel: string;
  /** From 1, of its upstream call. */
  readonly attempt: number;
}

/** The listener of one attempt. */
export interface AttemptObserver {
  /** An HTTP exchange begins: a call, or the download of a made picture. */
  exchange(kind: "call" | "download"): ExchangeObserver;
  /** The upstream has taken on work that it can be asked to take back. */
  cancellable?(): void;
  end(end: AttemptClosed): void;
}

export interface ExchangeObserver {
  /** Headers that tell the upstream of the trace; empty unless the operator wants that. */
  readonly headers: Readonly<Record<string, string>>;
  /** The status of the answer; undefined where none came whole. A second call changes nothing. */
  end(status: number | undefined): void;
}

export interface AttemptClosed {
  /** Undefined: it succeeded. */
  readonly code: ErrorCode | undefined;
  /** Of a failure, where there is any. */
  readonly evidence: Evidence | undefined;
  /** The provider's charge; null: unknown. */
  readonly providerNano: Nano | null;
}

export interface AnswerSent {
  /** As the route is declared; undefined for addresses that there are not. */
  readonly route: string | undefined;
  readonly status: number;
}

export interface CommandTimes {
  readonly kind: "read" | "write";
  /** Until the database began on it. */
  readonly waitMs: number;
  /** While the database worked on it and on those beside it in the same transaction, its commit included. */
  readonly runMs: number;
}

export const storeActions = ["put", "open", "remove", "ensure_room"] as const;

export interface StoreAction {
  readonly action: (typeof storeActions)[number];
  readonly ms: number;
  readonly isFailed: boolean;
  /** Of what was put. */
  readonly bytes: number;
}

export interface ChannelChange {
  readonly channelId: string;
  readonly to: "healthy" | "cooling" | "half_open";
}
