import { createHash } from "node:crypto";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { noisy, png as pngOf, pngChunk, pngHeader, plainRows } from "../pictures/samples.ts";
import { ask, closeAfterEach, gatewayWith, type Told, upstream } from "./world.ts";

closeAfterEach();

const words = "a fox, Steps: 20, Model: secret-checkpoint";
const chunk = pngChunk("tEXt", Buffer.from(`parameters\0${words}`));
/** As local servers write them, and the same without the words. */
const worded = pngOf(pngHeader(64, 48), plainRows(64, 48), [chunk], [chunk]);
const plain = pngOf(pngHeader(64, 48), plainRows(64, 48));

/** A picture large enough to be relayed, with words before and behind its pixels, and the same without. */
async function large(): Promise<{ worded: Buffer; plain: Buffer }> {
  const bytes = await noisy(400, 300).png().toBuffer();
  const end = bytes.length - 12;
  return {
    plain: bytes,
    worded: Buffer.concat([
      bytes.subarray(0, 33),
      chunk,
      bytes.subarray(33, end),
      chunk,
      bytes.subarray(end),
    ]),
  };
}

async function asked(
  told: (url: string) => Told,
  fields: Record<string, unknown>,
  more: Record<string, unknown> = {},
) {
  const made = await upstream(({ path }) =>
    path.startsWith("/file") ? { type: "image/png", body: worded } : told(made.url),
  );
  const settings = { base_url: `${made.url}/v1` };
  const channel = { id: "a", provider: "openai-compatible", settings, models: ["m"] };
  const gateway = await gatewayWith([channel], more);
  return { gateway, answer: await ask(gateway, { model: "m", prompt: "x", ...fields }) };
}

const base64 = (bytes: Buffer): Told => ({
  body: { created: 1, data: [{ b64_json: bytes.toString("base64") }] },
});

describe("words in a made picture", () => {
  test.each<[string, (url: string) => Told]>([
    ["as base64", () => base64(worded)],
    ["behind a link", (url) => ({ body: { created: 1, data: [{ url: `${url}/file.png` }] } })],
    ["as the answer itself", () => ({ type: "image/png", body: worded })],
  ])("reach no client, however it came: %s", async (_name, told) => {
    const inline = await asked(told, { response_format: "b64_json" });
    expect(inline.answer.data).toEqual([{ b64_json: plain.toString("base64") }]);
    const hosted = await asked(told, { response_format: "url" });
    const got = await fetch(String(hosted.answer.data[0]?.["url"]));
    expect(Buffer.from(await got.arrayBuffer()).equals(plain)).toBe(true);
  });

  test("nor a stream", async () => {
    const event = { type: "image_generation.completed", b64_json: worded.toString("base64") };
    const preview = { ...event, type: "image_generation.partial_image", partial_image_index: 0 };
    const body = [preview, event]
      .map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`)
      .join("");
    const { answer } = await asked(() => ({ type: "text/event-stream", body }), {
      stream: true,
      partial_images: 1,
    });
    expect(answer.text).not.toContain(worded.toString("base64").slice(0, 200));
    expect(answer.text.split(plain.toString("base64"))).toHaveLength(3);
  });

  test("nor a relay, which is cut on its way", async () => {
    const made = await large();
    const { answer } = await asked(() => base64(made.worded), { response_format: "b64_json" });
    const got = Buffer.from(String(answer.data[0]?.["b64_json"]), "base64");
    expect(createHash("sha256").update(got).digest("hex")).toBe(
      createHash("sha256").update(made.plain).digest("hex"),
    );
    expect(answer.headers.get("content-length")).toBeNull();
  });

  test("a relay without words says its length as ever", async () => {
    const made = await large();
    const { answer } = await asked(() => base64(made.plain), { response_format: "b64_json" });
    expect(answer.data).toEqual([{ b64_json: made.plain.toString("base64") }]);
  });

  test("stay where the operator keeps them", async () => {
    const keep = { images: { metadata: "keep" } };
    const fields = { response_format: "b64_json" };
    const small = await asked(() => base64(worded), fields, keep);
    expect(small.answer.data).toEqual([{ b64_json: worded.toString("base64") }]);
    const made = await large();
    const relayed = await asked(() => base64(made.worded), fields, keep);
    expect(relayed.answer.data).toEqual([{ b64_json: made.worded.toString("base64") }]);
  });

  test("of EXIF the orientation stays, so that nothing lies on its side", async () => {
    const bytes = await noisy(60, 40, 3)
      .jpeg()
      .withMetadata({ orientation: 6 })
      .withExifMerge({ IFD0: { ImageDescription: words } })
      .toBuffer();
    const { answer } = await asked(() => base64(bytes), { response_format: "b64_json" });
    const got = Buffer.from(String(answer.data[0]?.["b64_json"]), "base64");
    expect(await sharp(got).metadata()).toMatchObject({ orientation: 6 });
    expect(got.includes("fox")).toBe(false);
  });
});

describe("an SVG", () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>');

  test("that was not asked for is delivered as base64, with a warning where a URL was asked for", async () => {
    const { answer } = await asked(() => base64(svg), { response_format: "url" });
    expect(answer.data).toEqual([{ b64_json: svg.toString("base64") }]);
    expect(answer.warnings).toContainEqual({
      param: "response_format",
      code: "adjusted_value",
      message: "An SVG is delivered as base64 only.",
    });
  });

  test("that is asked for as a URL is refused before anything is paid", async () => {
    let calls = 0;
    const { answer } = await asked(
      () => {
        calls += 1;
        return base64(svg);
      },
      { response_format: "url", output_format: "svg" },
    );
    expect(answer).toMatchObject({ status: 400, error: { param: "response_format" } });
    expect(calls).toBe(0);
  });
});
