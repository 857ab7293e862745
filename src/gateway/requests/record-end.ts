import { errorRow, type PinholeError } from "../../core/errors.ts";
import type { KeyRecord } from "../../core/key.ts";
import { type Cost, knownNano, mostOf } from "../../core/money.ts";
import type { SettlementNotice } from "../../core/notice.ts";
import type { Calendar } from "../../money/calendar.ts";
import type {
  Account,
  AttemptOutcome,
  Booking,
  NewRequest,
  RequestOutcome,
} from "../../store/request-records.ts";
import { type ImageOutcome, countMade } from "../delivery/outcome.ts";
import { settlementNotices } from "../ledger/budget-notices.ts";
import { priceUnknown } from "../ledger/price-notice.ts";
import { answerRecord, pictureRecord } from "./record-fields.ts";

/** The facts with which a record ends, however its request ended. */
export interface RecordEnd {
  readonly record: Pick<NewRequest, "id" | "n">;
  /** Undefined: the request is free. */
  readonly account: Account | undefined;
  /** Channels at whose budgets it may hold money. */
  readonly channels: readonly string[] | undefined;
  /** Outcomes that are not written yet. */
  readonly attempts: readonly AttemptOutcome[];
  /** True where an attempt failed that may have been billed. */
  readonly isDoubtful: boolean;
  readonly key: KeyRecord;
  readonly calendar: Calendar;
  /** False: no prompt is written. */
  readonly keepsPrompts: boolean;
  /** The moments of the request, as JSON. */
  readonly trace: string | undefined;
  /** True where another node may be asked for the answer again, since this one ends while it gives it. */
  readonly isWatched?: boolean;
  readonly now: number;
}

/** The end of a request of which something was made. */
export function madeEnd(end: RecordEnd, outcome: ImageOutcome): RequestOutcome {
  const { record, account, channels, attempts, now } = end;
  const { pictures, cost, usage, warnings, servedModel } = outcome;
  const images = countMade(pictures, record.n);
  const booking = bookingOf(account, outcome, images);
  return {
    id: record.id,
    state: images < record.n ? "partial" : "succeeded",
    errorCode: null,
    errorMessage: null,
    errorParam: null,
    answer: answerRecord(outcome),
    replayable: true,
    doubtful: false,
    costNano: knownNano(cost) ?? null,
    account,
    booking,
    ...(booking === undefined ? {} : { notices: noticesOf(end, booking, cost) }),
    channels,
    settledNano: mostOf(cost) ?? null,
    usage: usage ?? null,
    warnings,
    pictures: pictures.map((one) => pictureRecord(one, end.keepsPrompts)),
    attempts,
    trace: end.trace,
    servedModel,
    finishedAt: now,
    answeredAt: end.isWatched === true ? now : undefined,
  };
}

/** The ledger's facts; undefined for what is free. */
function bookingOf(
  account: Account | undefined,
  { cost, channelId }: ImageOutcome,
  images: number,
): Booking | undefined {
  if (account === undefined || cost.state === "free") return undefined;
  return { ...account, channelId, images };
}

function noticesOf(
  { key, calendar, now: at }: RecordEnd,
  { model, heldAt, channelId }: Booking,
  cost: Cost,
): SettlementNotice[] {
  const notices = settlementNotices(calendar, { key, model, heldAt, at });
  return cost.state === "unknown" ? [...notices, priceUnknown(channelId, model, at)] : notices;
}

/** The end of a request that failed. */
export function failedEnd(end: RecordEnd, error: PinholeError): RequestOutcome {
  const { record, account, channels, attempts, isDoubtful, now } = end;
  const replayable = !errorRow(error.code).shouldRetry;
  return {
    id: record.id,
    state: "failed",
    errorCode: error.code,
    errorMessage: error.message,
    errorParam: error.param ?? null,
    answer: null,
    replayable,
    doubtful: replayable && isDoubtful,
    costNano: 0,
    account,
    channels,
    settledNano: 0,
    usage: null,
    warnings: [],
    pictures: [],
    attempts,
    trace: end.trace,
    servedModel: null,
    finishedAt: now,
  };
}
