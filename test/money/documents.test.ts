import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { priceSchema } from "../../src/core/price.ts";

const text = readFileSync(new URL("../../docs/prices.md", import.meta.url), "utf8");
const examples = [...text.matchAll(/```yaml\n(price:[\s\S]*?)```/g)].map((match) => match[1] ?? "");

describe("docs/prices.md", () => {
  test("names every rule that a price table must be able to say", () => {
    const named = [...text.matchAll(/\(rules? ([\d, ]+)\)/g)].flatMap((match) =>
      (match[1] ?? "").split(", ").map(Number),
    );
    expect([...new Set(named)].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 24 }, (_, index) => index + 1),
    );
  });

  test.each(examples)("shows a price as it is taken: %s", (example) => {
    const document = z.object({ price: z.unknown() }).parse(parse(example));
    expect(() => priceSchema.parse(document.price)).not.toThrow();
  });

  test("shows more than a few", () => {
    expect(examples.length).toBeGreaterThan(20);
  });
});
