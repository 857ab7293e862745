import type { PinholeError } from "../../core/errors.ts";
import type { Nano } from "../../core/money.ts";
import type { Picture, PictureSpool } from "../../core/picture.ts";
import type { Usage } from "../../core/request.ts";
import type { Failure } from "./decision.ts";
import type { PreparedInputs } from "./inputs.ts";
import type { Plan } from "../fit/terms.ts";
import type { AttemptParts } from "./parts.ts";
import type { CallPart } from "../routing/call-part.ts";
import type { RelayTap } from "../../net/upstream/relay-sink.ts";

/** One picture as an upstream made it. */
export interface Made {
  /** Its place in the answer, from 0. */
  readonly index: number;
  readonly picture: Picture;
  readonly revisedPrompt: string | undefined;
  readonly quality: string | undefined;
  readonly background: string | undefined;
  readonly plan: Plan;
}

/** What one upstream call gave. */
export interface CallResult {
  readonly plan: Plan;
  /** The part of the request that the call was to make. */
  readonly part: CallPart;
  /** The same list for all that is told of one call. */
  readonly made: readonly Made[];
  readonly usage: Usage | undefined;
  readonly charge: Nano | undefined;
  /** Set where the call failed after it had made something. */
  readonly fault: PinholeError | undefined;
}

/** What holds for every attempt of one request. */
export interface AttemptContext {
  readonly parts: AttemptParts;
  readonly spool: PictureSpool;
  readonly inputs: (plan: Plan) => PreparedInputs | Promise<PreparedInputs>;
  readonly signal: AbortSignal;
  /** Unix milliseconds; one deadline over all attempts. */
  readonly deadline: number;
  /** False: the client has gone, so no further attempt is begun. Absent: always. */
  readonly wanted?: () => boolean;
  /**
   * Resolves when the request's record is on the disk: nothing is asked of an upstream before. Rejects
   * where it never will be. Absent: it is there.
   */
  readonly recorded?: Promise<void> | undefined;
  /** Attempts of the request so far. */
  attempts(): number;
  /** Called for each picture as it is made, before the call it belongs to has ended. `soFar` is the call up to this picture. */
  onMade(made: Made, soFar: CallResult): void;
  /** Called for each preview. `index` is its picture's place in the answer, from 0. */
  readonly onPartial?: ((partial: Picture, index: number, plan: Plan) => void) | undefined;
  /** Called when a call that made something is over. */
  readonly onEnded?: ((result: CallResult) => void) | undefined;
  /** Where an upstream's body may go to the client as it arrives. */
  readonly relay?: Relay | undefined;
}

/** How an attempt ended: with pictures, even where a fault followed them, or without. */
export type AttemptEnd = { readonly result: CallResult } | { readonly failure: Failure };

/** The relay of one request. */
export interface Relay {
  /** True once a body flows: from then on there is no other answer and no other attempt. */
  begun(): boolean;
  /** For one upstream call; undefined where its answer would have to be changed. */
  tap(plan: Plan, attempts: number): RelayTap | undefined;
}
