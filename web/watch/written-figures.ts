const hourMs = 3_600_000;

/** Numbers, times and shares as people of a language write them. */
export interface Figures {
  count(value: number): string;
  /** A share from 0 to 1, with a decimal where it is small. */
  share(value: number): string;
  /** A time that passed: 0.4 ms, 12 ms, 8.6 s, 2 min. */
  duration(ms: number): string;
  /** The same in a column, with one digit behind the point also of whole seconds: points stand below each other. */
  columnDuration(ms: number): string;
  /** The time of day, with the day where it is not today, and the year where it is another. */
  moment(iso: string): string;
  /** The whole moment, with seconds. */
  exact(iso: string): string;
  /** The day, with the year where it is another. */
  day(iso: string): string;
}

/** Figures of a language, with times in a zone; undefined: the browser's. */
export function figuresOf(lang: string, timeZone: string | undefined): Figures {
  const zone = timeZone === undefined ? {} : { timeZone };
  const number = new Intl.NumberFormat(lang);
  const upTo = (digits: number): Intl.NumberFormat =>
    new Intl.NumberFormat(lang, { maximumFractionDigits: digits });
  const [round, tenths] = [upTo(0), upTo(1)];
  const oneDigit = new Intl.NumberFormat(lang, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const date = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(lang, { ...zone, ...options });
  const time = date({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const dayAndTime = {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  } as const;
  const [thisYear, otherYear] = [date(dayAndTime), date({ ...dayAndTime, year: "numeric" })];
  const whole = date({ dateStyle: "medium", timeStyle: "long" });
  const day = date({ month: "short", day: "numeric" });
  const dayOfYear = date({ month: "short", day: "numeric", year: "numeric" });
  const year = date({ year: "numeric" });
  const isThisYear = (at: Date): boolean => year.format(at) === year.format(new Date());
  const dayText = date({ dateStyle: "short" });
  const zoneName = date({ timeZoneName: "short" });
  // Where clocks are put back an hour comes twice, and its zone's name tells which is meant.
  const isTwice = (at: Date): boolean =>
    [-hourMs, hourMs].some(
      (ms) => otherYear.format(at) === otherYear.format(new Date(at.getTime() + ms)),
    );
  const zoneOf = (at: Date): string =>
    zoneName.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
  // The units' signs are those of all languages.
  const duration = (ms: number, decimals: Intl.NumberFormat): string => {
    if (ms < 1000) return `${(ms < 10 ? tenths : round).format(ms)} ms`;
    return ms < 120_000 ? `${decimals.format(ms / 1000)} s` : `${decimals.format(ms / 60_000)} min`;
  };
  return {
    count: (value) => number.format(value),
    share: (value) =>
      new Intl.NumberFormat(lang, {
        style: "percent",
        maximumFractionDigits: value > 0 && value < 0.1 ? 1 : 0,
      }).format(value),
    duration: (ms) => duration(ms, tenths),
    columnDuration: (ms) => duration(ms, oneDigit),
    moment(iso) {
      const at = new Date(iso);
      const isToday = dayText.format(at) === dayText.format(new Date());
      const form = isToday ? time : isThisYear(at) ? thisYear : otherYear;
      return isTwice(at) ? `${form.format(at)} ${zoneOf(at)}` : form.format(at);
    },
    exact: (iso) => whole.format(new Date(iso)),
    day(iso) {
      const at = new Date(iso);
      return (isThisYear(at) ? day : dayOfYear).format(at);
    },
  };
}
