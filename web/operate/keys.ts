import { queryOptions } from "@tanstack/react-query";
import { ask } from "../api/ask.ts";

/** A budget of a key, in the words of the file. */
export interface KeyBudget {
  readonly usd: string;
  readonly period: string;
}

/** A gateway key, without its secret. */
export interface KeyEntry {
  readonly id: string;
  readonly name: string;
  /** The last four characters of its secret. */
  readonly hint: string;
  readonly models: readonly string[];
  readonly disabled: boolean;
  readonly expires_at: string | null;
  readonly user: string | null;
  readonly team: string | null;
  readonly budget: readonly KeyBudget[] | null;
  readonly version: number;
  /** The place in the file; null: it is in the database. */
  readonly declared_at: string | null;
}

interface KeyPage {
  readonly data: readonly KeyEntry[];
  readonly next: string | null;
}

/** All keys; the gateway gives them in pages. */
export const keysQuery = queryOptions({
  queryKey: ["keys"],
  async queryFn(): Promise<readonly KeyEntry[]> {
    const found: KeyEntry[] = [];
    let after = "";
    for (;;) {
      const page = await ask<KeyPage>(
        "GET",
        `/admin/v1/keys?limit=100&after=${encodeURIComponent(after)}`,
      );
      found.push(...page.data);
      if (page.next === null || page.next === undefined) return found;
      after = page.next;
    }
  },
});

/** The words of a key that is to be made. */
export interface NewKey {
  readonly name: string;
  readonly models: readonly string[];
  readonly budget?: { readonly usd: number; readonly period: string };
}

/** Makes a key; its secret comes this once. */
export const createKey = (key: NewKey): Promise<KeyEntry & { readonly key: string }> =>
  ask("POST", "/admin/v1/keys", { body: key });

/** Ends a key for ever. */
export const revokeKey = ({ id, version }: KeyEntry): Promise<KeyEntry> =>
  ask("DELETE", `/admin/v1/keys/${encodeURIComponent(id)}`, {
    headers: { "if-match": `"${version}"` },
  });
