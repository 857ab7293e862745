import { type PinholeError, asPinholeError } from "../../core/errors.ts";
import type { RequestObserver } from "../../core/observer.ts";
import type { PictureSpool } from "../../core/picture.ts";
import { createInputs, type PreparedInputs } from "../attempts/inputs.ts";
import type { AttemptContext, Relay } from "../attempts/terms.ts";
import type { RequestTrace } from "../attempts/trace.ts";
import { type ImageOutcome, countMade } from "../delivery/outcome.ts";
import { type Receiver, startReceiving } from "../delivery/receive.ts";
import { createRelay } from "../delivery/relay.ts";
import type { ChargeTerms } from "../fit/priced-call.ts";
import type { Plan } from "../fit/terms.ts";
import type { OpenCall } from "../routing/dispatch.ts";
import type { Route } from "../routing/terms.ts";
import type { ImageCall, MakingFacts } from "./image-call.ts";
import { keepForOthers, removeDeleted } from "./keep-pictures.ts";
import type { RequestParts } from "./parts.ts";
import { showing } from "../ledger/settle.ts";
import { type OpenRecord, openRecord } from "./record.ts";
import type { RunControl } from "./run.ts";

/**
 * One request while it is made, from the moment its record begins to be written. While the disk is
 * waited for, its calls are made ready.
 */
export class Making implements AttemptContext {
  readonly parts: RequestParts;
  readonly call: ImageCall;
  readonly route: Route;
  readonly calls: readonly OpenCall[];
  readonly charge: ChargeTerms;
  readonly deadline: number;
  readonly spool: PictureSpool;
  readonly signal: AbortSignal;
  readonly record: OpenRecord;
  readonly inputs: (plan: Plan) => Promise<PreparedInputs>;
  readonly receiver: Receiver;
  readonly relay: Relay | undefined;
  readonly observer: RequestObserver | undefined;
  readonly trace: RequestTrace | undefined;
  readonly spend: (images: number) => void;
  readonly #run: RunControl;
  #seed: number | undefined;

  constructor(parts: RequestParts, facts: MakingFacts, route: Route, calls: readonly OpenCall[]) {
    const { call, run, deadline } = facts;
    const { request, spool, signal, relay, live, observer } = call;
    this.parts = parts;
    this.call = call;
    this.route = route;
    this.calls = calls;
    this.charge = route;
    this.deadline = deadline;
    this.spool = spool;
    this.signal = signal;
    this.observer = observer;
    this.spend = facts.spend;
    this.trace = facts.trace;
    this.#run = run;
    this.record = openRecord(parts, facts, route, calls);
    this.inputs = createInputs(parts.converter, spool);
    this.receiver = startReceiving(parts, {
      request,
      spool,
      live,
      shown: showing(parts, call.requestId),
      observer,
      trace: facts.trace,
    });
    this.relay = relay === undefined ? undefined : createRelay(parts, relay, request, this.record);
  }

  seed(): number {
    this.#seed ??= this.parts.newSeed();
    return this.#seed;
  }

  isWanted(): boolean {
    return !this.signal.aborted && !this.#run.clientGone();
  }

  stopped(): AbortSignal {
    return this.#run.stopped();
  }

  /** Closes the record with what was made; resolves when the answer may end. A free one does not wait for that. */
  end(outcome: ImageOutcome): Promise<void> {
    const { pictures, cost, channelId } = outcome;
    const images = countMade(pictures, this.call.request.n);
    this.observer?.made({ images, cost, channelId });
    if (this.parts.blobs.isShared) return this.#endShared(outcome);
    const safe = this.record.finish(outcome);
    this.#run.settling(safe);
    return safe;
  }

  /** Puts the pictures where other nodes read them before the record tells these of them. */
  #endShared(outcome: ImageOutcome): Promise<void> {
    const keeping = keepForOthers(this.parts, outcome);
    this.#run.keeping(keeping);
    const safe = keeping.then((kept) => this.record.finish(kept));
    this.#run.settling(safe.then(() => removeDeleted(this.parts, outcome)));
    return safe;
  }

  /** Closes the record with what was thrown, as the error to throw. Throws where the record was never begun. */
  async fail(thrown: unknown): Promise<PinholeError> {
    await this.record.recorded;
    const error = asPinholeError(thrown);
    if (this.record.isDoubtful()) this.#run.doubtful();
    this.#run.settling(this.record.fail(error));
    return error;
  }
}
