import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useState } from "react";
import { ApiError, ask } from "../api/ask.ts";

/** A key of the person's own user, which pictures may be made with in the place of the console's. */
export interface OwnKey {
  readonly id: string;
  readonly name: string;
  /** The operations that it may make; null: all. */
  readonly operations: readonly string[] | null;
}

/** True where a key may make or change pictures; the console's may do both. */
export function keyMay(key: OwnKey | undefined, operation: "generation" | "edit"): boolean {
  return key?.operations?.includes(operation) ?? true;
}

/** The keys that the person may choose; those that stop working are missed soon. */
export const ownKeysQuery = queryOptions({
  queryKey: ["own keys"],
  queryFn: async () => {
    const { data } = await ask<{ readonly data: readonly OwnKey[] }>("GET", "/console/v1/keys");
    return data.toSorted((a, b) => a.name.localeCompare(b.name));
  },
  staleTime: 10_000,
  refetchInterval: 30_000,
});

/** The place of the chosen key's id. */
const stored = "pinhole.as-key";

/** Forgets which key was chosen: the next person at this browser has others. */
export function forgetKey(): void {
  localStorage.removeItem(stored);
}

/** The key that pictures are made with. */
export interface KeyChoice {
  readonly keys: readonly OwnKey[];
  /** Undefined: the console's. */
  readonly key: OwnKey | undefined;
  /** False until it is known whether the key that was chosen before is there. */
  readonly isKnown: boolean;
  /** True: it is there no more, and the console's stands in. */
  readonly isGone: boolean;
  readonly error: Error | null;
  /** Undefined: the console's. */
  choose(id: string | undefined): void;
}

/** The choice of before, of this browser, as far as the key is still there. */
export function useKeyChoice(): KeyChoice {
  const [chosen, setChosen] = useState(() => localStorage.getItem(stored) ?? undefined);
  const { data, error } = useQuery(ownKeysQuery);
  const key = data?.find(({ id }) => id === chosen);
  return {
    keys: data ?? [],
    key,
    isKnown: chosen === undefined || data !== undefined,
    isGone: chosen !== undefined && data !== undefined && key === undefined,
    error: chosen !== undefined && data === undefined ? error : null,
    choose(id) {
      if (id === undefined) forgetKey();
      else localStorage.setItem(stored, id);
      setChosen(id);
    },
  };
}

/** Looks again which keys there are where the chosen one was refused. */
export function useKeyRefused(): (thrown: Error) => void {
  const client = useQueryClient();
  return (thrown) => {
    if (thrown instanceof ApiError && thrown.param === "as_key")
      void client.invalidateQueries(ownKeysQuery);
  };
}

const AsKey = createContext<OwnKey | undefined>(undefined);

/** Tells what is below it by which key to ask. */
export const AsKeyProvider = AsKey.Provider;

/** The id of the key to ask by; undefined: the console's. */
export function useAsKey(): string | undefined {
  return useContext(AsKey)?.id;
}

/** The key itself; undefined: the console's. */
export function useChosenKey(): OwnKey | undefined {
  return useContext(AsKey);
}

/** An address of the console's, asked by a key. */
export function byKey(path: string, keyId: string | undefined): string {
  if (keyId === undefined) return path;
  return `${path}${path.includes("?") ? "&" : "?"}as_key=${encodeURIComponent(keyId)}`;
}
