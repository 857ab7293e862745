import { PinholeError } from "../../core/errors.ts";
import { consoleKeyPrefix } from "../../core/key.ts";
import type { Scope } from "../../core/role.ts";
import type { Calendar } from "../../money/calendar.ts";
import type { UsageQuery, UsageRow, UsageSums } from "../../store/commands/usage-report.ts";
import type { Store } from "../../store/store.ts";

export type { UsageRow, UsageSums } from "../../store/commands/usage-report.ts";

/** A question about usage as the operator asks it. */
export interface UsageQuestion extends Pick<UsageQuery, "groups" | "only"> {
  /** The part of usage that the asker may see. */
  readonly scope: Scope;
  /** The first day, as `2027-02-28`; undefined: that of this month. */
  readonly from: string | undefined;
  /** The last day, which is counted; undefined: today. */
  readonly to: string | undefined;
}

/** An answer about usage, whose rows are read as they are taken. */
export interface UsageReport extends Pick<UsageQuery, "groups" | "first" | "last"> {
  /** True: without the provider's book, which is the operator's. */
  readonly isCustomers: boolean;
  readonly timeZone: string;
  /** The span of time of all days, Unix milliseconds. */
  readonly start: number;
  readonly end: number;
  /** The span of one day. */
  daySpan(day: string): { readonly start: number; readonly end: number };
  /** Pieces of rows, sorted by the groups. Whoever does not read them to their end calls `return`. */
  readonly rows: AsyncGenerator<readonly UsageRow[]>;
}

interface ReportParts {
  readonly store: { readonly totals: Pick<Store["totals"], "report"> };
  readonly calendar: Calendar;
  readonly now: () => number;
}

/** A report, whose rows are asked for when the first is taken. Throws invalid_value where its days are the wrong way round. */
export function reportUsage(
  { store, calendar, now }: ReportParts,
  { groups, only, from, to, scope }: UsageQuestion,
): UsageReport {
  const at = now();
  const last = to ?? calendar.dayOf(at);
  const first =
    from ?? calendar.dayOf(calendar.spanOf("month", calendar.spanOfDay(last).start).start);
  if (first > last)
    throw new PinholeError("invalid_value", {
      message: `\`from\` (${first}) must not be after \`to\` (${last}); both days are counted.`,
      param: "from",
    });
  const days = new Map<string, { readonly start: number; readonly end: number }>();
  return {
    groups,
    isCustomers: scope.of !== "all",
    first,
    last,
    timeZone: calendar.timeZone,
    start: calendar.spanOfDay(first).start,
    end: calendar.spanOfDay(last).end,
    daySpan(day) {
      const span = days.get(day) ?? calendar.spanOfDay(day);
      days.set(day, span);
      return span;
    },
    rows: store.totals.report({ groups, first, last, only, within: withinOf(scope) }),
  };
}

/** The usage of a scope: a person's pictures of the console are paid by the user that the person is, if there is one. */
function withinOf(scope: Scope): UsageQuery["within"] {
  if (scope.of === "all") return undefined;
  if (scope.of === "team") return { team: scope.teamId };
  return scope.userId === null
    ? { key: consoleKeyPrefix + scope.personId }
    : { user: scope.userId };
}

/** The sums of no row. */
export const nothing: UsageSums = {
  requests: 0,
  images: 0,
  customerNano: 0n,
  unknown: 0,
  attempts: 0,
  providerNano: 0n,
  providerUnknown: 0,
};

/** The foot of a report with one more row: each request counts once, however many labels it has. */
export function footWith(foot: UsageSums, row: UsageRow): UsageSums {
  if (!row.isWhole) return foot;
  return {
    requests: foot.requests + row.requests,
    images: foot.images + row.images,
    customerNano: foot.customerNano + row.customerNano,
    unknown: foot.unknown + row.unknown,
    attempts: foot.attempts + row.attempts,
    providerNano: foot.providerNano + row.providerNano,
    providerUnknown: foot.providerUnknown + row.providerUnknown,
  };
}
