import { describe, expect, test } from "vitest";
import { formBody } from "../../src/net/upstream/form-writer.ts";
import { pngBytes, pngPicture } from "./memory-spool.ts";

async function bytesOf(body: { chunks(): AsyncIterable<Buffer> }): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("formBody", () => {
  test("is read back by the platform's own parser, pictures byte for byte", async () => {
    const picture = pngPicture(150_001);
    const body = formBody(
      [
        { name: "prompt", value: 'a "fox"\r\nand é😀' },
        { name: "image[]", value: picture },
        { name: "image[]", value: picture },
        { name: 'odd"name\r\n', value: "x" },
        { name: "n", value: "" },
      ],
      "pinhole-1",
    );
    for (let sending = 0; sending < 2; sending += 1) {
      const bytes = await bytesOf(body);
      expect(bytes.length).toBe(body.byteLength);
      const form = await new Response(new Uint8Array(bytes), {
        headers: { "content-type": body.contentType },
      }).formData();
      expect(form.get("prompt")).toBe('a "fox"\r\nand é😀');
      expect(form.get('odd"name\r\n')).toBe("x");
      expect(form.get("n")).toBe("");
      const files = form.getAll("image[]");
      expect(files).toHaveLength(2);
      for (const file of files) {
        if (!(file instanceof File)) throw new Error("no file part");
        expect(file).toMatchObject({ name: "image.png", type: "image/png" });
        expect(Buffer.from(await file.arrayBuffer()).equals(pngBytes(150_001))).toBe(true);
      }
    }
  });

  test("a form without pictures is one buffer", async () => {
    const body = formBody([{ name: "a", value: "1" }], "b");
    expect(body.whole?.toString()).toBe(
      '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n',
    );
    expect((await bytesOf(body)).equals(body.whole ?? Buffer.alloc(0))).toBe(true);
  });

  test.each(["", "a b", 'a"', "x".repeat(71)])("refuses the boundary %j", (boundary) => {
    expect(() => formBody([], boundary)).toThrow(TypeError);
  });
});
