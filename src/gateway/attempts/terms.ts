import type { PinholeError } from "../../core/errors.ts";
import type { Cost, Nano } from "../../core/money.ts";
import type { AttemptObserver, RequestObserver } from "../../core/observer.ts";
import type { Picture, PictureSpool } from "../../core/picture.ts";
import type { CallFacts } from "../../core/provider.ts";
import type { Usage, Warning } from "../../core/request.ts";
import type { RelayTap } from "../../net/egress.ts";
import type { AttemptOutcome, NewAttempt } from "../../store/request-records.ts";
import type { ChargeTerms } from "../fit/priced-call.ts";
import type { Plan } from "../fit/terms.ts";
import type { CallPart } from "../routing/call-part.ts";
import type { PreparedInputs } from "./inputs.ts";
import type { AttemptParts } from "./parts.ts";
import type { AttemptTrace, RequestTrace } from "./trace.ts";

/** One picture as an upstream made it. */
export interface Made {
  /** Place in the answer, from 0. */
  readonly index: number;
  readonly picture: Picture;
  readonly revisedPrompt: string | undefined;
  /** The seed that it was made with, in decimal digits, where it is known. */
  readonly seed: string | undefined;
  readonly quality: string | undefined;
  readonly background: string | undefined;
  /** The adapter's own, about what the upstream passed over. */
  readonly warnings: readonly Warning[];
  readonly plan: Plan;
}

/** The pictures and the account of one upstream call. */
export interface CallResult {
  readonly plan: Plan;
  /** The part of the request that the call was to make. */
  readonly part: CallPart;
  /** The same list for all that is told of one call. */
  readonly made: readonly Made[];
  readonly usage: Usage | undefined;
  readonly charge: Nano | undefined;
  /** Facts of the call beside its usage that a price may need, such as steps or seconds. */
  readonly facts: CallFacts;
  /** Told of the call as a whole: parts of the request that were not honoured. */
  readonly warnings: readonly Warning[];
  /** The customer's debt for the pictures so far. */
  readonly cost: Cost;
  /** Set where the call failed after it had made something. */
  readonly fault: PinholeError | undefined;
}

/** A request that is being made, as its attempts see it: one value for all of them. */
export interface AttemptContext {
  readonly parts: AttemptParts;
  readonly spool: PictureSpool;
  /** Aborted when the gateway must stop. */
  readonly signal: AbortSignal;
  /** The circumstances that rule what its pictures are charged. */
  readonly charge: ChargeTerms;
  /** One deadline over all attempts, by the process's uptime. */
  readonly deadline: number;
  /** The seed of the request's first picture where the gateway must draw one: the same for all its calls. */
  seed(): number;
  /** The request's input pictures as the plan's upstream wants them. */
  readonly inputs: (plan: Plan) => Promise<PreparedInputs>;
  readonly record: AttemptBook;
  readonly receiver: CallReceiver;
  /** The way of an upstream's body to the client as it arrives; undefined where none may go so. */
  readonly relay: Relay | undefined;
  /** Told of each attempt. */
  readonly observer?: RequestObserver | undefined;
  /** Notes when what happened; undefined: nobody will ask. */
  readonly trace?: RequestTrace | undefined;
  /** Counts images that an attempt made, or for which it may have been billed. */
  spend(images: number): void;
  /** False once the client has gone or the gateway stops: no further attempt is begun. */
  isWanted(): boolean;
  /** The signal that is aborted once whoever asked has stopped it, which a client that goes away does not. Absent: nobody can. */
  stopped?(): AbortSignal;
}

/** The listeners of one attempt. */
export interface AttemptListeners {
  readonly observer?: AttemptObserver | undefined;
  readonly trace?: AttemptTrace | undefined;
}

/** The request's record, as far as attempts write it. */
export interface AttemptBook {
  /**
   * Resolves when the request's record is on the disk: nothing is asked of an upstream before. Rejects
   * where it never will be.
   */
  readonly recorded: Promise<void>;
  /** Attempts of the request so far. */
  attempts(): number;
  /**
   * Writes an attempt of this call, for so many images, before its socket opens; the first ones were written with the
   * request itself. Undefined: the budgets of its channel do not cover it.
   */
  open(call: number, attempt: number, plan: Plan, count: number): Promise<NewAttempt | undefined>;
  close(attempt: NewAttempt, outcome: Omit<AttemptOutcome, "id" | "finishedAt">): void;
}

/** The receiver of what upstream calls make, told while they run. Functions return at once and do not throw. */
export interface CallReceiver {
  /** Takes a preview. `index` is its picture's place in the answer, from 0. */
  preview(picture: Picture, index: number, plan: Plan): void;
  /** Takes a picture before its call has ended. `soFar` is the call up to this picture. */
  made(made: Made, soFar: CallResult): void;
  /** Hears of the end of a call that made something. */
  ended(result: CallResult): void;
}

/** The failure of an attempt that delivered nothing. */
export interface Failure {
  /** The evidence is `produced` where a picture, a preview or a link to a picture was seen. */
  readonly error: PinholeError;
  /** True where the attempt was ended from outside, so that it says nothing about the upstream. */
  readonly cancelled: boolean;
}

/** The end of an attempt: with pictures, even where a fault followed them, or without. */
export type AttemptEnd = { readonly result: CallResult } | { readonly failure: Failure };

/** The relay of one request. */
export interface Relay {
  /** True once a body flows: from then on there is no other answer and no other attempt. */
  begun(): boolean;
  /** The tap for one upstream call; undefined where its answer would have to be changed. `warnings` are told with those of the plan. */
  tap(plan: Plan, attempts: number, warnings: readonly Warning[]): RelayTap | undefined;
}
