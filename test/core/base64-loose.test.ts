import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Base64Error, createBase64Decoder } from "../../src/runtime/base64/decoder.ts";

/** Decodes text cut at the given lengths (the last one repeats). */
function decode(
  text: string,
  cuts: readonly number[],
): { readonly bytes: Buffer; readonly isStandard: boolean } {
  const decoder = createBase64Decoder();
  const out: Buffer[] = [];
  const emit = (decoded: Uint8Array): void => void out.push(Buffer.from(decoded));
  const ascii = Buffer.from(text, "latin1");
  let start = 0;
  for (let index = 0; start < ascii.length; index += 1) {
    const length = cuts[Math.min(index, cuts.length - 1)] ?? 1;
    decoder.write(ascii.subarray(start, start + length), emit);
    start += length;
  }
  decoder.end(emit);
  return { bytes: Buffer.concat(out), isStandard: decoder.isStandard };
}

/** Bytes whose base64 has every letter, both special ones among them. */
const bytesOf = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 151 + (index >> 6) * 7) & 0xff));

const wrap = (text: string, length: number, end: string): string =>
  text.replaceAll(new RegExp(`.{${length}}`, "g"), (line) => line + end);

/** How encoders write base64 that is not RFC 4648's own. */
const spellings: Readonly<Record<string, (text: string) => string>> = {
  "lines of 76, LF": (text) => wrap(text, 76, "\n"),
  "lines of 64, CRLF": (text) => wrap(text, 64, "\r\n"),
  "indented lines": (text) => wrap(text, 60, "\n    "),
  "a space before": (text) => ` ${text}`,
  "a line feed behind": (text) => `${text}\n`,
  "spaces between all letters": (text) => [...text].join(" "),
  "URL-safe letters": (text) => text.replaceAll("+", "-").replaceAll("/", "_"),
  "no padding": (text) => text.replace(/=+$/, ""),
  "padding on a line of its own": (text) => text.replace(/(=*)$/, "\n$1\n"),
  "URL-safe, without padding, in lines": (text) =>
    wrap(text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""), 76, "\r\n"),
  "percent-encoded, as in a URL": (text) => encodeURIComponent(text),
  "the first line break late": (text) => `${text.slice(0, 150_000)}\n${text.slice(150_000)}`,
};

describe.each(Object.entries(spellings))("base64 with %s", (_name, spell) => {
  test.each([0, 1, 2, 3, 4, 100, 3000, 200_000, 200_001, 200_002])(
    "%i bytes, in pieces of several lengths",
    (length) => {
      const bytes = bytesOf(length);
      const text = spell(bytes.toString("base64"));
      for (const cuts of [[1 << 30], [65_536], [77], [4095, 5000], [1, 65_535]]) {
        expect(decode(text, cuts).bytes.equals(bytes)).toBe(true);
      }
    },
  );

  test("cut anywhere", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        (bytes, cuts) => {
          const text = spell(Buffer.from(bytes).toString("base64"));
          expect(decode(text, cuts).bytes.equals(bytes)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });
});

test("a decoder says whether the text was standard", () => {
  const text = bytesOf(100_000).toString("base64");
  expect(decode(text, [65_536]).isStandard).toBe(true);
  expect(decode(`${text.slice(0, 90_000)} ${text.slice(90_000)}`, [65_536]).isStandard).toBe(false);
  expect(decode(text.replace(/=+$/, ""), [65_536]).isStandard).toBe(false);
});

test("of a text that is little but gaps, only so much is read", () => {
  const spaces = " ".repeat(66_000);
  expect(decode(`AAAA${spaces.slice(0, 65_000)}`, [4096]).bytes).toHaveLength(3);
  expect(() => decode(`AAAA${spaces}`, [4096])).toThrow(Base64Error);
});
