import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createSealer, envelopeKeyId } from "../../src/core/envelope.ts";

const [key, before, third] = [1, 2, 3].map((byte) => Buffer.alloc(32, byte)) as [
  Buffer,
  Buffer,
  Buffer,
];
const place = ["resources", "channel", "up", "/settings/api_key"];
const sealer = createSealer({ key }, randomBytes);

describe("an envelope", () => {
  test.each(["", "k", "sk-0123456789", "ключ ✓", "{\n}", "x".repeat(100_000)])(
    "opens where it was sealed, whatever is in it",
    (text) => {
      const envelope = sealer.seal(place, text);
      if (text.length > 4) expect(envelope).not.toContain(text);
      expect(sealer.open(place, envelope)).toBe(text);
      expect(sealer.isCurrent(envelope)).toBe(true);
      expect(sealer.seal(place, text)).not.toBe(envelope);
    },
  );

  test("opens at no other place", () => {
    const envelope = sealer.seal(place, "a");
    for (const at of place.keys()) {
      const other = place.with(at, "other");
      expect(sealer.open(other, envelope)).toBeUndefined();
    }
    expect(sealer.open([...place, ""], envelope)).toBeUndefined();
    expect(sealer.open(["resources", "channel", "up/settings", "/api_key"], envelope)).toBe(
      undefined,
    );
  });

  test("opens by no other key, and not changed by a single character", () => {
    const envelope = sealer.seal(place, "a text");
    expect(createSealer({ key: before }, randomBytes).open(place, envelope)).toBeUndefined();
    for (const at of [...envelope].keys()) {
      for (const character of ["0", "1", "A", "w", "-"].filter((one) => one !== envelope[at])) {
        const changed = `${envelope.slice(0, at)}${character}${envelope.slice(at + 1)}`;
        expect([at, character, sealer.open(place, changed)]).toEqual([at, character, undefined]);
      }
    }
    for (const text of ["", "v1", "v1.00000000..", "no envelope", envelope.slice(0, -1)])
      expect(sealer.open(place, text)).toBeUndefined();
  });

  test.each(["", "a", "ab", "abc"])("of %o has one spelling", (text) => {
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const envelope = sealer.seal(place, text);
    const opening = [...digits].filter(
      (last) => sealer.open(place, envelope.slice(0, -1) + last) !== undefined,
    );
    expect(opening).toEqual([envelope.at(-1)]);
  });

  test("names its key, and that of before opens while there is one", () => {
    const old = createSealer({ key: before }, randomBytes).seal(place, "a");
    const both = createSealer({ key, previousKey: before }, randomBytes);
    expect([both.open(place, old), both.isCurrent(old), both.changes]).toEqual(["a", false, true]);
    const anew = both.seal(place, "a");
    expect([sealer.open(place, anew), sealer.changes]).toEqual(["a", false]);
    expect(createSealer({ key, previousKey: third }, randomBytes).open(place, old)).toBeUndefined();
    expect(envelopeKeyId(old)).not.toBe(envelopeKeyId(anew));
    expect(envelopeKeyId("text")).toBeUndefined();
  });
});
