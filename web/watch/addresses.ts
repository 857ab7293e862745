/** The states that a request can be in. */
export const requestStates = ["running", "succeeded", "partial", "failed", "lost"] as const;
export type RequestState = (typeof requestStates)[number];

/** The filter of the log, which is the address of its page. */
export interface RequestSearch {
  readonly state?: RequestState | undefined;
  readonly model?: string | undefined;
  readonly key?: string | undefined;
  readonly user?: string | undefined;
  readonly team?: string | undefined;
  readonly channel?: string | undefined;
  readonly error?: string | undefined;
  /** ISO moments. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** The least and the longest time that a request took, milliseconds. */
  readonly min_ms?: number | undefined;
  readonly max_ms?: number | undefined;
  readonly id?: string | undefined;
}

const filterNames = [
  "model",
  "key",
  "user",
  "team",
  "channel",
  "error",
  "from",
  "to",
  "id",
] as const satisfies readonly (keyof RequestSearch)[];

/** The choice in an address under a name. What is none is undefined, which has to be said: the router leaves it there otherwise. */
function choice<Name extends string, T extends string>(
  search: Readonly<Record<string, unknown>>,
  name: Name,
  choices: readonly T[],
): { readonly [N in Name]?: T | undefined } {
  if (!(name in search)) return {};
  const found = { [name]: choices.find((one) => one === search[name]) };
  return found as { readonly [N in Name]?: T | undefined };
}

/** The filter in an address; what is no filter is left out. */
export function readRequestSearch(search: Readonly<Record<string, unknown>>): RequestSearch {
  const read: Partial<Record<(typeof filterNames)[number], string | undefined>> = {};
  for (const name of filterNames) {
    const value = search[name];
    // The router reads what looks like a number as one.
    if ((typeof value === "string" && value !== "") || typeof value === "number")
      read[name] = String(value);
  }
  for (const name of ["from", "to"] as const) {
    const at = Date.parse(read[name] ?? "");
    // A day is its beginning; what is no moment is no filter, which has to be said: the router leaves it there otherwise.
    if (name in search) read[name] = Number.isNaN(at) ? undefined : new Date(at).toISOString();
  }
  return {
    ...read,
    ...readDurations(search),
    ...choice(search, "state", requestStates),
  };
}

/** The longest time that the gateway lets be asked for. */
const msMax = 100_000_000_000;

/** The milliseconds of an address; what is no whole number of them is no filter. */
function readDurations(
  search: Readonly<Record<string, unknown>>,
): Pick<RequestSearch, "min_ms" | "max_ms"> {
  const read: { min_ms?: number | undefined; max_ms?: number | undefined } = {};
  for (const name of ["min_ms", "max_ms"] as const) {
    const ms = Number(search[name]);
    if (name in search) read[name] = Number.isInteger(ms) && ms > 0 && ms <= msMax ? ms : undefined;
  }
  return read;
}

/** Spans of time until now that the log can be looked at in. */
export const ranges = ["24h", "7d", "30d", "all"] as const;
export type Range = (typeof ranges)[number];

/** The address of the log: its filter, its span of time and the request that stands open beside it. */
export interface LogSearch extends RequestSearch {
  readonly range?: Range | undefined;
  readonly open?: string | undefined;
}

export const rangeDefault: Range = "30d";

/** The search parameters of the log's address. */
export function readLogSearch(search: Readonly<Record<string, unknown>>): LogSearch {
  const { open } = search;
  return {
    ...readRequestSearch(search),
    ...choice(
      search,
      "range",
      ranges.filter((one) => one !== rangeDefault),
    ),
    ...(typeof open === "string" ? { open } : {}),
  };
}

/** Things that spending is stacked by. */
export const spendGroups = ["model", "key", "team", "channel"] as const;
export type SpendGroup = (typeof spendGroups)[number];

/** Spans of days that the overview is of, until today. */
export const overviewRanges = ["7d", "30d", "90d"] as const;
type OverviewRange = (typeof overviewRanges)[number];

/** The address of the overview. */
export interface OverviewSearch {
  readonly range?: OverviewRange | undefined;
  readonly by?: SpendGroup | undefined;
  /** Set while the chart's numbers are shown as a table. */
  readonly as?: "table" | undefined;
}

/** The search parameters of the overview's address. */
export function readOverviewSearch(search: Readonly<Record<string, unknown>>): OverviewSearch {
  return {
    ...choice(search, "range", overviewRanges),
    ...choice(search, "by", spendGroups),
    ...choice(search, "as", ["table"]),
  };
}

/** The address of the audit. */
export interface AuditSearch {
  readonly resource?: string | undefined;
  readonly id?: string | undefined;
  /** The entry that stands open. */
  readonly open?: string | undefined;
}

/** The search parameters of the audit's address. */
export function readAuditSearch({
  resource,
  id,
  open,
}: Readonly<Record<string, unknown>>): AuditSearch {
  return {
    ...(typeof open === "string" && open !== "" ? { open } : {}),
    ...(typeof resource === "string" && resource !== "" ? { resource } : {}),
    ...(typeof id === "string" && id !== "" ? { id } : {}),
  };
}
