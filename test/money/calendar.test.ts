import { describe, expect, test } from "vitest";
import type { Period, Weekday } from "../../src/core/budget.ts";
import { createCalendar } from "../../src/money/calendar.ts";

const hour = 3_600_000;

function span(zone: string, period: Period, at: string, weekStarts: Weekday = "monday") {
  const { start, end } = createCalendar(zone, weekStarts).spanOf(period, Date.parse(at));
  return [new Date(start).toISOString(), end === null ? null : new Date(end).toISOString()];
}

describe("a period of the operator's time zone", () => {
  test.each<[what: string, zone: string, period: Period, at: string, start: string, end: string]>([
    [
      "the last tenth of a second of a day",
      "UTC",
      "day",
      "2026-11-27T23:59:59.950Z",
      "2026-11-27T00:00:00Z",
      "2026-11-28T00:00:00Z",
    ],
    [
      "the first millisecond of a day",
      "UTC",
      "day",
      "2026-11-28T00:00:00.000Z",
      "2026-11-28T00:00:00Z",
      "2026-11-29T00:00:00Z",
    ],
    [
      "a day of 23 hours",
      "Europe/Berlin",
      "day",
      "2026-03-29T12:00:00Z",
      "2026-03-28T23:00:00Z",
      "2026-03-29T22:00:00Z",
    ],
    [
      "a day of 25 hours",
      "Europe/Berlin",
      "day",
      "2026-10-25T12:00:00Z",
      "2026-10-24T22:00:00Z",
      "2026-10-25T23:00:00Z",
    ],
    [
      "a day without midnight",
      "America/Sao_Paulo",
      "day",
      "2018-11-04T12:00:00Z",
      "2018-11-04T03:00:00Z",
      "2018-11-05T02:00:00Z",
    ],
    [
      "the day before it",
      "America/Sao_Paulo",
      "day",
      "2018-11-04T02:59:59.999Z",
      "2018-11-03T03:00:00Z",
      "2018-11-04T03:00:00Z",
    ],
    [
      "a day whose last hour comes twice",
      "America/Sao_Paulo",
      "day",
      "2018-02-18T02:30:00Z",
      "2018-02-17T02:00:00Z",
      "2018-02-18T03:00:00Z",
    ],
    [
      "a midnight that comes twice",
      "America/Havana",
      "day",
      "2026-11-01T04:30:00Z",
      "2026-11-01T04:00:00Z",
      "2026-11-02T05:00:00Z",
    ],
    [
      "the minute after the clocks went back over midnight",
      "America/St_Johns",
      "day",
      "2010-11-07T02:45:00Z",
      "2010-11-07T02:30:00Z",
      "2010-11-08T03:30:00Z",
    ],
    [
      "a date shown again has begun for good",
      "America/St_Johns",
      "day",
      "2010-11-07T03:00:00Z",
      "2010-11-07T02:30:00Z",
      "2010-11-08T03:30:00Z",
    ],
    [
      "a day that never was",
      "Pacific/Apia",
      "day",
      "2011-12-30T09:00:00Z",
      "2011-12-29T10:00:00Z",
      "2011-12-30T10:00:00Z",
    ],
    [
      "the day after it",
      "Pacific/Apia",
      "day",
      "2011-12-30T10:00:00Z",
      "2011-12-30T10:00:00Z",
      "2011-12-31T10:00:00Z",
    ],
    [
      "a zone of three quarters of an hour",
      "Asia/Kathmandu",
      "day",
      "2026-06-01T18:14:59.999Z",
      "2026-05-31T18:15:00Z",
      "2026-06-01T18:15:00Z",
    ],
    [
      "29 February",
      "Asia/Tokyo",
      "day",
      "2028-02-29T03:00:00Z",
      "2028-02-28T15:00:00Z",
      "2028-02-29T15:00:00Z",
    ],
    [
      "the February of a leap year",
      "UTC",
      "month",
      "2028-02-29T23:59:59.999Z",
      "2028-02-01T00:00:00Z",
      "2028-03-01T00:00:00Z",
    ],
    [
      "a December",
      "America/New_York",
      "month",
      "2027-01-01T04:59:59Z",
      "2026-12-01T05:00:00Z",
      "2027-01-01T05:00:00Z",
    ],
    [
      "a month in which the clocks change",
      "America/New_York",
      "month",
      "2026-11-20T00:00:00Z",
      "2026-11-01T04:00:00Z",
      "2026-12-01T05:00:00Z",
    ],
    [
      "a week over the end of a year",
      "UTC",
      "week",
      "2027-01-01T00:00:00Z",
      "2026-12-28T00:00:00Z",
      "2027-01-04T00:00:00Z",
    ],
    [
      "the first day of a week",
      "UTC",
      "week",
      "2026-11-23T00:00:00Z",
      "2026-11-23T00:00:00Z",
      "2026-11-30T00:00:00Z",
    ],
    [
      "a week of 167 hours",
      "Europe/Berlin",
      "week",
      "2026-03-29T21:59:59Z",
      "2026-03-22T23:00:00Z",
      "2026-03-29T22:00:00Z",
    ],
  ])("%s", (_what, zone, period, at, start, end) => {
    const iso = (text: string) => new Date(text).toISOString();
    expect(span(zone, period, at)).toEqual([iso(start), iso(end)]);
  });

  test("weeks begin on the operator's day", () => {
    expect(span("UTC", "week", "2026-11-27T12:00:00Z", "sunday")[0]).toBe(
      "2026-11-22T00:00:00.000Z",
    );
    expect(span("UTC", "week", "2026-11-27T12:00:00Z", "friday")[0]).toBe(
      "2026-11-27T00:00:00.000Z",
    );
    expect(span("UTC", "week", "2026-11-27T12:00:00Z", "saturday")[0]).toBe(
      "2026-11-21T00:00:00.000Z",
    );
  });

  test("a total has neither a beginning nor an end", () => {
    expect(span("Asia/Kathmandu", "total", "2026-11-27T12:00:00Z")).toEqual([
      "1970-01-01T00:00:00.000Z",
      null,
    ]);
  });

  test("days from a moment to another have their names and touch, where clocks are set too", () => {
    const calendar = createCalendar("Europe/Berlin", "monday");
    const iso = (at: number) => new Date(at).toISOString();
    const days = calendar.daysFrom(
      Date.parse("2026-10-24T12:00:00Z"),
      Date.parse("2026-10-25T23:00:00Z"),
    );
    expect(days.map(({ day, from, to }) => [day, iso(from), iso(to)])).toEqual([
      ["2026-10-24", "2026-10-23T22:00:00.000Z", "2026-10-24T22:00:00.000Z"],
      ["2026-10-25", "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"],
      ["2026-10-26", "2026-10-25T23:00:00.000Z", "2026-10-26T23:00:00.000Z"],
    ]);
    for (const { day, from, to } of days)
      expect(calendar.spanOfDay(day)).toEqual({ start: from, end: to });
  });

  test("a day that clocks show twice is the new one from its first midnight, by its name too", () => {
    // On 2011-02-20 clocks of Sao Paulo went from midnight back to 23:00.
    const calendar = createCalendar("America/Sao_Paulo", "monday");
    const back = Date.parse("2011-02-20T02:30:00Z");
    expect(calendar.dayOf(calendar.spanOf("day", back).start)).toBe(calendar.dayOf(back));
  });

  test("the day of a moment is that of the zone", () => {
    const at = Date.parse("2026-11-27T23:30:00Z");
    expect(createCalendar("UTC", "monday").dayOf(at)).toBe("2026-11-27");
    expect(createCalendar("Asia/Kathmandu", "monday").dayOf(at)).toBe("2026-11-28");
  });
});

test.each([
  "Europe/Berlin",
  "America/Sao_Paulo",
  "America/Havana",
  "America/St_Johns",
  "Pacific/Apia",
  "Australia/Lord_Howe",
  "Africa/Cairo",
  "Asia/Beirut",
])(
  "every half hour of 2010 to 2011 and of 2026 in %s is in one period, and periods touch",
  (zone) => {
    const calendar = createCalendar(zone, "monday");
    for (const [from, to] of [
      ["2010-01-01", "2012-01-01"],
      ["2026-01-01", "2027-01-01"],
    ] as const) {
      let last = calendar.spanOf("day", Date.parse(from));
      for (let at = Date.parse(from); at < Date.parse(to); at += hour / 2) {
        const { start, end } = calendar.spanOf("day", at);
        expect(start <= at && at < (end ?? 0)).toBe(true);
        if (start !== last.start) expect(start).toBe(last.end);
        last = { start, end };
      }
    }
  },
);
