import { ask } from "./ask.ts";

interface Page<T> {
  readonly data: readonly T[];
  readonly next?: string | null;
}

/** A whole list, which the gateway gives in pages. */
export async function everyPage<T>(path: string, signal?: AbortSignal): Promise<readonly T[]> {
  const found: T[] = [];
  let after = "";
  for (;;) {
    const query = `limit=100&after=${encodeURIComponent(after)}`;
    const page = await ask<Page<T>>("GET", `${path}?${query}`, signal && { signal });
    found.push(...page.data);
    if (page.next === null || page.next === undefined) return found;
    after = page.next;
  }
}
