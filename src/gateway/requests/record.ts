import { asPinholeError, type PinholeError } from "../../core/errors.ts";
import type { HoldEnd } from "../../core/observer.ts";
import type {
  Account,
  AttemptOutcome,
  NewAttempt,
  NewRequest,
  NotBegun,
  RequestOutcome,
} from "../../store/request-records.ts";
import type { AttemptBook } from "../attempts/terms.ts";
import type { RequestTrace } from "../attempts/trace.ts";
import { keyJustTaken } from "./key-turns.ts";
import { failedEnd, madeEnd, type RecordEnd } from "./record-end.ts";
import { firstAttempts, newAttempt } from "./new-attempt.ts";
import { recordFields } from "./record-fields.ts";
import { writeRefused } from "./refused-record.ts";
import { cancelCalls, type OpenCall } from "../routing/dispatch.ts";
import { chargeBound } from "../routing/hold.ts";
import { noChannel } from "../routing/route.ts";
import type { Plan } from "../fit/terms.ts";
import { ChannelPool, type ChannelPart } from "../ledger/channel-pool.ts";
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
  /** The channels whose budgets do not cover the request, where that was found while this record was to be opened: `recorded` rejects then. */
  readonly unpayable: readonly string[];
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
  { call, run, fingerprint, deadline, terms, trace }: MakingFacts,
  { estimate, prices, at }: Route,
  calls: readonly OpenCall[],
): OpenRecord {
  const { requestId, idempotencyKey, request } = call;
  const { first, needs } = firstAttempts(parts, requestId, calls, terms && at);
  const { model } = request;
  // What is free is served whatever a budget has left.
  const pool = terms && new ChannelPool({ calendar: parts.calendar, model, at });
  const channels = pool?.begin(needs);
  const record: NewRequest = {
    id: requestId,
    keyId: call.key.id,
    personId: call.personId,
    clientRequestId: call.clientRequestId ?? null,
    operation: request.operation,
    model: request.model,
    n: request.n,
    fields: recordFields(request, parts.keepsPrompts, call.madeFrom),
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
    channelHolds: channels?.holds,
  };
  const unpayable = channels?.unpayable ?? [];
  return new RecordWriter({ parts, run, record, call, first, pool, unpayable, trace }, calls);
}

/** The parts of a record that is to be opened. */
interface RecordStart {
  readonly parts: RequestParts;
  readonly run: RunControl;
  readonly record: NewRequest;
  /** Attempts that are written with the record. */
  readonly first: readonly NewAttempt[];
  /** Undefined: the request is free. */
  readonly pool: ChannelPool | undefined;
  /** Channels of which it is known already that their budgets cannot cover it. */
  readonly unpayable: readonly string[];
  readonly call: Pick<ImageCall, "key" | "observer">;
  readonly trace: RequestTrace | undefined;
}

class RecordWriter implements OpenRecord {
  readonly #parts: RequestParts;
  readonly #run: RunControl;
  readonly #call: Pick<ImageCall, "key" | "observer">;
  readonly #record: NewRequest;
  readonly #first: readonly NewAttempt[];
  /** Told how the hold ended; undefined before there is one. */
  #holdEnded: ((end: HoldEnd) => void) | undefined;
  readonly #pool: ChannelPool | undefined;
  readonly #trace: RequestTrace | undefined;
  readonly #outcomes: AttemptOutcome[] = [];
  /** Outcomes that are in the database, or on their way there. */
  readonly #sent = new Set<AttemptOutcome>();
  /** Attempts written so far. */
  #attempts: number;
  #begunAt: number;
  readonly recorded: Promise<void>;
  keyHolder: string | undefined;
  unpayable: readonly string[];

  /** Begins to write. `calls` are cancelled where that fails. */
  constructor(start: RecordStart, calls: readonly OpenCall[]) {
    const { parts, first } = start;
    this.#parts = parts;
    this.#call = start.call;
    this.#run = start.run;
    this.#record = start.record;
    this.#first = first;
    this.#pool = start.pool;
    this.#trace = start.trace;
    this.unpayable = start.unpayable;
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
    if (this.unpayable.length > 0) throw noChannel(0);
    const idempotentSince = this.#record.createdAt - idempotencyMs;
    const recorded = this.#call.observer?.step("record");
    const begin = store.requests.begin(this.#record, this.#first, idempotentSince);
    const refused = await begin.catch((thrown: unknown) => {
      const error = asPinholeError(thrown);
      if (error.evidence === "unknown") this.#withdraw(error);
      throw error;
    });
    recorded?.();
    this.#trace?.recorded();
    if (refused !== undefined) throw await this.#refusal(refused);
    this.#parts.priceBook.written(this.#record.newPrices);
    const { payer, holdNano } = this.#record;
    if (payer !== undefined) this.#holdEnded = this.#call.observer?.held(holdNano ?? 0);
    this.#run.begun();
    this.#begunAt = uptime();
  }

  async #refusal(refused: NotBegun): Promise<PinholeError> {
    if ("refusals" in refused)
      return writeRefused(this.#parts, this.#record, this.#end(), refused.refusals);
    if ("channels" in refused) {
      this.unpayable = refused.channels;
      return noChannel(0);
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

  async open(
    call: number,
    attempt: number,
    plan: Plan,
    count: number,
  ): Promise<NewAttempt | undefined> {
    const { id, createdAt } = this.#record;
    const { channel } = plan.target;
    const boundNano = this.#pool === undefined ? 0 : chargeBound(plan, count, createdAt);
    const prepared = attempt === 1 ? this.#first.find((one) => one.call === call) : undefined;
    if (prepared !== undefined) {
      this.#pool?.adopt(call, prepared.id, { channel, boundNano });
      return prepared;
    }
    const opened = newAttempt(this.#parts, { requestId: id, call, attempt, plan, boundNano });
    const isWritten = await this.#add(opened, { channel, boundNano });
    if (!isWritten) return undefined;
    this.#attempts += 1;
    return opened;
  }

  /** Writes a further attempt, with the outcomes that are not written yet; false where the budgets of its channel do not cover it. */
  async #add(attempt: NewAttempt, part: ChannelPart): Promise<boolean> {
    const ended = this.#unsent();
    const money = this.#pool?.further(attempt.call, attempt.id, part, ended);
    if (this.#pool !== undefined && money === undefined) return false;
    for (const outcome of ended) this.#sent.add(outcome);
    const { hold, releases } = money ?? {};
    const account = this.#account();
    let isWritten = false;
    try {
      const all = { ended, account, hold, releases };
      isWritten = await this.#parts.store.requests.addAttempt(attempt, all);
      return isWritten;
    } finally {
      if (!isWritten) {
        money?.undo();
        for (const outcome of ended) this.#sent.delete(outcome);
      }
    }
  }

  #unsent(): AttemptOutcome[] {
    return this.#outcomes.filter((outcome) => !this.#sent.has(outcome));
  }

  close({ id }: NewAttempt, outcome: Omit<AttemptOutcome, "id" | "finishedAt">): void {
    const ended = { ...outcome, id, finishedAt: this.#parts.now() };
    this.#outcomes.push(ended);
    this.#pool?.ended(ended);
  }

  #account(): Account | undefined {
    const { payer, model, createdAt: heldAt } = this.#record;
    return payer === undefined ? undefined : { payer, heldAt, model };
  }

  isDoubtful(): boolean {
    return this.#outcomes.some(
      ({ state, providerNano }) => state === "failed" && providerNano === null,
    );
  }

  finish(outcome: ImageOutcome): Promise<void> {
    const isWatched = this.#record.idempotencyKey === null && this.#parts.nodes.answering();
    const end = madeEnd({ ...this.#end(), isWatched }, outcome);
    return this.#parts.colours.made(end, this.#write(end));
  }

  fail(error: PinholeError): Promise<void> {
    return this.#write(failedEnd(this.#end(), error));
  }

  #end(): RecordEnd {
    return {
      record: this.#record,
      account: this.#account(),
      channels: this.#pool?.channels(),
      attempts: this.#unsent(),
      isDoubtful: this.isDoubtful(),
      key: this.#call.key,
      calendar: this.#parts.calendar,
      keepsPrompts: this.#parts.keepsPrompts,
      trace: this.#trace?.text(this.#parts.keepsPrompts),
      now: this.#parts.now(),
    };
  }

  /** Ends what may have been begun although nobody said so, as soon as the database answers: nothing is bought for it. */
  #withdraw(error: PinholeError): void {
    const { store, unwritten } = this.#parts;
    const outcome = failedEnd(this.#end(), error);
    void unwritten.written(outcome.id, () => store.requests.withdraw(outcome));
  }

  #write(outcome: RequestOutcome): Promise<void> {
    const { store, unwritten } = this.#parts;
    const over = this.#call.observer?.step("settle");
    const written = unwritten.written(outcome.id, () => store.requests.finish(outcome));
    if (over !== undefined) void written.then(over).then(() => this.#tellHold(outcome));
    if (outcome.booking !== undefined) return settled(this.#parts, outcome, written);
    return written.then(() => undefined);
  }

  #tellHold({ state }: RequestOutcome): void {
    this.#holdEnded?.(state === "failed" ? "voided" : "settled");
  }
}
