import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { parseEvents, pictureOf } from "../support/events.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { factsOf } from "../support/pictures.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "../support/scripted-upstream.ts";

type Format = "jpeg" | "webp" | "png";

/** Waves of colour, as fine as its edge: what a compression does to it shows. */
async function waves(format: Format, edge = 128): Promise<Buffer> {
  const pixels = Buffer.alloc(edge * edge * 3);
  for (let at = 0; at < pixels.length; at += 1) {
    const [x, y] = [Math.floor(at / 3) % edge, Math.floor(at / 3 / edge)];
    pixels[at] = 128 + 100 * Math.sin((x * (at % 3) + y * 7) / 3) * Math.cos(x * y);
  }
  return sharp(pixels, { raw: { width: edge, height: edge, channels: 3 } })
    .toFormat(format, format === "png" ? {} : { quality: 100 })
    .toBuffer();
}

/** A gateway whose upstream gives this picture for every request, whatever it was asked for. */
async function setUp(
  made: Buffer,
  settings: object = {},
): Promise<{ readonly gateway: TestGateway; readonly upstream: ScriptedUpstream }> {
  const upstream = await startScriptedUpstream();
  upstream.each((call) =>
    call.answer({ created: 1, data: [{ b64_json: made.toString("base64") }] }),
  );
  const channel = {
    id: "one",
    provider: "openai-compatible",
    settings: { base_url: upstream.url, ...settings },
    models: ["painter"],
  };
  const gateway = await startTestGateway({ channels: [channel], policy: { resample: true } });
  onTestFinished(() => gateway.close());
  return { gateway, upstream };
}

async function made(gateway: TestGateway, more: object): Promise<Buffer> {
  const body = { model: "painter", prompt: "a fox", response_format: "b64_json", ...more };
  const response = await postJson(gateway, "/v1/images/generations", body);
  expect(response.headers.get("x-pinhole-warnings")).toBeNull();
  // The gateway's own answer, whose form the schema tests check.
  const { data } = (await response.json()) as { data: { b64_json: string }[] };
  return Buffer.from(data[0]?.b64_json ?? "", "base64");
}

/** Takes no more than prompt and n. */
const takesNothing = { fields: [] };

test.each(["jpeg", "webp"] as const)(
  "an upstream that already makes %s has its pictures compressed as asked, and not at 100",
  async (format) => {
    const given = await waves(format);
    const { gateway } = await setUp(given, takesNothing);
    const asked = (compression: number) =>
      made(gateway, { output_format: format, output_compression: compression });
    const [small, middle] = [await asked(10), await asked(60)];
    expect(await factsOf(small)).toEqual({ format, width: 128, height: 128 });
    expect(small.length).toBeLessThan(middle.length * 0.7);
    expect(middle.length).toBeLessThan(given.length * 0.7);
    expect((await asked(100)).equals(given)).toBe(true);
    expect((await made(gateway, { output_format: format })).equals(given)).toBe(true);
    expect((await made(gateway, {})).equals(given)).toBe(true);
  },
);

test.each(["jpeg", "webp"] as const)(
  "a picture of another format becomes %s with the compression asked for",
  async (format) => {
    const { gateway } = await setUp(await waves("png"), takesNothing);
    const asked = (output_compression: number) =>
      made(gateway, { output_format: format, output_compression });
    const [small, whole] = [await asked(10), await asked(100)];
    expect((await factsOf(small)).format).toBe(format);
    expect((await factsOf(whole)).format).toBe(format);
    expect(small.length).toBeLessThan(whole.length * 0.5);
  },
);

test("an upstream that takes the compression itself is asked for it, and its picture is left alone", async () => {
  const given = await waves("jpeg");
  const { gateway, upstream } = await setUp(given);
  const answer = await made(gateway, { output_format: "jpeg", output_compression: 10 });
  expect(upstream.calls[0]?.json).toMatchObject({ output_format: "jpeg", output_compression: 10 });
  expect(answer.equals(given)).toBe(true);
});

test("an upstream that takes the format alone has its pictures compressed here", async () => {
  const given = await waves("webp");
  const { gateway, upstream } = await setUp(given, { fields: ["output_format"] });
  const answer = await made(gateway, { output_format: "webp", output_compression: 10 });
  expect(upstream.calls[0]?.json).toMatchObject({ output_format: "webp" });
  expect(upstream.calls[0]?.json).not.toHaveProperty("output_compression");
  expect(answer.length).toBeLessThan(given.length * 0.5);
});

test("a picture that is made smaller here is compressed here too, even where the upstream did it", async () => {
  const { gateway, upstream } = await setUp(await waves("jpeg"), {
    fields: ["output_format", "output_compression"],
  });
  const asked = (output_compression: number) =>
    made(gateway, { size: "96x64", output_format: "jpeg", output_compression });
  const [small, whole] = [await asked(10), await asked(100)];
  expect(upstream.calls[0]?.json).not.toHaveProperty("size");
  expect(await factsOf(small)).toEqual({ format: "jpeg", width: 96, height: 64 });
  expect(small.length).toBeLessThan(whole.length * 0.5);
});

test("a streamed picture is compressed as a plain answer's is", async () => {
  const { gateway } = await setUp(await waves("webp"), takesNothing);
  const asked = { output_format: "webp", output_compression: 20 };
  const response = await postJson(gateway, "/v1/images/generations", {
    model: "painter",
    prompt: "a fox",
    stream: true,
    ...asked,
  });
  const [completed] = parseEvents(await response.text());
  if (completed === undefined) throw new Error("the stream has no event");
  expect(pictureOf(completed).equals(await made(gateway, asked))).toBe(true);
});
