import { queryOptions } from "@tanstack/react-query";
import { ask } from "../../api/ask.ts";
import { everyPage } from "../../api/every-page.ts";
import type { WrittenBudget } from "../budgets/budget-fields.ts";

/** A gateway key, without its secret. */
export interface KeyEntry {
  readonly id: string;
  readonly name: string;
  /** The last four characters of its secret. */
  readonly hint: string;
  /** The secret of before, which opens it for a while. */
  readonly previous: {
    readonly hint: string;
    readonly until: string;
    readonly last_used_at: string | null;
  } | null;
  readonly models: readonly string[];
  readonly operations: readonly string[] | null;
  readonly strict: boolean;
  readonly disabled: boolean;
  readonly expires_at: string | null;
  readonly ip_allow: readonly string[] | null;
  readonly rpm: number | null;
  readonly ipm: number | null;
  readonly ipd: number | null;
  readonly concurrency: number | null;
  readonly user: string | null;
  readonly team: string | null;
  readonly budget: readonly WrittenBudget[] | null;
  readonly labels: readonly string[];
  readonly version: number;
  /** The place in the file; null: it is in the database. */
  readonly declared_at: string | null;
  /** Why it is refused, where the database has words of it damaged. */
  readonly fault?: string;
}

/** A key with its secret, which comes this once. */
export type KeyWithSecret = KeyEntry & { readonly key: string };

export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: ({ signal }) => everyPage<KeyEntry>("/admin/v1/keys", signal),
});

type Words = Readonly<Record<string, unknown>>;

export const createKey = (body: Words): Promise<KeyWithSecret> =>
  ask("POST", "/admin/v1/keys", { body });

/** A key as it was read: a change of it holds for that version alone. */
export type KeyVersion = Pick<KeyEntry, "id" | "version">;

const pathOf = ({ id }: KeyVersion): string => `/admin/v1/keys/${encodeURIComponent(id)}`;
const ifMatch = ({ version }: KeyVersion): Readonly<Record<string, string>> => ({
  "if-match": `"${version}"`,
});

export const changeKey = (key: KeyVersion, body: Words): Promise<KeyEntry> =>
  ask("PATCH", pathOf(key), { body, headers: ifMatch(key) });

/** Gives a key another secret; the one of before goes on for a duration such as 1h. */
export const rotateKey = (key: KeyVersion, overlap: string): Promise<KeyWithSecret> =>
  ask("POST", `${pathOf(key)}/rotate`, { body: { overlap }, headers: ifMatch(key) });

/** Ends a key for ever. */
export const revokeKey = (key: KeyVersion): Promise<KeyEntry> =>
  ask("DELETE", pathOf(key), { headers: ifMatch(key) });
