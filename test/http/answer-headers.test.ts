import { expect, test } from "vitest";
import type { Warning } from "../../src/core/request.ts";
import { warningsHeader } from "../../src/http/v1/answer-headers.ts";

const warning = (message: string): Warning => ({ param: "size", code: "adjusted_value", message });

test("warnings are a JSON array in ASCII that reads back as it was", () => {
  const warnings = [warning("größer als 1024 🦊"), warning('with "quotes" and \n lines')];
  const header = warningsHeader(warnings);
  expect(header).toMatch(/^[\x20-\x7e]+$/);
  expect(JSON.parse(header)).toEqual(warnings);
});

test("more than 2 KB keeps whole warnings and says how many are missing", () => {
  const warnings = Array.from({ length: 60 }, (_, index) => warning(`${index} ${"x".repeat(90)}`));
  const header = warningsHeader(warnings);
  expect(header.length).toBeLessThanOrEqual(2048);
  const read = JSON.parse(header) as Warning[];
  const kept = read.slice(0, -1);
  expect(kept).toEqual(warnings.slice(0, kept.length));
  expect(kept.length).toBeGreaterThan(5);
  expect(read.at(-1)).toMatchObject({
    code: "more",
    message: expect.stringContaining(`${60 - kept.length} more`),
  });
});

test("one warning that alone is too long still leaves a valid header", () => {
  expect(JSON.parse(warningsHeader([warning("x".repeat(5000))]))).toEqual([]);
});
