import { createHmac, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  keyDigest,
  keyHint,
  looksLikeKey,
  makeKey,
  newId,
  pepperId,
  pooledRandom,
} from "../../src/core/keys.ts";

/** Gives these bytes again and again. */
const always =
  (...bytes: number[]) =>
  (count: number) =>
    Uint8Array.from({ length: count }, (_, at) => bytes[at % bytes.length] ?? 0);

describe("API keys", () => {
  test("are a prefix, 30 random characters and the base62 CRC-32 of those", () => {
    // zlib.crc32 of thirty zeros is 2,011,552,642, which is 2C8GjS in base 62: both computed by Python's zlib.
    expect(makeKey(always(0))).toBe("pin_0000000000000000000000000000002C8GjS");
    expect(makeKey(randomBytes)).toMatch(/^pin_[0-9A-Za-z]{36}$/);
    expect(makeKey(randomBytes)).not.toBe(makeKey(randomBytes));
  });

  test("use every character equally: bytes that would favour some are passed over", () => {
    expect(makeKey(always(255, 248, 61)).slice(4, 34)).toBe("z".repeat(30));
  });

  test("with any one character changed no longer look like one", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 60, maxLength: 60 }),
        fc.nat({ max: 35 }),
        fc.constantFrom(..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-"),
        (bytes, position, character) => {
          // Bytes above 247 alone would be asked for for ever.
          const key = makeKey(always(7, ...bytes));
          expect(looksLikeKey(key)).toBe(true);
          const at = position + 4;
          const changed = key.slice(0, at) + character + key.slice(at + 1);
          expect(looksLikeKey(changed)).toBe(changed === key);
        },
      ),
    );
  });

  test.each([
    ["an imported key of 20 characters", "k".repeat(20), true],
    ["of 19", "k".repeat(19), false],
    ["of 512", "k".repeat(512), true],
    ["of 513", "k".repeat(513), false],
    ["another maker's prefix", "sk-proj-abcdefghijklmnop", true],
    ["a space inside", "kkkkkkkkkk kkkkkkkkkkk", false],
    ["a line break at the end", `${"k".repeat(20)}\n`, false],
    ["a letter outside ASCII", `${"k".repeat(20)}é`, false],
    ["nothing", "", false],
    ["our prefix alone", "pin_", false],
    ["our prefix and no checksum", `pin_${"k".repeat(36)}`, false],
    ["our key and one character more", `${makeKey(always(0))}0`, false],
    ["our key and one character less", makeKey(always(0)).slice(0, -1), false],
  ])("%s", (_, text, looks) => {
    expect(looksLikeKey(text)).toBe(looks);
  });

  test("are kept as a keyed digest and known by their last four characters", () => {
    const pepper = Buffer.from("pepper");
    const expected = createHmac("sha256", "pepper").update("some key").digest("hex");
    expect(keyDigest(pepper, "some key")).toBe(`${pepperId(pepper)}:${expected}`);
    expect(pepperId(pepper)).toMatch(/^[0-9a-f]{8}$/);
    expect(pepperId(Buffer.from("other"))).not.toBe(pepperId(pepper));
    expect(keyDigest(Buffer.from("other"), "some key")).not.toBe(expected);
    expect(keyHint("pin_abcdWXYZ")).toBe("WXYZ");
  });
});

describe("ids", () => {
  test("are a prefix, ten characters of time and sixteen of chance in Crockford's base 32", () => {
    expect(newId("req", () => 0, always(0))).toBe(`req_${"0".repeat(26)}`);
    // 48 bits in 50: the first character is at most 7.
    expect(newId("att", () => 2 ** 48 - 1, always(255))).toBe(`att_7${"z".repeat(25)}`);
    expect(newId("req", () => 33, always(31, 10))).toBe(`req_0000000011${"za".repeat(8)}`);
  });

  test("sort by time, and differ within a millisecond", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 2 ** 48 - 2 }),
        fc.integer({ min: 1, max: 10_000 }),
        (time, later) => {
          const first = newId("req", () => time, randomBytes);
          const second = newId("req", () => Math.min(time + later, 2 ** 48 - 1), randomBytes);
          expect(first < second).toBe(true);
          expect(newId("req", () => time, randomBytes)).not.toBe(first);
        },
      ),
    );
  });
});

test("random bytes of a stock are each handed out once", () => {
  let drawn = 0;
  const random = pooledRandom((count) => {
    drawn += 1;
    return randomBytes(count);
  });
  const seen = Array.from({ length: 1000 }, () => random(16).toString("hex"));
  expect(new Set(seen).size).toBe(1000);
  expect(drawn).toBe(4);
  expect(random(5000)).toHaveLength(5000);
});
