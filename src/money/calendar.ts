import { type Period, type Weekday, weekdays } from "../core/budget.ts";

/** A period of a budget: from its first millisecond to the first after it. */
export interface PeriodSpan {
  /** Unix milliseconds. */
  readonly start: number;
  /** Null: it has no end. */
  readonly end: number | null;
}

/** The operator's calendar: days begin at midnight of one time zone. */
export interface Calendar {
  /** The IANA name of its time zone. */
  readonly timeZone: string;
  /** The period that a moment (Unix milliseconds) is in. */
  spanOf(period: Period, at: number): PeriodSpan;
  /** The day of a moment there, as `2027-02-28`. */
  dayOf(at: number): string;
  /** The span of a day there, named as `2027-02-28`. */
  spanOfDay(day: string): { readonly start: number; readonly end: number };
  /** The days there from the one of a moment to that of another. */
  daysFrom(first: number, last: number): CalendarDay[];
}

/** A day of the calendar, from its first moment to the first after it, Unix milliseconds. */
export interface CalendarDay {
  readonly day: string;
  readonly from: number;
  readonly to: number;
}

/** A day of the calendar, without a time zone. The month counts from 1. */
interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const dayMs = 86_400_000;

const always: PeriodSpan = { start: 0, end: null };

/** A calendar of an IANA time zone, whose weeks begin on a day. */
export function createCalendar(timeZone: string, weekStarts: Weekday): Calendar {
  const zone = new Zone(timeZone);
  const weekOffset = weekdays.indexOf(weekStarts);
  // Nearly every moment asked for is in the period of the one before.
  const known = new Map<Period, PeriodSpan>();
  let knownDay = { start: Number.NaN, text: "" };
  const calendar: Calendar = {
    timeZone,
    spanOf(period, at) {
      if (period === "total") return always;
      const last = known.get(period);
      if (last !== undefined && at >= last.start && at < (last.end ?? Infinity)) return last;
      const span = spanIn(zone, (day) => firstDay(day, period, weekOffset), period, at);
      known.set(period, span);
      return span;
    },
    dayOf(at) {
      const span = calendar.spanOf("day", at);
      if (knownDay.start === span.start) return knownDay.text;
      // By its beginning: where clocks go back over midnight, they show the old day's date again.
      knownDay = { start: span.start, text: dayText(zone.dayOf(span.start)) };
      return knownDay.text;
    },
    spanOfDay(text) {
      const day = dayNamed(text);
      return { start: zone.startOf(day), end: zone.startOf(plusDays(day, 1)) };
    },
    daysFrom(first, last) {
      const days: CalendarDay[] = [];
      for (let at = first; at <= last;) {
        const { start, end } = calendar.spanOf("day", at);
        const to = end ?? last + 1;
        days.push({ day: calendar.dayOf(at), from: start, to });
        at = to;
      }
      return days;
    },
  };
  return calendar;
}

function spanIn(
  zone: Zone,
  firstOf: (day: Day) => Day,
  period: Exclude<Period, "total">,
  at: number,
): PeriodSpan {
  const first = firstOf(zone.dayOf(at));
  const span = {
    start: zone.startOf(first),
    end: zone.startOf(nextFirst(first, period)),
  };
  // Where clocks went back over midnight the old day's date is shown again: the new one has begun all the same.
  if (at < span.end) return span;
  const next = nextFirst(first, period);
  return { start: span.end, end: zone.startOf(nextFirst(next, period)) };
}

function firstDay(day: Day, period: Period, weekOffset: number): Day {
  if (period === "day") return day;
  if (period === "month") return { ...day, day: 1 };
  // Date counts from Sunday.
  const weekday = (new Date(utcOf(day)).getUTCDay() + 6) % 7;
  return plusDays(day, -((weekday - weekOffset + 7) % 7));
}

function nextFirst(day: Day, period: Exclude<Period, "total">): Day {
  if (period === "month")
    return day.month === 12
      ? { year: day.year + 1, month: 1, day: 1 }
      : { ...day, month: day.month + 1, day: 1 };
  return plusDays(day, period === "week" ? 7 : 1);
}

function plusDays(day: Day, count: number): Day {
  const date = new Date(utcOf(day) + count * dayMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function utcOf({ year, month, day }: Day): number {
  return Date.UTC(year, month - 1, day);
}

function dayText({ year, month, day }: Day): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

function dayNamed(text: string): Day {
  const [year = 0, month = 1, day = 1] = text.split("-").map(Number);
  return { year, month, day };
}

/** A time zone, whose clocks may be set forward and back. */
class Zone {
  readonly #format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  dayOf(at: number): Day {
    const shown = new Date(at + this.#offsetAt(at));
    return {
      year: shown.getUTCFullYear(),
      month: shown.getUTCMonth() + 1,
      day: shown.getUTCDate(),
    };
  }

  /** The first moment of a day: its midnight, the first of two, or the moment to which a skipped one leads. */
  startOf(day: Day): number {
    const midnight = utcOf(day);
    const before = this.#offsetAt(midnight - dayMs);
    const after = this.#offsetAt(midnight + dayMs);
    const fits = [before, after]
      .map((offset) => midnight - offset)
      .filter((moment) => moment + this.#offsetAt(moment) === midnight);
    return fits.length > 0 ? Math.min(...fits) : this.#changeBetween(midnight);
  }

  /** The moment around a midnight at which the clocks are set forward over it. */
  #changeBetween(midnight: number): number {
    let [low, high] = [midnight - dayMs, midnight + dayMs];
    const before = this.#offsetAt(low);
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    return high;
  }

  /** Milliseconds that its clocks are ahead of UTC. */
  #offsetAt(at: number): number {
    const second = Math.floor(at / 1000) * 1000;
    const parts = new Map(
      this.#format.formatToParts(second).map(({ type, value }) => [type, Number(value)]),
    );
    const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
    const shown = Date.UTC(
      part("year"),
      part("month") - 1,
      part("day"),
      part("hour"),
      part("minute"),
      part("second"),
    );
    return shown - second;
  }
}
