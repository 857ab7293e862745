import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { base64Chunks, base64Length } from "../../src/runtime/base64/base64.ts";
import { Base64Error, createBase64Decoder } from "../../src/runtime/base64/decoder.ts";
import { assemble, assembledPath } from "../../scripts/assemble.ts";
import type { Bytes } from "../../src/core/picture.ts";

function source(chunks: readonly Uint8Array[]): Pick<Bytes, "byteLength" | "chunks"> {
  return {
    byteLength: chunks.reduce((sum, { length }) => sum + length, 0),
    async *chunks() {
      for (const chunk of chunks) yield Buffer.from(chunk);
    },
  };
}

async function encodeAll(chunks: readonly Uint8Array[]): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of base64Chunks(source(chunks))) pieces.push(piece);
  return pieces;
}

/** Decodes text cut at the given lengths (the last one repeats). */
function decode(text: Buffer, cuts: readonly number[] = [text.length || 1]): Buffer {
  const decoder = createBase64Decoder();
  const out: Buffer[] = [];
  const emit = (decoded: Uint8Array): void => {
    out.push(Buffer.from(decoded));
  };
  let start = 0;
  for (let index = 0; start < text.length; index += 1) {
    const length = cuts[Math.min(index, cuts.length - 1)] ?? 1;
    decoder.write(text.subarray(start, start + length), emit);
    start += length;
  }
  decoder.end(emit);
  return Buffer.concat(out);
}

const pattern = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff));

describe("base64Chunks", () => {
  test("joins to the platform's own encoding for any cutting of the bytes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 12 }),
        async (chunks) => {
          const pieces = await encodeAll(chunks);
          const whole = Buffer.concat(chunks);
          expect(Buffer.concat(pieces).toString("latin1")).toBe(whole.toString("base64"));
          expect(Buffer.concat(pieces).length).toBe(base64Length(whole.length));
        },
      ),
    );
  });

  test("writes pieces of at most 64 KiB", async () => {
    const whole = pattern(200_000);
    const pieces = await encodeAll([whole.subarray(0, 65_537), whole.subarray(65_537)]);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(65_536);
    expect(Buffer.concat(pieces).toString("latin1")).toBe(whole.toString("base64"));
  });

  test("survives a source that reuses its chunk", async () => {
    const shared = Buffer.alloc(4);
    const bytes = {
      byteLength: 12,
      async *chunks() {
        for (const fill of [1, 2, 3]) {
          shared.fill(fill);
          yield shared;
        }
      },
    };
    const pieces: Buffer[] = [];
    for await (const piece of base64Chunks(bytes)) pieces.push(piece);
    const expected = Buffer.from([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]).toString("base64");
    expect(Buffer.concat(pieces).toString()).toBe(expected);
  });
});

describe("base64Chunks, lent", () => {
  const pieces = async (whole: Buffer, cut: number): Promise<number[]> => {
    const chunks: Buffer[] = [];
    for (let at = 0; at < whole.length; at += cut) chunks.push(whole.subarray(at, at + cut));
    const lengths: number[] = [];
    const text: Buffer[] = [];
    for await (const piece of base64Chunks(source(chunks), true)) {
      lengths.push(piece.length);
      text.push(Buffer.from(piece));
    }
    expect(Buffer.concat(text).toString("latin1")).toBe(whole.toString("base64"));
    return lengths;
  };

  test.each([65_536, 262_144, 50_000, 1_000_000])(
    "writes pieces of at most 256 KiB from chunks of %i bytes",
    async (cut) => {
      const lengths = await pieces(pattern(500_000), cut);
      expect(lengths).toEqual([262_144, 262_144, 142_380]);
    },
  );

  test.each([100, 70_000, 262_144, 600_001])(
    "reads %i bytes from a reader without asking for chunks, and closes it",
    async (length) => {
      const whole = pattern(length);
      let open = 0;
      const bytes = {
        byteLength: length,
        chunks: (): never => expect.fail("the chunks were asked for"),
        reader() {
          open += 1;
          return {
            read(target: Buffer, at: number, count: number, position: number): void {
              expect(whole.copy(target, at, position, position + count)).toBe(count);
            },
            close: () => void (open -= 1),
          };
        },
      };
      const text: Buffer[] = [];
      for await (const piece of base64Chunks(bytes, true)) text.push(Buffer.from(piece));
      expect(Buffer.concat(text).toString("latin1")).toBe(whole.toString("base64"));
      for await (const piece of base64Chunks(bytes, true)) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      expect(open).toBe(0);
    },
  );

  test("a piece is used again only after its reader has come to the end", async () => {
    const texts = base64Chunks(source([pattern(500_000)]), true);
    const { value: held = Buffer.alloc(0) } = (await texts.next()) as { value?: Buffer };
    const copy = Buffer.from(held);
    await texts.return(undefined);
    for (let round = 0; round < 40; round += 1) await pieces(Buffer.alloc(500_000, round), 65_536);
    expect(held.equals(copy)).toBe(true);
  });

  test("many at once have small pieces, and none mixes with another", async () => {
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, index) => pieces(pattern(100_000 + index), 65_536)),
    );
    const large = all.filter(([first = 0]) => first > 65_536);
    expect(large).toHaveLength(32);
    expect((await pieces(pattern(100_000), 65_536))[0]).toBe(133_336);
  });

  test("who stops in the middle gives its place back", async () => {
    for (let round = 0; round < 40; round += 1) {
      for await (const piece of base64Chunks(source([pattern(500_000)]), true)) {
        expect(piece.length).toBe(262_144);
        break;
      }
    }
  });
});

test("the assembled module is that of base64.wat", async () => {
  expect(readFileSync(assembledPath, "utf8")).toBe(await assemble());
});

test.each(Array.from({ length: 32 }, (_, place) => place))(
  "of all bytes just those of both alphabets are decoded at place %i",
  (place) => {
    const legal = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_ \t\n\v\f\r";
    const refused: string[] = [];
    for (let byte = 0; byte < 256; byte += 1) {
      const text = Buffer.alloc(36, "A");
      text[place] = byte;
      const char = String.fromCharCode(byte);
      // The platform's own decoder skips what it does not know.
      const meant = Buffer.from(text.toString("latin1"), "base64");
      try {
        expect(decode(text).equals(meant)).toBe(true);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(Base64Error);
        refused.push(char);
      }
      expect(refused.includes(char)).toBe(!legal.includes(char));
    }
  },
);

describe("createBase64Decoder", () => {
  test("undoes the encoding at every cutting", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (bytes, cuts) => {
          const text = Buffer.from(Buffer.from(bytes).toString("base64"), "latin1");
          expect(decode(text, cuts).equals(bytes)).toBe(true);
        },
      ),
    );
  });

  test.each([1, 4093, 4095, 4096, 4097, 6144, 65_535, 65_536, 65_539, 200_000])(
    "decodes a large text in pieces of %i characters",
    (length) => {
      const bytes = pattern(300_001);
      const text = Buffer.from(bytes.toString("base64"), "latin1");
      expect(decode(text, [length]).equals(bytes)).toBe(true);
      expect(decode(text, [4095, length]).equals(bytes)).toBe(true);
    },
  );

  test("two decoders at work in turns do not mix their bytes", () => {
    const inputs = [pattern(90_000), Buffer.alloc(90_000, 7)];
    const out: Buffer[][] = [[], []];
    const decoders = inputs.map(() => createBase64Decoder());
    const texts = inputs.map((bytes) => Buffer.from(bytes.toString("base64"), "latin1"));
    for (let start = 0; start < 120_000; start += 7001) {
      decoders.forEach((decoder, index) => {
        decoder.write(texts[index]?.subarray(start, start + 7001) ?? Buffer.alloc(0), (decoded) =>
          out[index]?.push(Buffer.from(decoded)),
        );
      });
    }
    decoders.forEach((decoder, index) => {
      decoder.end((decoded) => out[index]?.push(Buffer.from(decoded)));
      expect(Buffer.concat(out[index] ?? []).equals(inputs[index] ?? Buffer.alloc(0))).toBe(true);
    });
  });

  test.each([
    "A",
    "AAAAA",
    "A===",
    "====",
    "=",
    "AAAA=",
    "AA===",
    "AA=A",
    "AA=AAAAA",
    "AAA=AAAA",
    "AA==AA==",
    "AA\u00e9A",
    "AAA*",
    "AAA%",
    "AA%2",
    "AA%zz",
    "AA%25",
    "AA%00",
    "AAAA\0",
    'AA"A',
  ])("refuses %j", (text) => {
    expect(() => decode(Buffer.from(text, "latin1"))).toThrow(Base64Error);
    expect(() => decode(Buffer.from(text, "latin1"), [1])).toThrow(Base64Error);
  });

  test.each(["=", "*", "\u00e9", "\0", '"'])("refuses %j anywhere in a large text", (illegal) => {
    const text = Buffer.alloc(200_000, "A");
    for (const place of [0, 1, 4000, 4096, 70_000, 131_072, 199_990]) {
      const broken = Buffer.from(text);
      broken.write(illegal, place, "latin1");
      expect(() => decode(broken, [65_536])).toThrow(Base64Error);
    }
  });

  test("no text is no bytes", () => {
    expect(decode(Buffer.alloc(0)).length).toBe(0);
  });
});
