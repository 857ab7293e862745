import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PinholeError } from "../../src/core/errors.ts";
import { Picture } from "../../src/core/picture.ts";
import {
  createJsonReader,
  JsonFault,
  type JsonReaderOptions,
  readJson,
} from "../../src/json/reader.ts";
import { memorySpool, pictureBytes, pngBytes, wideLimits } from "./memory-spool.ts";

function read(
  body: Buffer | string,
  options: Partial<JsonReaderOptions> = {},
  chunkLength = Number.POSITIVE_INFINITY,
): unknown {
  const bytes = Buffer.from(body);
  const reader = createJsonReader({
    lift: [],
    spool: memorySpool(),
    limits: wideLimits,
    textBytesMax: 1_000_000,
    depthMax: 64,
    ...options,
  });
  for (let at = 0; at < bytes.length; at += chunkLength) {
    // One buffer for all chunks, overwritten after each: nothing may be kept of it.
    const chunk = Buffer.from(bytes.subarray(at, Math.min(bytes.length, at + chunkLength)));
    reader.write(chunk);
    chunk.fill(0x21);
  }
  return reader.end();
}

function faultOf(
  body: Buffer | string,
  options: Partial<JsonReaderOptions> = {},
  chunkLength?: number,
): JsonFault {
  try {
    read(body, options, chunkLength);
  } catch (thrown) {
    if (thrown instanceof JsonFault) return thrown;
    throw thrown;
  }
  throw new Error(`was taken: ${String(body)}`);
}

/** Texts with everything that is hard about JSON strings in them. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("__proto__", "constructor", "\ud800", '"\\/\b\f\n\r\t', "\u2028", "😀", ""),
);
const documents = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    fc.constantFrom(null, true, false, 0, -0, 1e21, 5e-324),
    fc.double({ noDefaultInfinity: true, noNaN: true }),
    fc.integer(),
    text,
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(text, tie("value"), { maxKeys: 5 }),
  ),
})).value;

const write = (value: unknown, indent: number): string => JSON.stringify(value, undefined, indent);

describe("a document without pictures", () => {
  test("reads as JSON.parse reads it, cut at every length", () => {
    fc.assert(
      fc.property(documents, fc.constantFrom(0, 1, 3), (value, indent) => {
        const body = write(value, indent);
        const expected: unknown = JSON.parse(body);
        for (const length of [1, 2, 3, 7, Number.POSITIVE_INFINITY]) {
          deepStrictEqual(read(body, {}, length), expected);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("reads as JSON.parse reads it, cut once at every place", () => {
    const body = `\ufeff{"a":[1.5e-3,-0,true,false,null,"\\u00e9\\ud83d\\ude00é😀\\n"],"__proto__":{"b":{}},"c":[]} `;
    const bytes = Buffer.from(body);
    const expected: unknown = JSON.parse(body.slice(1));
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const reader = createJsonReader({
        lift: [],
        spool: memorySpool(),
        limits: wideLimits,
        textBytesMax: 1000,
        depthMax: 9,
      });
      reader.write(bytes.subarray(0, cut));
      reader.write(bytes.subarray(cut));
      deepStrictEqual(reader.end(), expected);
      expect(reader.complete).toBe(true);
    }
  });

  test("refuses what JSON.parse refuses and takes what it takes, for damaged documents", () => {
    const damage = fc.tuple(
      documents,
      fc.nat(),
      fc.constantFrom(
        "",
        '"',
        "\\",
        ",",
        "]",
        "}",
        "[",
        "{",
        ":",
        "0",
        "-",
        ".",
        "e",
        "\n",
        "x",
        " ",
      ),
      fc.boolean(),
    );
    fc.assert(
      fc.property(damage, ([value, at, inserted, replaces]) => {
        const body = write(value, 0);
        const place = at % (body.length + 1);
        const broken = body.slice(0, place) + inserted + body.slice(place + (replaces ? 1 : 0));
        // A lone surrogate that was cut out of its pair cannot be written as UTF-8.
        fc.pre(broken.isWellFormed());
        const own = outcome(() => read(broken, {}, 3));
        const platform = outcome(() => JSON.parse(broken));
        if (own instanceof JsonFault && own.reason === "duplicate_key") return;
        if (own instanceof JsonFault && own.reason === "number" && !isBad(platform)) return;
        expect(isBad(own)).toBe(isBad(platform));
        if (!isBad(own)) deepStrictEqual(own, platform);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    "",
    " ",
    "{",
    "[",
    "[1",
    '{"a"',
    '{"a":',
    '{"a":1',
    '"a',
    "tru",
    "-",
    "1.",
    "1e",
    "\ufeff",
  ])("%j is too short", (body) => {
    expect(faultOf(body).reason).toMatch(/truncated|number/);
  });

  test.each([
    ["NaN", "syntax"],
    ["Infinity", "syntax"],
    ["-Infinity", "number"],
    ["undefined", "syntax"],
    ["nul1", "syntax"],
    ["truefalse", "trailing"],
    ["01", "number"],
    ["+1", "syntax"],
    [".5", "syntax"],
    ["1.e5", "number"],
    ["0x10", "trailing"],
    ["1e999", "number"],
    ["[1,]", "syntax"],
    ["[,1]", "syntax"],
    ['{"a":1,}', "syntax"],
    ["{,}", "syntax"],
    ["{a:1}", "syntax"],
    ["{'a':1}", "syntax"],
    ['{"a" 1}', "syntax"],
    ["[1 2]", "syntax"],
    ["[1}", "syntax"],
    ['{"a":1]', "syntax"],
    ["// x\n1", "syntax"],
    ["/* x */ 1", "syntax"],
    ["1 1", "trailing"],
    ["{} x", "trailing"],
    ["[]\0", "trailing"],
    ['"\t"', "syntax"],
    ['"\\x"', "syntax"],
    ['"\\u12g4"', "syntax"],
    ['"\\u{1}"', "syntax"],
    ['{"a":1,"a":2}', "duplicate_key"],
    ['{"__proto__":1,"__proto__":2}', "duplicate_key"],
    ['{"\\u0061":1,"a":2}', "duplicate_key"],
  ])("refuses %j as %s", (body, reason) => {
    expect(faultOf(body).reason).toBe(reason);
    expect(faultOf(body, {}, 1).reason).toBe(reason);
  });

  test.each([
    ["a lone continuation byte", [0x80]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["a surrogate in UTF-8", [0xed, 0xa0, 0x80]],
    ["beyond Unicode", [0xf4, 0x90, 0x80, 0x80]],
    ["a cut sequence", [0xe2, 0x82]],
    ["a sequence cut by an escape", [0xe2, 0x82, 0x5c, 0x6e, 0xac]],
  ])("refuses invalid UTF-8: %s", (_name, bytes) => {
    const body = Buffer.concat([Buffer.from('["'), Buffer.from(bytes), Buffer.from('"]')]);
    expect(faultOf(body).reason).toBe("utf8");
    expect(faultOf(body, {}, 1).reason).toBe("utf8");
  });

  test("in an upstream's answer, equal keys and invalid UTF-8 do not lose what was paid for", () => {
    const body = Buffer.concat([
      Buffer.from('{"a":1,"a":"'),
      Buffer.from([0x80]),
      Buffer.from('"}'),
    ]);
    expect(read(body, { lenient: true })).toEqual({ a: "\ufffd" });
  });

  test("a key never reaches a prototype", () => {
    const value = read('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect(Object.hasOwn(value as object, "__proto__")).toBe(true);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("depth and size are limited, and a deep document does not overflow the stack", () => {
    expect(read("[[[]]]", { depthMax: 3 })).toEqual([[[]]]);
    expect(faultOf("[[[[]]]]", { depthMax: 3 }).reason).toBe("depth");
    expect(faultOf("[".repeat(1_000_000), { textBytesMax: 2_000_000 }).reason).toBe("depth");
    expect(faultOf(`"${"x".repeat(1000)}"`, { textBytesMax: 1000 }, 100).reason).toBe("size");
  });

  test("a fault says where", () => {
    const fault = faultOf('{"images":[{"a":1},{"image_url":\u00e9}]}');
    expect(fault.path).toBe("images.1.image_url");
    expect(fault.offset).toBe(32);
    expect(fault.asCallerError()).toMatchObject({
      code: "invalid_json",
      param: "images.1.image_url",
    });
  });
});

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (thrown) {
    return thrown;
  }
}

function isBad(value: unknown): boolean {
  return value instanceof Error;
}

describe("a document with pictures", () => {
  const lift = ["data.*.b64_json", "image", "mask.image_url"];
  const png = pngBytes(100_003);
  const base64 = png.toString("base64");

  test.each([1, 5, 4096, 65_536, Number.POSITIVE_INFINITY])(
    "lifts pictures out of chunks of %d bytes",
    async (length) => {
      const spool = memorySpool();
      const body = `{"created":1,"data":[{"b64_json":"${base64}","revised_prompt":"a"},{"b64_json":"${base64}"}]}`;
      const value = read(body, { lift, spool, textBytesMax: 300 }, length);
      expect(value).toMatchObject({ created: 1, data: [{ revised_prompt: "a" }, {}] });
      const { data } = value as { data: { b64_json: unknown }[] };
      for (const entry of data) expect((await pictureBytes(entry.b64_json)).equals(png)).toBe(true);
      expect(spool).toMatchObject({ begun: 2, ended: 2, aborted: 0 });
    },
  );

  test.each([
    ["as slashes escaped", base64.replaceAll("/", "\\/")],
    ["as unicode escapes", base64.replaceAll("A", "\\u0041")],
    ["as a data URL", `data:image/png;base64,${base64}`],
    ["as a data URL with parameters", `DATA:image/png;name=a.png;BASE64,${base64}`],
    [
      "as a data URL with escaped slashes",
      `data:image\\/png;base64,${base64.replaceAll("/", "\\/")}`,
    ],
    ["as a data URL without a type", `data:;base64,${base64}`],
    ["as lines", base64.replaceAll(/.{76}/g, "$&\\n")],
    ["as lines with a CR each, escaped otherwise", base64.replaceAll(/.{64}/g, "$&\\u000d\\u000A")],
    [
      "as lines of a data URL",
      `\\n data:image/png;base64,\\n${base64.replaceAll(/.{76}/g, "$&\\n")}`,
    ],
    ["with a space before and a line feed behind", ` \\t${base64}\\n`],
    ["without padding", base64.replace(/=+$/, "")],
    ["with URL-safe letters", base64.replaceAll("+", "-").replaceAll("/", "_")],
    ["percent-encoded in a data URL", `data:image/png;base64,${encodeURIComponent(base64)}`],
    ["as a data URL with spaces in its head", `data:image/png; base64 ,${base64}`],
  ])("lifts %s", async (_name, written) => {
    for (const length of [1, 13, Number.POSITIVE_INFINITY]) {
      const value = read(`{"image":"${written}"}`, { lift, textBytesMax: 400 }, length);
      expect((await pictureBytes((value as { image: unknown }).image)).equals(png)).toBe(true);
    }
  });

  test("what is no base64 stays what it is", () => {
    const body = {
      image: "https://example.com/a.png?b=c",
      data: [{ b64_json: "" }, { b64_json: null }, { b64_json: 7 }, { url: base64 }],
      mask: { image_url: "http://x/" },
    };
    const spool = memorySpool();
    for (const length of [1, 1000]) {
      expect(read(JSON.stringify(body), { lift, spool }, length)).toEqual(body);
    }
    expect(spool.begun).toBe(0);
  });

  test("places may be any key, any index, or both", () => {
    const body = `{"a":{"x":"${base64}"},"b":["${base64}"]}`;
    const value = read(body, { lift: ["*.x", "b.0"] }) as { a: { x: unknown }; b: unknown[] };
    expect(value.a.x).toBeInstanceOf(Picture);
    expect(value.b[0]).toBeInstanceOf(Picture);
    expect(read(body, { lift: ["*.y", "b.1"] })).toEqual({ a: { x: base64 }, b: [base64] });
  });

  test.each([
    ["a character that is no base64", `${base64.slice(0, 5000)}*${base64.slice(5000)}`],
    ["a raw control character", `${base64.slice(0, 76)}\u0001${base64.slice(76)}`],
    ["a wrong end", base64.slice(0, -3)],
    ["text behind the padding", `${base64}AAAA`],
    ["a data URL that is not base64", "data:image/svg+xml,%3Csvg%3E"],
    ["a data URL without an end of its head", `data:${"x".repeat(5000)}`],
    ["a picture that is none", Buffer.from("no picture at all, really").toString("base64")],
  ])("names the place of %s", (_name, written) => {
    for (const length of [1, 1000, Number.POSITIVE_INFINITY]) {
      const spool = memorySpool();
      const fault = faultOf(`{"data":[{},{"b64_json":"${written}"}]}`, { lift, spool }, length);
      expect(fault).toMatchObject({ reason: "picture", path: "data.1.b64_json" });
      expect(fault.asCallerError()).toMatchObject({
        code: "invalid_image",
        param: "data.1.b64_json",
      });
      expect(spool.begun).toBe(spool.aborted + spool.ended);
    }
  });

  test.each([
    "/generated-images/b643206123.png",
    "/v1/files/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "//cdn.example/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.png",
    "cdn.example/generated/aaaaaaaaaaaaaaaaaaaaaaaaa.png",
    "outputs/20261126/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.png?x=1&y=2",
    "outputs/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "succeeded",
    "a paper crane in the rain",
  ])("of an answer that was paid for, %j stays text", (link) => {
    for (const length of [1, 7, 1000]) {
      const spool = memorySpool();
      const body = JSON.stringify({ image: link });
      expect(read(body, { lift, spool, lenient: true }, length)).toEqual({ image: link });
      expect(spool.begun).toBe(spool.aborted + spool.ended);
    }
  });

  test("of an answer that was paid for, a string may hold control characters as they are", async () => {
    const body = `{"text":"a\n\tb","image":"\n${base64.replaceAll(/.{76}/g, "$&\n")}"}`;
    for (const length of [1, 1000, Number.POSITIVE_INFINITY]) {
      const value = read(body, { lift, lenient: true }, length) as { text: string; image: unknown };
      expect(value.text).toBe("a\n\tb");
      expect((await pictureBytes(value.image)).equals(png)).toBe(true);
    }
    expect(faultOf('{"text":"a\nb"}').reason).toBe("syntax");
  });

  test("of more pictures than are taken the rest is read over", async () => {
    const spool = memorySpool();
    const entry = `{"b64_json":"${base64.replaceAll("/", "\\/")}"}`;
    const body = `{"data":[${Array.from({ length: 5 }, () => entry).join(",")}],"image":"http:x"}`;
    for (const length of [1000, Number.POSITIVE_INFINITY]) {
      const value = read(body, { lift, spool, picturesMax: 2, textBytesMax: 300 }, length);
      const { data, image } = value as { data: { b64_json: unknown }[]; image: unknown };
      expect(data.map(({ b64_json }) => b64_json instanceof Picture)).toEqual([
        true,
        true,
        false,
        false,
        false,
      ]);
      expect((await pictureBytes(data[1]?.b64_json)).equals(png)).toBe(true);
      expect(image).toBeUndefined();
    }
    expect(spool).toMatchObject({ begun: 4, ended: 4 });
  });

  test("a writer's own fault keeps its code", () => {
    const limits = { ...wideLimits, bytesMax: 50_000 };
    const fault = faultOf(`{"image":"${base64}"}`, { lift, limits }, 1000);
    expect(fault.cause).toBeInstanceOf(PinholeError);
    expect(fault.asCallerError()).toMatchObject({ code: "image_too_large", param: "image" });
  });

  test("lifted text does not count, all other text does", () => {
    const body = `{"image":"${base64}"}`;
    expect(read(body, { lift, textBytesMax: 120 }, 1000)).toHaveProperty("image");
    expect(faultOf(body, { textBytesMax: 120 }, 1000).reason).toBe("size");
  });

  test("a picture is begun and forgotten when its source breaks off", async () => {
    const spool = memorySpool();
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`{"image":"${base64.slice(0, 9000)}`);
      throw new Error("gone");
    }
    const reading = readJson(source(), {
      lift,
      spool,
      limits: wideLimits,
      textBytesMax: 1000,
      depthMax: 9,
    });
    await expect(reading).rejects.toThrow("gone");
    expect(spool).toMatchObject({ begun: 1, ended: 0, aborted: 1 });
  });

  test("a picture is handed on in pieces, never whole", () => {
    const spool = memorySpool(false);
    const large = pngBytes(3_000_000).toString("base64");
    read(`{"image":"${large}"}`, { lift, spool });
    expect(spool.longestChunk).toBeLessThanOrEqual(65_536);
  });
});
