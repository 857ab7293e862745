import type { KeyRecord } from "../../core/key.ts";
import { type Cost, knownNano, mostOf } from "../../core/money.ts";
import type { SettlementNotice } from "../../core/notice.ts";
import { asPinholeError, errorRow, PinholeError } from "../../core/errors.ts";
import type { HoldEnd, RequestObserver } from "../../core/observer.ts";
import type {
  AttemptOutcome,
  Booking,
  NewAttempt,
  NewRequest,
  NotBegun,
  RequestOutcome,
} from "../../store/request-records.ts";
import type { AttemptBook } from "../attempts/terms.ts";
import { answerRecord, newAttempt, pictureRecord, recordFields } from "./record-fields.ts";
import { cancelCalls, type OpenCall } from "../routing/dispatch.ts";
import type { Plan } from "../fit/terms.ts";
import { settlementNotices } from "../ledger/budget-notices.ts";
import { priceUnknown } from "../ledger/price-notice.ts";
import { budgetExceeded } from "../ledger/refusal.ts";
import { settled } from "../ledger/settle.ts";
import type { ImageCall, MakingFacts } from "./image-call.ts";
import type { RunControl } from "./run.ts";
import type { ImageOutcome } from "../delivery/outcome.ts";
import type { RequestParts } from "./parts.ts";
import type { Route } from "../routing/terms.ts";

/**
 * A request's record while the request runs: opened with one commit, closed with one. Where it cannot be
 * opened nothing was begun, there is no outcome to write, and the calls have given back what they held.
 */
export interface OpenRecord extends AttemptBook {
  /** The request that has the Idempotency-Key, where one was found while this record was to be opened: `recorded` rejects then. */
  readonly keyHolder: string | undefined;
  /** Milliseconds since the record was on the disk: the time spent waiting for upstreams. */
  upstreamMs(): number;
  /** True where an attempt failed that may have been billed. */
  isDoubtful(): boolean;
  /** Writes the outcome and settles the hold; resolves when that is safe, so that a paid answer may end. Never rejects. */
  finish(outcome: ImageOutcome): Promise<void>;
  /** Writes an error as the outcome, and voids the hold. Never rejects. */
  fail(error: PinholeError): Promise<void>;
}

/** The time beyond its deadline that a hold outlives its request before the sweeper may void it. */
const leaseGraceMs = 60_000;

/** The time that an idempotency key stands for its request (CONTRACT "Client gone, client retrying"). */
export const idempotencyMs = 24 * 60 * 60_000;

/**
 * Begins to write record, idempotency claim, hold and the first attempt of every call that has its target, in one
 * commit. The hold covers the dearest target that may be tried.
 */
export function openRecord(
  parts: RequestParts,
  { call, run, fingerprint, deadline, terms }: MakingFacts,
  { estimate, prices, at }: Route,
  calls: readonly OpenCall[],
): OpenRecord {
  const { requestId, idempotencyKey, request } = call;
  const first: NewAttempt[] = [];
  for (let index = 0; index < calls.length; index += 1) {
    const plan = calls[index]?.first?.plan;
    if (plan !== undefined) first.push(newAttempt(parts, requestId, index, 1, plan));
  }
  const record: NewRequest = {
    id: requestId,
    keyId: call.key.id,
    clientRequestId: call.clientRequestId ?? null,
    operation: request.operation,
    model: request.model,
    n: request.n,
    fields: recordFields(request),
    // The moment whose periods and prices count.
    createdAt: at,
    holdNano: estimate.most ?? null,
    // Whole milliseconds: an uptime has fractions.
    holdLeaseUntil: parts.now() + Math.ceil(deadline - parts.uptime()) + leaseGraceMs,
    idempotencyKey: idempotencyKey ?? null,
    fingerprint,
    owner: parts.node,
    prices: prices.map(({ version }) => version),
    newPrices: parts.priceBook.missing(prices),
    ...terms,
  };
  return new RecordWriter(parts, { run, record, call }, first, calls);
}

/** The error where another process has begun a request with the key since this one looked. */
function keyJustTaken(holder: string): PinholeError {
  return new PinholeError("overloaded", {
    message: "A request with this Idempotency-Key has just begun; send it again to wait for it.",
    detail: `request ${holder} has the key`,
    retryAfterSeconds: 1,
  });
}

/** The request that a record is of. */
interface Recorded {
  readonly run: RunControl;
  readonly record: NewRequest;
  readonly call: Pick<ImageCall, "key" | "observer">;
}

class RecordWriter implements OpenRecord {
  readonly #parts: RequestParts;
  readonly #run: RunControl;
  readonly #key: KeyRecord;
  readonly #record: NewRequest;
  /** Attempts that were written with the record. */
  readonly #first: readonly NewAttempt[];
  readonly #observer: RequestObserver | undefined;
  /** Told how the hold ended; undefined before there is one. */
  #holdEnded: ((end: HoldEnd) => void) | undefined;
  readonly #outcomes: AttemptOutcome[] = [];
  /** Attempts written so far. */
  #attempts: number;
  #begunAt: number;
  readonly recorded: Promise<void>;
  keyHolder: string | undefined;

  /** Begins to write. `calls` are cancelled where that fails. */
  constructor(
    parts: RequestParts,
    { run, record, call }: Recorded,
    first: readonly NewAttempt[],
    calls: readonly OpenCall[],
  ) {
    this.#parts = parts;
    this.#observer = call.observer;
    this.#run = run;
    this.#key = call.key;
    this.#record = record;
    this.#first = first;
    this.#attempts = first.length;
    this.#begunAt = parts.uptime();
    this.recorded = this.#begin().catch((thrown: unknown) => {
      cancelCalls(calls);
      throw thrown;
    });
    // Whoever needs it is told; a call may still be waiting for its channel then.
    this.recorded.catch(() => undefined);
  }

  async #begin(): Promise<void> {
    const { store, uptime } = this.#parts;
    const idempotentSince = this.#record.createdAt - idempotencyMs;
    const recorded = this.#observer?.step("record");
    const begin = store.requests.begin(this.#record, this.#first, idempotentSince);
    const refused = await begin.catch((thrown: unknown) => {
      const error = asPinholeError(thrown);
      if (error.evidence === "unknown") this.#withdraw(error);
      throw error;
    });
    recorded?.();
    if (refused !== undefined) throw this.#refusal(refused);
    this.#parts.priceBook.written(this.#record.newPrices);
    const { payer, holdNano } = this.#record;
    if (payer !== undefined) this.#holdEnded = this.#observer?.held(holdNano ?? 0);
    this.#run.begun();
    this.#begunAt = uptime();
  }

  #refusal(refused: NotBegun): PinholeError {
    if ("refusals" in refused) {
      const { claims = [], holdNano } = this.#record;
      return budgetExceeded(claims, refused.refusals, holdNano ?? 0);
    }
    this.keyHolder = refused.holder;
    return keyJustTaken(refused.holder);
  }

  attempts(): number {
    return this.#attempts;
  }

  upstreamMs(): number {
    return this.#parts.uptime() - this.#begunAt;
  }

  async open(call: number, attempt: number, plan: Plan): Promise<NewAttempt> {
    const prepared = attempt === 1 ? this.#first.find((one) => one.call === call) : undefined;
    if (prepared !== undefined) return prepared;
    const opened = newAttempt(this.#parts, this.#record.id, call, attempt, plan);
    this.#attempts += 1;
    await this.#parts.store.requests.addAttempt(opened, undefined);
    return opened;
  }

  close({ id }: NewAttempt, outcome: Omit<AttemptOutcome, "id" | "finishedAt">): void {
    this.#outcomes.push({ ...outcome, id, finishedAt: this.#parts.now() });
  }

  isDoubtful(): boolean {
    return this.#outcomes.some(
      ({ state, providerNano }) => state === "failed" && providerNano === null,
    );
  }

  finish(outcome: ImageOutcome): Promise<void> {
    const { pictures, cost, usage, warnings, servedModel } = outcome;
    const booking = this.#booking(outcome);
    return this.#write({
      id: this.#record.id,
      state: pictures.length < this.#record.n ? "partial" : "succeeded",
      errorCode: null,
      errorMessage: null,
      errorParam: null,
      answer: answerRecord(outcome),
      replayable: true,
      doubtful: false,
      costNano: knownNano(cost) ?? null,
      booking,
      ...(booking === undefined ? {} : { notices: this.#notices(booking, cost) }),
      settledNano: mostOf(cost) ?? null,
      usage: usage ?? null,
      warnings,
      pictures: pictures.map(pictureRecord),
      attempts: this.#outcomes,
      servedModel,
      finishedAt: this.#parts.now(),
    });
  }

  /** The ledger's facts; undefined for what is free. */
  #booking({ cost, channelId, pictures }: ImageOutcome): Booking | undefined {
    const { payer, model, createdAt } = this.#record;
    if (payer === undefined || cost.state === "free") return undefined;
    return { payer, heldAt: createdAt, model, channelId, images: pictures.length };
  }

  #notices({ model, heldAt, channelId }: Booking, cost: Cost): SettlementNotice[] {
    const at = this.#parts.now();
    const notices = settlementNotices(this.#parts.calendar, { key: this.#key, model, heldAt, at });
    return cost.state === "unknown" ? [...notices, priceUnknown(channelId, model, at)] : notices;
  }

  fail(error: PinholeError): Promise<void> {
    return this.#write(this.#failure(error));
  }

  #failure(error: PinholeError): RequestOutcome {
    const replayable = !errorRow(error.code).shouldRetry;
    return {
      id: this.#record.id,
      state: "failed",
      errorCode: error.code,
      errorMessage: error.message,
      errorParam: error.param ?? null,
      answer: null,
      replayable,
      doubtful: replayable && this.isDoubtful(),
      costNano: 0,
      settledNano: 0,
      usage: null,
      warnings: [],
      pictures: [],
      attempts: this.#outcomes,
      servedModel: null,
      finishedAt: this.#parts.now(),
    };
  }

  /** Ends what may have been begun although nobody said so, as soon as the database answers: nothing is bought for it. */
  #withdraw(error: PinholeError): void {
    const { store, unwritten } = this.#parts;
    const outcome = this.#withCounters(this.#failure(error));
    void unwritten.written(outcome.id, () => store.requests.withdraw(outcome));
  }

  #write(outcome: RequestOutcome): Promise<void> {
    const { store, unwritten } = this.#parts;
    const whole = this.#withCounters(outcome);
    const over = this.#observer?.step("settle");
    const written = unwritten.written(outcome.id, () => store.requests.finish(whole));
    if (over !== undefined) void written.then(over).then(() => this.#tellHold(outcome));
    if (outcome.booking !== undefined) return settled(this.#parts, whole, written);
    return written.then(() => undefined);
  }

  #tellHold({ state }: RequestOutcome): void {
    this.#holdEnded?.(state === "failed" ? "voided" : "settled");
  }

  #withCounters(outcome: RequestOutcome): RequestOutcome {
    const { claims } = this.#record;
    return claims === undefined ? outcome : { ...outcome, counters: claims.map(({ id }) => id) };
  }
}
