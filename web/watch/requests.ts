import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ask } from "../api/ask.ts";
import type { RequestSearch, RequestState } from "./addresses.ts";

export interface RecordPicture {
  readonly index: number;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly revised_prompt: string | null;
  readonly seed: string | null;
  /** The average colour as `#rrggbb`; null: it is not known. */
  readonly colour: string | null;
  /** The path at which it can be seen; null: it rests nowhere, or is not for these eyes. */
  readonly path: string | null;
}

export interface RecordAttempt {
  readonly id: string;
  readonly call: number;
  readonly attempt: number;
  readonly channel?: string;
  readonly provider?: string;
  readonly upstream_model?: string;
  readonly state: "running" | "succeeded" | "failed";
  readonly error_code: string | null;
  readonly evidence: string | null;
  readonly detail?: string | null;
  readonly provider_usd?: string | null;
  readonly started_at: string;
  readonly finished_at: string | null;
}

/** A line of the log. */
export interface RequestEntry {
  readonly id: string;
  readonly key_id: string;
  readonly key_name: string | null;
  /** The person who made it in the console; null: a program did. */
  readonly person_id: string | null;
  readonly person_name: string | null;
  readonly client_request_id: string | null;
  readonly operation: string;
  readonly model: string;
  readonly served_model: string | null;
  readonly n: number;
  readonly state: RequestState;
  readonly error: { readonly code: string; readonly message: string | null } | null;
  readonly fields: Readonly<Record<string, unknown>>;
  /** True: its prompt and pictures are not for whoever asks. */
  readonly concealed: boolean;
  readonly warnings: readonly {
    readonly param: string;
    readonly code: string;
    readonly message: string;
  }[];
  readonly pictures: readonly RecordPicture[];
  readonly attempts: readonly RecordAttempt[];
  readonly price: "priced" | "free" | "unknown" | null;
  readonly cost_usd: string | null;
  readonly hold: { readonly usd: string; readonly state: string } | null;
  readonly created_at: string;
  readonly finished_at: string | null;
}

export interface PassedOver {
  readonly channel: string;
  readonly model: string;
  readonly reason: "unfit" | "cooling" | "full" | "budget";
  readonly param?: string;
  readonly message?: string;
  readonly wait_ms?: number;
}

export interface SentCall {
  readonly method: string;
  readonly path: string;
  readonly fields: unknown;
}

export interface AttemptTrace {
  readonly call: number;
  readonly attempt: number;
  readonly credential?: number;
  readonly seed?: string;
  readonly begun_ms: number;
  readonly sent_ms?: number;
  readonly first_byte_ms?: number;
  readonly made_ms?: number;
  readonly fetched_ms?: number;
  readonly ended_ms?: number;
  readonly passed_over?: readonly PassedOver[];
  readonly upstream?: readonly SentCall[];
}

/** When what happened, in milliseconds after the request was received. */
export interface RequestTrace {
  readonly received_at: string;
  readonly fitted_ms?: number;
  readonly chosen_ms?: number;
  readonly recorded_ms?: number;
  readonly stored_ms?: number;
  readonly delivered_ms?: number;
  readonly unfit?: readonly PassedOver[];
  readonly attempts: readonly AttemptTrace[];
}

/** One request with all that is known of it. */
export interface WholeRequest extends RequestEntry {
  readonly trace: RequestTrace | null;
}

export type StateCounts = Readonly<Record<RequestState, number>>;

export interface NamedCount {
  readonly name: string | null;
  readonly title?: string | null;
  readonly requests: number;
  readonly failed: number;
}

/** Numbers of the requests that match a filter. */
export interface Statistics {
  readonly time_zone: string;
  readonly start: string;
  readonly end: string;
  readonly step: "minute" | "quarter" | "hour" | "day";
  readonly pieces: readonly {
    readonly start: string;
    readonly end: string;
    readonly states: StateCounts;
  }[];
  readonly totals: StateCounts;
  readonly details: {
    readonly images: number;
    readonly durations_ms: {
      readonly p50: number;
      readonly p95: number;
      readonly p99: number;
    } | null;
    readonly errors: readonly NamedCount[];
    readonly keys: readonly NamedCount[];
    readonly models: readonly NamedCount[];
    readonly channels: readonly NamedCount[];
  } | null;
}

/** Words of an address for a filter and what else is asked. */
export function queryOf(words: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(words))
    if (value !== undefined) query.set(name, String(value));
  return query.toString();
}

/** Lines of one page of the log. */
export const pageLines = 50;

/** The log, page by page. */
export const requestsQuery = (search: RequestSearch) =>
  infiniteQueryOptions({
    queryKey: ["requests", search],
    initialPageParam: undefined as string | undefined,
    async queryFn({ pageParam: before, signal }): Promise<readonly RequestEntry[]> {
      const query = queryOf({ ...search, limit: pageLines, before });
      const { data } = await ask<{ readonly data: readonly RequestEntry[] }>(
        "GET",
        `/admin/v1/requests?${query}`,
        { signal },
      );
      return data;
    },
    getNextPageParam: (last) => (last.length < pageLines ? undefined : last.at(-1)?.id),
    // New lines wait behind a counter, so nothing moves under the hand.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });

/** The ids of the lines that have come since this one, at most a hundred. */
export const newRequestsQuery = (search: RequestSearch, after: string | undefined) =>
  queryOptions({
    queryKey: ["requests-new", search, after],
    async queryFn({ signal }): Promise<readonly string[]> {
      const query = queryOf({ ...search, limit: 100, after });
      const { data } = await ask<{ readonly data: readonly RequestEntry[] }>(
        "GET",
        `/admin/v1/requests?${query}`,
        { signal },
      );
      return data.map(({ id }) => id);
    },
    refetchInterval: 5000,
  });

/** One request; asked again while it runs. */
export const requestQuery = (id: string) =>
  queryOptions({
    queryKey: ["request", id],
    queryFn: ({ signal }) =>
      ask<WholeRequest>("GET", `/admin/v1/requests/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === "running" ? 1000 : false),
  });

/** Counts of the requests that match. */
export const statisticsQuery = (search: RequestSearch, show: "all" | "times") =>
  queryOptions({
    queryKey: ["statistics", show, search],
    queryFn: ({ signal }) =>
      ask<Statistics>("GET", `/admin/v1/statistics?${queryOf({ ...search, show })}`, { signal }),
    placeholderData: keepPreviousData,
  });

/** The time that a request took, milliseconds; undefined: it runs. */
export function tookMs({ created_at, finished_at }: RequestEntry): number | undefined {
  return finished_at === null ? undefined : Date.parse(finished_at) - Date.parse(created_at);
}
