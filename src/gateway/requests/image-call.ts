import type { KeyRecord } from "../../core/key.ts";
import type { RequestObserver } from "../../core/observer.ts";
import type { PictureSpool } from "../../core/picture.ts";
import type { ImageRequest } from "../../core/request.ts";
import type { RequestTrace } from "../attempts/trace.ts";
import type { LiveObserver } from "../delivery/live.ts";
import type { RelayClient } from "../delivery/relay.ts";
import type { HoldTerms } from "../ledger/hold.ts";
import type { Client, RunControl } from "./run.ts";

/** One request for images, parsed and authenticated. */
export interface ImageCall {
  readonly requestId: string;
  readonly clientRequestId: string | undefined;
  readonly key: KeyRecord;
  /** The person who makes it in the console with a key of theirs; absent: the key says whose it is. */
  readonly personId?: string | undefined;
  readonly request: ImageRequest;
  /** Asked for by header; the key's and the operator's settings are added here. */
  readonly strict: boolean;
  /** Holds the request's pictures; the caller disposes it when no answer needs them any more. */
  readonly spool: PictureSpool;
  readonly idempotencyKey: string | undefined;
  /** Ids of the pictures of the gallery that the request's pictures are, for the record; absent: they came from elsewhere. */
  readonly madeFrom?: readonly string[] | undefined;
  /** Labels of its header, for usage; absent: none. */
  readonly labels?: readonly string[] | undefined;
  /** Aborted only when the gateway itself must stop: a client that goes away does not stop a paid call. */
  readonly signal: AbortSignal;
  /** Told of previews and finished pictures while the request runs, for clients that asked for a stream. */
  readonly live?: LiveObserver | undefined;
  /** Takes an upstream's body as it arrives, where nothing has to change; the outcome is then its record. */
  readonly relay?: RelayClient | undefined;
  /** Milliseconds from its first byte until it was read; absent: it was there at once. */
  readonly readMs?: number | undefined;
  /** Told what becomes of it. */
  readonly observer?: RequestObserver | undefined;
}

/** A request as it came from its client, with what tells whether it is a retry of an earlier one. */
export interface ComingCall extends ImageCall {
  readonly client: Client;
  /** An official SDK says that it tries again. */
  readonly sdkRetry: boolean;
  /** Called where the answer is an earlier request's, which may be long in coming. */
  readonly onWait?: (() => void) | undefined;
  /** True: the outcome is told once its record has it, for a page that then looks at what is there. */
  readonly isRecordedFirst?: boolean | undefined;
}

/** The facts with which making a request begins. */
export interface MakingFacts {
  /** The request with its pictures upright. */
  readonly call: ImageCall;
  readonly fingerprint: string;
  readonly run: RunControl;
  /** The payer and the budgets; undefined: it is free. */
  readonly terms: HoldTerms | undefined;
  /** Over all attempts, by the process's uptime. */
  readonly deadline: number;
  /** Notes when what happened, for the record. */
  readonly trace?: RequestTrace | undefined;
  /** Counts images that were made or may have been billed. */
  readonly spend: (images: number) => void;
}
