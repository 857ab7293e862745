import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ask } from "../api/ask.ts";
import type { SpendGroup } from "./addresses.ts";
import { queryOf } from "./requests.ts";

interface UsageRow {
  readonly day: string;
  readonly requests: number;
  readonly images: number;
  readonly customer_usd: string;
  readonly [name: string]: unknown;
}

interface UsageReport {
  readonly time_zone: string;
  /** The last day, which is today. */
  readonly to: string;
  readonly data: readonly UsageRow[];
}

/** Spending by day and something else, from so many days ago until today. */
export const usageQuery = (by: SpendGroup, days: number) =>
  queryOptions({
    queryKey: ["usage", by, days],
    queryFn: ({ signal }) => {
      // A day more than asked: in the operator's zone it may be yesterday still.
      const from = new Date(Date.now() - (days + 1) * 86_400_000).toISOString().slice(0, 10);
      const query = queryOf({ group: `day,${by}`, from });
      return ask<UsageReport>("GET", `/admin/v1/usage?${query}`, { signal });
    },
    placeholderData: keepPreviousData,
  });

/** One day of the chart, of the operator's calendar. */
export interface ChartDay {
  readonly day: string;
  /** ISO moments. */
  readonly start: string;
  readonly end: string;
}

/** A series of the chart: a name with its spending by day, in the order of the days. */
export interface Series {
  /** Undefined: all that are not named. */
  readonly id: string | undefined;
  readonly title: string;
  /** US dollars. */
  readonly usd: readonly number[];
  readonly total: number;
}

/** Series that have a colour of their own. */
export const seriesMax = 5;

/** The spending of these days by name, the dearest first; what is beyond the colours is one. */
export function seriesOf(
  report: UsageReport,
  by: SpendGroup,
  days: readonly ChartDay[],
  words: { readonly others: string; readonly noName: string },
): Series[] {
  const places = new Map(days.map(({ day }, at) => [day, at]));
  const found = new Map<string, { readonly title: string; readonly usd: number[] }>();
  for (const row of report.data) {
    const at = places.get(row.day);
    const usd = Number(row.customer_usd);
    if (at === undefined || usd === 0) continue;
    const id = textOf(row[by]);
    const one = found.get(id) ?? {
      title: textOf(row[`${by}_name`]) || id || words.noName,
      usd: days.map(() => 0),
    };
    one.usd[at] = (one.usd[at] ?? 0) + usd;
    found.set(id, one);
  }
  const all = [...found]
    .map(([id, { title, usd }]) => ({ id, title, usd, total: sum(usd) }))
    .toSorted((a, b) => b.total - a.total);
  const rest = all.slice(seriesMax);
  if (rest.length === 0) return all;
  const usd = days.map((_, at) => sum(rest.map((one) => one.usd[at] ?? 0)));
  return [...all.slice(0, seriesMax), { id: undefined, title: words.others, usd, total: sum(usd) }];
}

/** The sums of some days. */
export function totalsOf(
  { data }: UsageReport,
  days: ReadonlySet<string>,
): { readonly usd: number; readonly images: number } {
  const rows = data.filter(({ day }) => days.has(day));
  return {
    usd: sum(rows.map((row) => Number(row.customer_usd))),
    images: sum(rows.map((row) => row.images)),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0);
}
