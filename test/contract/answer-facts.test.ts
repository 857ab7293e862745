import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { parseEvents } from "../support/events.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type ScriptedCall, startScriptedUpstream } from "../support/scripted-upstream.ts";

interface MadePicture {
  readonly format?: "png" | "jpeg" | "webp";
  readonly width?: number;
  readonly alpha?: boolean;
  readonly quality?: string;
  readonly background?: string;
}

async function base64({ format = "png", width = 16, alpha = false }: MadePicture) {
  const background = { r: 9, g: 99, b: 199, alpha: 0.5 };
  const image = sharp({ create: { width, height: 16, channels: alpha ? 4 : 3, background } });
  return (await image.toFormat(format).toBuffer()).toString("base64");
}

/** A gateway whose upstream makes these pictures, one a call where it is asked for no stream. */
async function setUp(pictures: readonly MadePicture[]): Promise<TestGateway> {
  const upstream = await startScriptedUpstream();
  const play = async (call: ScriptedCall): Promise<void> => {
    const place = Number(call.json.seed);
    const picture = pictures[place] ?? {};
    const { quality, background } = picture;
    call.answer({ created: 1, data: [{ b64_json: await base64(picture) }], quality, background });
  };
  upstream.each((call) => void play(call));
  const channel = {
    id: "one",
    provider: "openai-compatible",
    settings: { base_url: upstream.url, images_per_call: 1 },
    models: ["painter"],
  };
  const gateway = await startTestGateway({ channels: [channel] });
  onTestFinished(() => gateway.close());
  return gateway;
}

async function factsOf(pictures: readonly MadePicture[], more: object = {}): Promise<object> {
  const gateway = await setUp(pictures);
  // A seed tells the calls apart: the first has 0.
  const body = { model: "painter", prompt: "a fox", n: pictures.length, seed: 0, ...more };
  const response = await postJson(gateway, "/v1/images/generations", body);
  // The gateway's own answer, whose form the schema tests check.
  const answer = (await response.json()) as Record<string, unknown>;
  expect(answer.data).toHaveLength(pictures.length);
  const names = ["size", "output_format", "quality", "background"];
  return Object.fromEntries(Object.entries(answer).filter(([name]) => names.includes(name)));
}

const one = {
  format: "webp",
  width: 20,
  alpha: true,
  quality: "high",
  background: "transparent",
} as const;
const all = {
  size: "20x16",
  output_format: "webp",
  quality: "high",
  background: "transparent",
};

test("facts that all pictures share are said of the answer", async () => {
  expect(await factsOf([one, one, one])).toEqual(all);
});

test.each([
  ["quality", { quality: "low" }],
  ["background", { background: "opaque" }],
  ["output_format", { format: "png" }],
  ["size", { width: 24 }],
] as const)("%s is said of none where a picture differs in it", async (name, other) => {
  const { [name]: _, ...rest } = all;
  const differs = { ...one, ...other };
  for (const pictures of [
    [one, differs],
    [differs, one],
    [one, one, differs],
  ])
    expect(await factsOf(pictures)).toEqual(rest);
});

test("a picture without an alpha channel is opaque, whatever its upstream calls it", async () => {
  expect(await factsOf([{ ...one, alpha: false }])).toMatchObject({ background: "opaque" });
  expect(await factsOf([one, { ...one, alpha: false }])).not.toHaveProperty("background");
});

test("what the upstream does not say is what it was asked for; a word the schema lacks is left out", async () => {
  const silent = { alpha: true };
  expect(await factsOf([silent], { quality: "low", background: "transparent" })).toMatchObject({
    quality: "low",
    background: "transparent",
  });
  expect(await factsOf([silent])).toEqual({ size: "16x16", output_format: "png" });
  expect(await factsOf([{ ...silent, quality: "hd" }])).not.toHaveProperty("quality");
});

test("events say the facts of their own pictures, and auto where there is no word", async () => {
  const other = { ...one, quality: "low", background: "opaque", width: 24, format: "png" } as const;
  const gateway = await setUp([one, other, { ...one, quality: "hd", background: "mixed" }]);
  const body = { model: "painter", prompt: "a fox", n: 3, seed: 0, stream: true };
  const response = await postJson(gateway, "/v1/images/generations", body);
  const events = parseEvents(await response.text()).map(({ data }) => data);
  const ordered = events.toSorted(
    (a, b) => (a.pinhole as { index: number }).index - (b.pinhole as { index: number }).index,
  );
  expect(ordered).toMatchObject([
    all,
    { size: "24x16", output_format: "png", quality: "low", background: "opaque" },
    { ...all, quality: "auto", background: "auto" },
  ]);
});
