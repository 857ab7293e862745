import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EncodedPicture } from "../../src/core/wire.ts";
import { jsonBody } from "../../src/json/writer.ts";
import { pngBytes, pngPicture } from "./memory-spool.ts";

async function bytesOf(body: { chunks(): AsyncIterable<Buffer> }): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("jsonBody", () => {
  test("writes plain documents as JSON.stringify does", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const body = jsonBody(value);
        const bytes = await bytesOf(body);
        expect(bytes.toString()).toBe(JSON.stringify(value));
        expect(body.byteLength).toBe(bytes.length);
        expect(body.whole?.equals(bytes)).toBe(true);
      }),
    );
  });

  test.each([0, 1, 2, 3, 65_535, 65_536, 65_537, 200_000])(
    "writes a picture of %i bytes as base64 and as a data URL, with the length known before",
    async (length) => {
      const picture = pngPicture(Math.max(4, length));
      const encoded = pngBytes(Math.max(4, length)).toString("base64");
      const body = jsonBody({
        model: "é",
        left: undefined,
        images: [{ image_url: new EncodedPicture(picture, "data_url") }],
        init: new EncodedPicture(picture, "base64"),
        n: 1,
      });
      const expected = JSON.stringify({
        model: "é",
        images: [{ image_url: `data:image/png;base64,${encoded}` }],
        init: encoded,
        n: 1,
      });
      for (let sending = 0; sending < 2; sending += 1) {
        const bytes = await bytesOf(body);
        expect(bytes.toString() === expected).toBe(true);
        expect(body.byteLength).toBe(bytes.length);
      }
      expect(body.whole).toBeUndefined();
    },
  );

  test("leaves undefined keys out and keeps the places of an array", async () => {
    const body = jsonBody({ a: undefined, b: { c: undefined }, d: [undefined, 1] });
    expect((await bytesOf(body)).toString()).toBe('{"b":{},"d":[null,1]}');
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses %d", (value) => {
    expect(() => jsonBody({ value })).toThrow(TypeError);
  });
});
