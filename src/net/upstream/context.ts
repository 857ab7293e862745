import type { Dispatcher } from "undici";
import type { AttemptObserver } from "../../core/observer.ts";
import type { PictureLimits, PictureSpool } from "../../core/picture.ts";
import type { BaseSettings, Provider } from "../../core/provider.ts";
import type { Guard } from "../guard/guard.ts";
import type { CredentialStore } from "./credential-cache.ts";
import type { RelayTap } from "./relay-sink.ts";

/** The settings, limits and deadlines that hold for every call of one attempt. */
export interface UpstreamContext {
  readonly provider: Provider;
  /** With one credential. */
  readonly settings: BaseSettings;
  /** The spool that made pictures go to. */
  readonly spool: PictureSpool;
  readonly limits: PictureLimits;
  readonly signal: AbortSignal;
  /** Unix milliseconds. */
  readonly deadline: number;
  /** From a call's start until its connection is there, TLS included. */
  readonly connectMs: number;
  /** From a call's first byte out to the head of its answer; absent: the deadline counts. */
  readonly firstByteMs?: number | undefined;
  /** Further tries of a download whose connection failed. */
  readonly retryDownloads: number;
  /** The time for which a link may answer that its picture is not there, milliseconds; 20 s where it is absent. */
  readonly lateLinksMs?: number | undefined;
  /** Resolves when calls may leave; all that needs no answer is done before. Where it rejects, so do they. */
  readonly ready?: Promise<void> | undefined;
  /** The tap that the body of an answer goes to as it arrives, where it needs no change. */
  readonly relay?: RelayTap | undefined;
  /** Called at each call just before its first byte is written: from here on it may cost money. */
  readonly onSent?: () => void;
  /** Called at each call when the head of its answer is there. */
  readonly onAnswer?: () => void;
  /** Told of each exchange. */
  readonly observer?: AttemptObserver | undefined;
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
  /** Ends each websocket that is open. */
  readonly sockets: Set<() => void>;
}
