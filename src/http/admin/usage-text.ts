import { usdText } from "../../core/money.ts";
import { footWith, nothing } from "../../gateway/gateway.ts";
import type { UsageReport, UsageRow, UsageSums } from "../../gateway/gateway.ts";
import { type Cell, csvLine } from "./csv-line.ts";

type Group = UsageReport["groups"][number];

/** Groups that have a name beside their id. */
const named: ReadonlySet<Group> = new Set(["key", "user", "team"]);

/** A report as a JSON document, in pieces: it is never whole in memory. The first comes when the database has answered. */
export async function* jsonText(report: UsageReport): AsyncGenerator<string> {
  const { groups, timeZone, first, last, start, end } = report;
  const head = {
    object: "usage",
    currency: "usd",
    time_zone: timeZone,
    from: first,
    to: last,
    start: isoTime(start),
    end: isoTime(end),
    group: groups,
  };
  let before = `${JSON.stringify(head).slice(0, -1)},"data":[`;
  let foot = nothing;
  for await (const rows of report.rows) {
    let text = "";
    for (const row of rows) {
      foot = footWith(foot, row);
      if (!row.isShown) continue;
      text += `${before}${JSON.stringify({ ...ownJson(report, row), ...sumsJson(report, row) })}`;
      before = ",";
    }
    if (text !== "") yield text;
  }
  const total = `],"total":${JSON.stringify(sumsJson(report, foot))}}`;
  yield before === "," ? total : before + total;
}

/**
 * A report as RFC 4180 has it, in pieces: a line of names, a line a group, and a foot that begins with `total`. Dollars
 * have nine decimals.
 */
export async function* csvText(report: UsageReport): AsyncGenerator<string> {
  const { groups } = report;
  const names = [...groups.flatMap(columnsOf), ...Object.keys(sumsJson(report, nothing))];
  let before = csvLine(names);
  let foot = nothing;
  for await (const rows of report.rows) {
    let text = before;
    before = "";
    for (const row of rows) {
      foot = footWith(foot, row);
      if (row.isShown)
        text += csvLine([...Object.values(ownJson(report, row)), ...sumCells(report, row)]);
    }
    yield text;
  }
  const own = groups.flatMap(columnsOf).map((_, index) => (index === 0 ? "total" : null));
  yield before + csvLine([...own, ...sumCells(report, foot)]);
}

function columnsOf(group: Group): readonly string[] {
  if (group === "day") return ["day", "day_start", "day_end"];
  return named.has(group) ? [group, `${group}_name`] : [group];
}

/** The part of a row that says what it is of, in the order of `columnsOf`. */
function ownJson(report: UsageReport, { names, titles }: UsageRow): Record<string, string | null> {
  const own: Record<string, string | null> = {};
  for (const group of report.groups) {
    const name = names[group] ?? null;
    own[group] = name;
    if (group === "day" && name !== null) {
      const { start, end } = report.daySpan(name);
      own["day_start"] = isoTime(start);
      own["day_end"] = isoTime(end);
    }
    if (named.has(group)) own[`${group}_name`] = titles[group] ?? null;
  }
  return own;
}

function sumsJson({ isCustomers }: Pick<UsageReport, "isCustomers">, sums: UsageSums) {
  const customers = {
    requests: sums.requests,
    images: sums.images,
    customer_usd: usdText(sums.customerNano),
    unknown_requests: sums.unknown,
  };
  if (isCustomers) return customers;
  return {
    ...customers,
    attempts: sums.attempts,
    provider_usd: usdText(sums.providerNano),
    unknown_attempts: sums.providerUnknown,
  };
}

/** The same as cells; amounts are numbers there, so that a spreadsheet adds them up. */
function sumCells({ isCustomers }: Pick<UsageReport, "isCustomers">, sums: UsageSums): Cell[] {
  const { requests, images, customerNano, unknown } = sums;
  const customers = [requests, images, { usd: customerNano }, unknown];
  if (isCustomers) return customers;
  return [...customers, sums.attempts, { usd: sums.providerNano }, sums.providerUnknown];
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
