import { PinholeError } from "../../core/errors.ts";
import type { Calendar } from "../../money/calendar.ts";
import type {
  DurationCount,
  NamedCount,
  PieceCount,
} from "../../store/commands/request-statistics.ts";
import type { RequestFilter } from "../../store/request-filter.ts";
import type { RequestRecord } from "../../store/request-records.ts";
import type { RequestSearch } from "../../store/request-search.ts";

/** The lengths of the pieces that a span of time is counted in. */
export const statisticsSteps = ["minute", "quarter", "hour", "day"] as const;
type Step = (typeof statisticsSteps)[number];

/** The requests of one piece of time by their state. */
export interface StatisticsPiece {
  /** Unix milliseconds; the end is the next one's start. */
  readonly start: number;
  readonly end: number;
  readonly states: Readonly<Record<RequestRecord["state"], number>>;
}

/** Numbers of requests that match a filter in a span of time. */
export interface RequestStatistics {
  readonly timeZone: string;
  readonly start: number;
  readonly end: number;
  readonly step: Step;
  readonly pieces: readonly StatisticsPiece[];
  /** Undefined where only the times were asked for. */
  readonly details: StatisticsDetails | undefined;
}

/** The numbers of the whole span. */
interface StatisticsDetails {
  readonly images: number;
  /** Milliseconds within which a share of what was made was made; undefined: nothing was. */
  readonly durations:
    | { readonly p50: number; readonly p95: number; readonly p99: number }
    | undefined;
  readonly errors: readonly NamedCount[];
  readonly keys: readonly NamedCount[];
  readonly models: readonly NamedCount[];
  /** Counted by attempts. */
  readonly channels: readonly NamedCount[];
}

interface StatisticsParts {
  readonly store: { readonly requestSearch: RequestSearch };
  readonly calendar: Calendar;
  readonly now: () => number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** The longest span that is counted by a step, the step, and its length. Days are put together of quarters, since every zone differs from UTC by some. */
const steps: readonly {
  readonly spanMax: number;
  readonly step: Step;
  readonly pieceMs: number;
}[] = [
  { spanMax: 3 * hourMs, step: "minute", pieceMs: minuteMs },
  { spanMax: 2 * dayMs, step: "quarter", pieceMs: 15 * minuteMs },
  { spanMax: 8 * dayMs, step: "hour", pieceMs: hourMs },
  { spanMax: 400 * dayMs, step: "day", pieceMs: 15 * minuteMs },
];
const spanDefaultMs = 30 * dayMs;

/** Counts the requests that match. Throws invalid_value where the span is none or too long. */
export async function requestStatistics(
  { store: { requestSearch }, calendar, now }: StatisticsParts,
  asked: RequestFilter,
  timesAlone: boolean,
): Promise<RequestStatistics> {
  const end = asked.to ?? now();
  const start = asked.from ?? end - spanDefaultMs;
  const chosen = steps.find(({ spanMax }) => end - start <= spanMax);
  if (start >= end || chosen === undefined)
    throw new PinholeError("invalid_value", {
      message: "`from` must be before `to`, by 400 days at most.",
      param: "from",
    });
  const { step, pieceMs } = chosen;
  const filter = { ...asked, from: start, to: end };
  const counts = await requestSearch.pieces(filter, pieceMs);
  const spans = step === "day" ? daySpans(calendar, start, end) : evenSpans(start, end, pieceMs);
  return {
    timeZone: calendar.timeZone,
    start,
    end,
    step,
    pieces: piecesOf(spans, counts, pieceMs),
    details: timesAlone ? undefined : await detailsOf(requestSearch, filter, counts),
  };
}

type Span = Pick<StatisticsPiece, "start" | "end">;

function daySpans(calendar: Calendar, start: number, end: number): Span[] {
  return calendar.daysFrom(start, end - 1).map(({ from, to }) => ({ start: from, end: to }));
}

function evenSpans(start: number, end: number, pieceMs: number): Span[] {
  const spans: Span[] = [];
  for (let at = Math.floor(start / pieceMs) * pieceMs; at < end; at += pieceMs)
    spans.push({ start: at, end: at + pieceMs });
  return spans;
}

function piecesOf(
  spans: readonly Span[],
  counts: readonly PieceCount[],
  pieceMs: number,
): StatisticsPiece[] {
  const pieces = spans.map(({ start, end }) => ({
    start,
    end,
    states: { running: 0, succeeded: 0, partial: 0, failed: 0, lost: 0 },
  }));
  let at = 0;
  for (const { piece, state, requests } of counts.toSorted((a, b) => a.piece - b.piece)) {
    const begins = piece * pieceMs;
    // The first piece may begin before the span does.
    while (at < pieces.length - 1 && begins >= (pieces[at]?.end ?? Infinity)) at += 1;
    const found = pieces[at];
    if (found !== undefined) found.states[state] += requests;
  }
  return pieces;
}

async function detailsOf(
  search: RequestSearch,
  filter: RequestFilter,
  counts: readonly PieceCount[],
): Promise<StatisticsDetails> {
  const whole = counts.reduce((sum, { images }) => sum + images, 0);
  // A filter by another state has none of these.
  const hasPartial = filter.state === undefined || filter.state === "partial";
  const partial = hasPartial ? await search.partialPictures(filter) : 0;
  return {
    images: whole + partial,
    durations: shares(await search.durations(filter)),
    errors: await search.names("error", filter),
    keys: await search.names("key", filter),
    models: await search.names("model", filter),
    channels: await search.names("channel", filter),
  };
}

/** The durations below which half, 95 and 99 of a hundred are; they come shortest first. */
function shares(counts: readonly DurationCount[]): StatisticsDetails["durations"] {
  const all = counts.reduce((sum, { requests }) => sum + requests, 0);
  if (all === 0) return undefined;
  const at = (share: number): number => {
    let seen = 0;
    for (const { hundredths, requests } of counts) {
      seen += requests;
      if (seen >= all * share) return hundredths * 10;
    }
    return 0;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
