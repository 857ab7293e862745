import { expect, test } from "vitest";
import { freshAfter } from "../../web/watch/fresh.ts";

test("what is new in the log is looked for after its first line, or after one so old that what ends later begins above it where it is found by its end", () => {
  const now = Date.UTC(2026, 10, 28, 12);
  const entry = (id: string, minutes: number) => ({
    id,
    created_at: new Date(now - minutes * 60_000).toISOString(),
  });
  const entries = [entry("a", 1), entry("b", 9), entry("c", 16), entry("d", 50)];
  for (const search of [{}, { key: "k", model: "m" }])
    expect(freshAfter(entries, search, now)).toBe("a");
  for (const search of [{ min_ms: 9 }, { max_ms: 9 }, { state: "failed" as const }, { error: "x" }])
    expect(freshAfter(entries, search, now)).toBe("c");
  expect(freshAfter(entries.slice(0, 2), { min_ms: 9 }, now)).toBe("b");
  expect(freshAfter([], { min_ms: 9 }, now)).toBeUndefined();
});
