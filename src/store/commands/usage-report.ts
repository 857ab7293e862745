import type { UsageGroup } from "../../core/usage-groups.ts";
import type { Bindable, Statement } from "../query.ts";
import { nullable, record, text, integer } from "../shape.ts";

/** One team's, one user's or one key's usage. */
export type UsageScope =
  | { readonly team: string }
  | { readonly user: string }
  | { readonly key: string };

/** A question about usage. */
export interface UsageQuery {
  /** In the order in which the rows are sorted; none twice. */
  readonly groups: readonly UsageGroup[];
  /** Days of the operator's calendar, both counted. */
  readonly first: string;
  readonly last: string;
  /** Only what has these: ids of keys, users, teams and channels, names of models, labels. */
  readonly only: Readonly<Partial<Record<Exclude<UsageGroup, "day">, string>>>;
  /** The part of the customer's book that is asked about, whatever `only` says; absent: both books, of all. */
  readonly within?: UsageScope | undefined;
}

/** The sums of both books in one group. */
export interface UsageSums {
  readonly requests: number;
  readonly images: number;
  readonly customerNano: bigint;
  /** Requests whose amount is a bound, or not known. */
  readonly unknown: number;
  readonly attempts: number;
  readonly providerNano: bigint;
  readonly providerUnknown: number;
}

/** One row of a report. What it is not grouped by is undefined; null: there is none. */
export interface UsageRow extends UsageSums {
  readonly names: Readonly<Partial<Record<UsageGroup, string | null>>>;
  /** Of keys, users and teams, as they were called last. */
  readonly titles: Readonly<Partial<Record<UsageGroup, string | null>>>;
  /** False: a row that only the foot counts, of requests that have labels. */
  readonly isShown: boolean;
  /** False: a row of a label, whose requests are in other rows too. */
  readonly isWhole: boolean;
}

/** Groups by their columns; where there are names, that of the last day is the group's. */
const columns: Readonly<Record<UsageGroup, string>> = {
  day: "day",
  key: "key_id",
  user: "user_id",
  team: "team_id",
  model: "model",
  channel: "channel_id",
  label: "label",
};
const titles: Readonly<Partial<Record<UsageGroup, string>>> = {
  key: "key_name",
  user: "user_name",
  team: "team_name",
};
const dayLength = "2027-02-28".length;

const sums = `SUM(CASE book WHEN 'customer' THEN entries ELSE 0 END) AS requests,
    SUM(CASE book WHEN 'customer' THEN images ELSE 0 END) AS images,
    CAST(SUM(CASE book WHEN 'customer' THEN nano ELSE 0 END) AS text) AS customer_nano,
    SUM(CASE book WHEN 'customer' THEN unknown ELSE 0 END) AS unknown_count,
    SUM(CASE book WHEN 'provider' THEN entries ELSE 0 END) AS attempts,
    CAST(SUM(CASE book WHEN 'provider' THEN nano ELSE 0 END) AS text) AS provider_nano,
    SUM(CASE book WHEN 'provider' THEN unknown ELSE 0 END) AS provider_unknown`;

/** The statement of a report. Rows come sorted by their groups; its texts are few, since they differ by groups alone. */
export function usageStatement({ groups, first, last, only, within }: UsageQuery): Statement {
  const slices = slicesOf(groups, only);
  const filters = [...Object.entries(only), ...Object.entries<string>(within ?? {})];
  const byLabel = groups.includes("label");
  const grouped = groups.map((group) => columns[group]);
  // Of what has labels the whole is for the foot alone.
  if (byLabel) grouped.push("slice");
  const shown = groups.flatMap((group) => {
    const title = titles[group];
    const named = `${columns[group]} AS by_${group}`;
    return title === undefined
      ? [named]
      : [named, `substr(MAX(day || ${title}), ${dayLength + 1}) AS title_${group}`];
  });
  const where = [
    `slice IN (${slices.map((slice) => `'${slice}'`).join(", ")})`,
    "day >= ?",
    "day <= ?",
    ...(within === undefined ? [] : ["book = 'customer'"]),
    // The names of filters are those of groups.
    ...filters.map(([name]) => `${columns[name as UsageGroup]} = ?`),
  ];
  const by = grouped.length === 0 ? "" : `GROUP BY ${grouped.join(", ")}`;
  // Each database has its own way with what is null.
  const sorted = grouped.map((column) => `${column} NULLS FIRST`);
  const order = sorted.length === 0 ? "" : `ORDER BY ${sorted.join(", ")}`;
  const sql = `SELECT ${[...shown, byLabel ? "slice" : "'bare' AS slice", sums].join(", ")}
    FROM totals WHERE ${where.join(" AND ")} ${by} ${order}`;
  const parameters: Bindable[] = [first, last, ...filters.map(([, value]) => value)];
  return { sql, parameters };
}

/** The rows of the totals in which each request is once; by label, beside them those of its labels. */
function slicesOf(groups: readonly UsageGroup[], only: UsageQuery["only"]): readonly string[] {
  if (only.label !== undefined) return ["label"];
  return groups.includes("label") ? ["bare", "label", "labelled"] : ["bare", "labelled"];
}

const sumsRow = record({
  slice: text,
  requests: nullable(integer),
  images: nullable(integer),
  customer_nano: nullable(text),
  unknown_count: nullable(integer),
  attempts: nullable(integer),
  provider_nano: nullable(text),
  provider_unknown: nullable(integer),
});

/** A row of `usageStatement` as it was read. */
export function usageRow({ groups, only }: UsageQuery, value: unknown): UsageRow {
  const row = sumsRow.parse(value);
  const named = (prefix: string, of: readonly UsageGroup[]) =>
    Object.fromEntries(of.map((group) => [group, textAt(value, `${prefix}_${group}`)]));
  const isLabel = row.slice === "label" && only.label === undefined;
  return {
    names: named("by", groups),
    titles: named(
      "title",
      groups.filter((group) => titles[group] !== undefined),
    ),
    isShown: row.slice !== "labelled",
    isWhole: !isLabel,
    requests: row.requests ?? 0,
    images: row.images ?? 0,
    customerNano: BigInt(row.customer_nano ?? 0),
    unknown: row.unknown_count ?? 0,
    attempts: row.attempts ?? 0,
    providerNano: BigInt(row.provider_nano ?? 0),
    providerUnknown: row.provider_unknown ?? 0,
  };
}

/** A column of a row; null where it is empty, as the label is of what has none. */
function textAt(value: unknown, name: string): string | null {
  // Every row is an object, of the columns that the statement names.
  const found = nullable(text).parse((value as Readonly<Record<string, unknown>>)[name]);
  return found === "" ? null : found;
}
