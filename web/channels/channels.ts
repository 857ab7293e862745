import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ask, askFully } from "../api/ask.ts";
import type { Schema } from "./schema-fields.ts";

/** Words of an entry, as the file has them. */
export type Words = Readonly<Record<string, unknown>>;

/** A channel in the words of the file, and what the gateway knows of it. Credentials stand in it as `{hint}`. */
export interface ChannelEntry extends Words {
  readonly id: string;
  readonly provider: string | null;
  readonly settings: Words;
  readonly models: readonly (string | { readonly name: string })[] | null;
  readonly priority: number;
  readonly weight: number;
  readonly enabled: boolean;
  /** Counts its changes; 0: it is declared. */
  readonly version: number;
  /** The line of the file, or the variable; null: it is in the database. */
  readonly declared_at: string | null;
  readonly shadowed: boolean;
  readonly fault: string | null;
}

/** The live state of a channel or of one of its parts. */
export interface Health {
  readonly state: "healthy" | "cooling" | "half_open";
  readonly why: string | null;
  readonly since: string;
  readonly next_probe: string | null;
  readonly last_minute: { readonly succeeded: number; readonly failed: number };
}

export interface ChannelHealth extends Health {
  readonly id: string;
  readonly in_flight: number;
  readonly waiting: number;
  readonly credentials: readonly (Health & { readonly index: number })[];
  readonly models: readonly (Health & { readonly upstream: string })[];
}

/** A provider with the schema of its settings. */
export interface Provider {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly docs: string;
  readonly open_ended: boolean;
  readonly has_free_check: boolean;
  readonly settings: Schema;
  readonly models: readonly {
    readonly name: string;
    readonly operations: readonly string[];
    readonly retires_at: string | null;
  }[];
}

/** One step of a test of a channel. */
export interface TestStep {
  readonly name: "check" | "picture";
  readonly credential?: number;
  readonly ok: boolean;
  readonly found: string | null;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly detail: string | null;
  } | null;
}

export interface ChannelTest {
  readonly ok: boolean;
  readonly paid: boolean;
  readonly steps: readonly TestStep[];
  readonly model: string | null;
  readonly cost_usd: string | null;
  readonly request_id: string | null;
}

interface Listed<T> {
  readonly data: readonly T[];
  readonly next?: string | null;
}

/** All entries of a list that comes in pages. */
export async function askAll<T>(path: string, signal: AbortSignal): Promise<readonly T[]> {
  const found: T[] = [];
  let after = "";
  for (;;) {
    const page = await ask<Listed<T>>(
      "GET",
      `${path}?limit=100&after=${encodeURIComponent(after)}`,
      { signal },
    );
    found.push(...page.data);
    if (page.next === null || page.next === undefined) return found;
    after = page.next;
  }
}

/** All channels, in the order in which they are tried. */
export const channelsQuery = queryOptions({
  queryKey: ["channels"],
  queryFn: async ({ signal }) => inOrder(await askAll<ChannelEntry>("/admin/v1/channels", signal)),
});

/** Entries in the order in which they are tried: the highest priority first. */
export function inOrder(channels: readonly ChannelEntry[]): readonly ChannelEntry[] {
  return channels.toSorted(
    (a, b) => b.priority - a.priority || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}

/** The health of all channels, by id. */
export const healthQuery = queryOptions({
  queryKey: ["channel-health"],
  async queryFn({ signal }): Promise<ReadonlyMap<string, ChannelHealth>> {
    const { data } = await ask<Listed<ChannelHealth>>("GET", "/admin/v1/health/channels", {
      signal,
    });
    return new Map(data.map((one) => [one.id, one]));
  },
  refetchInterval: 5000,
  placeholderData: keepPreviousData,
});

/** Providers by name. */
export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: async ({ signal }) =>
    (
      await ask<Listed<{ readonly id: string; readonly name: string }>>(
        "GET",
        "/admin/v1/providers",
        { signal },
      )
    ).data,
  staleTime: Number.POSITIVE_INFINITY,
});

export const providerQuery = (id: string) =>
  queryOptions({
    queryKey: ["provider", id],
    queryFn: ({ signal }) =>
      ask<Provider>("GET", `/admin/v1/providers/${encodeURIComponent(id)}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

const pathOf = (id: string): string => `/admin/v1/channels/${encodeURIComponent(id)}`;

export const createChannel = (words: Words): Promise<ChannelEntry> =>
  ask("POST", "/admin/v1/channels", { body: words });

/** Changes a channel from a version; another version in between is a 412 with what stands. */
export async function changeChannel(
  { id, version }: Pick<ChannelEntry, "id" | "version">,
  change: Words,
): Promise<ChannelEntry> {
  const answer = await askFully<ChannelEntry>("PATCH", pathOf(id), {
    body: change,
    headers: { "if-match": `"${version}"` },
  });
  return answer.value;
}

export const deleteChannel = (id: string): Promise<ChannelEntry> => ask("DELETE", pathOf(id));

export const testChannel = (id: string, isPaid: boolean): Promise<ChannelTest> =>
  ask("POST", `${pathOf(id)}/test`, { body: { paid: isPaid } });

/** The way to the test of a channel, which begins by itself. */
export const testOf = (id: string) =>
  ({
    to: "/channels/$id",
    params: { id },
    state: { channel: "test" },
    resetScroll: false,
  }) as const;
