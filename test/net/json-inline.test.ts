import { describe, expect, test } from "vitest";
import { Picture, wholeBytes } from "../../src/core/picture.ts";
import { createJsonReader, JsonFault } from "../../src/json/reader.ts";
import { memorySpool, pngBytes, wideLimits } from "./memory-spool.ts";

/** A document whose `text` may have pictures inside and whose `picture` is one. */
function read(body: string, chunkLength: number): unknown {
  const bytes = Buffer.from(body);
  const reader = createJsonReader({
    lift: ["picture", "text.*.url"],
    liftInside: ["text"],
    spool: memorySpool(),
    limits: wideLimits,
    textBytesMax: 1_000_000,
    depthMax: 64,
  });
  for (let at = 0; at < bytes.length; at += chunkLength) {
    // One buffer for all chunks, overwritten after each: nothing may be kept of it.
    const chunk = Buffer.from(bytes.subarray(at, Math.min(bytes.length, at + chunkLength)));
    reader.write(chunk);
    chunk.fill(0x21);
  }
  return reader.end();
}

/** Pictures as the base64 of their bytes, after `#`. */
async function told(value: unknown): Promise<unknown> {
  if (value instanceof Picture)
    return `#${(await wholeBytes(value.bytes, 1_000_000)).toString("base64")}`;
  if (!Array.isArray(value)) return value;
  return Promise.all(value.map(told));
}

async function textOf(text: unknown, chunkLength = 1_000_000): Promise<unknown> {
  const document = read(JSON.stringify({ text }), chunkLength);
  // The document is an object, as it was written.
  return told((document as { text: unknown }).text);
}

const one = pngBytes(5_000).toString("base64");
const two = pngBytes(301).toString("base64");

describe("pictures among words", () => {
  test.each([1, 2, 7, 64, 4_096, 1_000_000])("in chunks of %i bytes", async (chunkLength) => {
    const text = `Füchse 🦊\n![a](data:image/png;base64,${one}) and <img src="DATA:image/PNG;charset=x;base64,${two}">.`;
    expect(await textOf(text, chunkLength)).toEqual([
      "Füchse 🦊\n![a](",
      `#${one}`,
      ') and <img src="',
      `#${two}`,
      '">.',
    ]);
  });

  test("a text that is nothing but one", async () => {
    expect(await textOf(`data:image/png;base64,${two}`)).toEqual([`#${two}`]);
  });

  test("with every slash escaped, and units of all kinds behind it", async () => {
    const url = `data:image/png;base64,${two}`.replaceAll("/", "\\/");
    const body = `{"text": "a\\ud83e\\udd8a ${url}\\u00fc\\n\\ud800."}`;
    const { text } = read(body, 10) as { text: unknown };
    expect(await told(text)).toEqual(["a🦊 ", `#${two}`, "ü\n\ufffd."]);
  });

  const urlSafe = (text: string): string =>
    text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const lines = (text: string, length: number): string =>
    text.replaceAll(new RegExp(`.{${length}}(?!$)`, "g"), "$&\n");

  test.each<[string, string, readonly string[]]>([
    ["lines in Markdown", `![a](data:image/png;base64,${lines(one, 76)}) b`, ["![a](", ") b"]],
    [
      "indented lines in Markdown with a title",
      `![a](data:image/png;base64,\n  ${lines(one, 60).replaceAll("\n", "\n  ")}\n "title")`,
      ["![a](", '\n "title")'],
    ],
    ["lines in HTML", `<img src='data:image/png;base64,${lines(one, 64)}'>`, ["<img src='", "'>"]],
    [
      "bare lines",
      `here: data:image/png;base64,${lines(one, 76)}\nand words`,
      ["here: ", "\nand words"],
    ],
    ["one bare line", `data:image/png;base64,${one}\nand words`, ["\nand words"]],
    [
      "one bare line without padding",
      `data:image/png;base64,${one.slice(0, 6664)}\nHello`,
      ["\nHello"],
    ],
    ["one bare line, then a list", `data:image/png;base64,${one}\n- a fox`, ["\n- a fox"]],
    ["a space behind", `data:image/png;base64,${one} and words`, [" and words"]],
    ["URL-safe letters", `(data:image/png;base64,${urlSafe(one)})`, ["(", ")"]],
    ["URL-safe lines", `"data:image/png;base64,${lines(urlSafe(one), 76)}"`, ['"', '"']],
    ["Markdown's emphasis", `_data:image/png;base64,${one}_ - a fox`, ["_", "_ - a fox"]],
    ["no padding", `<data:image/png;base64,${one.replace(/=+$/, "")}>`, ["<", ">"]],
  ])("as other encoders write them: %s", async (_name, text, words) => {
    for (const chunkLength of [1, 5, 61, 1_000_000]) {
      const found = await textOf(text, chunkLength);
      expect(found).toContain(text.includes("Hello") ? `#${one.slice(0, 6664)}` : `#${one}`);
      expect((found as string[]).filter((piece) => !piece.startsWith("#"))).toEqual(words);
    }
  });

  test.each([
    "",
    "words alone, ünïcödé 🦊",
    "data:",
    "data:image",
    "data:image/png",
    "data:image/png;base64",
    "dadata:image/svg+xml;utf8,<svg/> and data:text/plain;base64,aGk=",
    `data:image/${"x".repeat(200)};base64,${two}`,
    "a data:image/png, and another",
  ])("none in %j: the text stays as it is", async (text) => {
    for (const chunkLength of [1, 5, 1_000_000]) expect(await textOf(text, chunkLength)).toBe(text);
  });

  test("a false start does not hide what follows it", async () => {
    expect(await textOf(`ddata:data:image/png;base64,${two}`)).toEqual(["ddata:", `#${two}`]);
  });

  test("of the words the first 64 KiB are kept", async () => {
    const long = "x".repeat(100_000);
    expect(await textOf(`${long}(data:image/png;base64,${two})${long}`)).toEqual([
      "x".repeat(65_536),
      `#${two}`,
      `)${"x".repeat(65_535)}`,
    ]);
  });

  test("what stands below the place is read as always, and so is a picture beside it", async () => {
    const body = JSON.stringify({
      text: [{ url: `data:image/png;base64,${two}` }, { url: "https://a.example/1" }],
      picture: one,
    });
    const { text, picture } = read(body, 50) as {
      text: { url: unknown }[];
      picture: unknown;
    };
    expect(await told(text.map(({ url }) => url))).toEqual([`#${two}`, "https://a.example/1"]);
    expect(await told(picture)).toBe(`#${one}`);
  });

  test.each([
    ["base64 that is cut off", `data:image/png;base64,${two.slice(0, 97)})`],
    ["nothing", "![](data:image/png;base64,)"],
    ["no picture", "data:image/png;base64,aGVsbG8gd29ybGQ="],
    ["more pictures than a text may hold", `data:image/png;base64,${two} `.repeat(17)],
  ])("%s is a fault", async (_name, text) => {
    await expect(textOf(text)).rejects.toThrow(JsonFault);
  });
});
