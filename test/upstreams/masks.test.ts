import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type Answered,
  askForm,
  type Came,
  closeAfterEach,
  gatewayWith,
  png,
  upstream,
} from "./world.ts";

closeAfterEach();

const edge = 8;
let source: Buffer;
/** Transparent on the left, where the picture may change, and opaque on the right. */
let half: Buffer;
let opaque: Buffer;
beforeAll(async () => {
  source = await png(edge, edge, "#808080");
  half = await maskOf((x) => (x < edge / 2 ? 0 : 255));
  opaque = await maskOf(() => 255);
});

function maskOf(alpha: (x: number) => number): Promise<Buffer> {
  const pixels = Buffer.alloc(edge * edge * 4);
  for (let at = 0; at < edge * edge; at += 1) pixels.set([9, 200, 30, alpha(at % edge)], at * 4);
  return sharp(pixels, { raw: { width: edge, height: edge, channels: 4 } })
    .png()
    .toBuffer();
}

/** The mask that a form brought, with its pixels as grey values or as RGBA. */
async function maskIn(came: Came | undefined) {
  if (came === undefined) throw new Error("nothing came");
  const headers = { "content-type": String(came.headers["content-type"]) };
  const form = await new Response(new Uint8Array(came.body), { headers }).formData();
  const part = form.get("mask");
  if (!(part instanceof File)) throw new Error("no mask came");
  const bytes = Buffer.from(await part.arrayBuffer());
  const { channels } = await sharp(bytes).metadata();
  const image = channels === 1 ? sharp(bytes).toColourspace("b-w") : sharp(bytes);
  const data = await image.raw().toBuffer();
  const at = (x: number): number[] => [...data.subarray(x * channels, (x + 1) * channels)];
  return { bytes, left: at(0), right: at(edge - 1) };
}

interface Given {
  readonly provider?: string;
  readonly settings?: object;
  readonly card?: object;
  readonly mask?: Buffer;
  readonly fields?: Readonly<Record<string, string>>;
}

async function edited({
  provider = "openai-compatible",
  settings = {},
  card,
  mask = half,
  fields = {},
}: Given): Promise<{ readonly answer: Answered; readonly came: readonly Came[] }> {
  const b64_json = source.toString("base64");
  const server = await upstream(() => ({ body: { created: 1, data: [{ b64_json }] } }));
  const gateway = await gatewayWith([
    {
      id: "one",
      provider,
      settings: { base_url: server.url, ...settings },
      models: [card === undefined ? "m" : { name: "m", card }],
    },
  ]);
  const form = new FormData();
  for (const [name, value] of Object.entries({ model: "m", prompt: "a boat", ...fields }))
    form.set(name, value);
  form.set("image", new Blob([new Uint8Array(source)]), "a.png");
  form.set("mask", new Blob([new Uint8Array(mask)]), "m.png");
  return { answer: await askForm(gateway, form), came: server.came };
}

describe("a server of OpenAI's dialect gets the mask as its setting says that it reads one", () => {
  test.each([[{}], [{ mask: "transparent" }]])("%j: as it came", async (settings) => {
    const { answer, came } = await edited({ settings });
    expect([answer.status, answer.warnings]).toEqual([200, []]);
    expect((await maskIn(came[0])).bytes.equals(half)).toBe(true);
  });

  test.each([
    ["white", [255], [0]],
    ["black", [0], [255]],
  ])("%s, for a model without a card", async (mask, left, right) => {
    const { answer, came } = await edited({ settings: { mask } });
    expect(answer.status).toBe(200);
    expect(await maskIn(came[0])).toMatchObject({ left, right });
  });

  test("also for a model whose card has no word of masks, which takes none where the setting is not said", async () => {
    const card = { operations: ["edit"], sizes: ["8x8"] };
    const { came } = await edited({ settings: { mask: "white" }, card });
    expect(await maskIn(came[0])).toMatchObject({ left: [255], right: [0] });
    const unsaid = await edited({ card });
    expect([unsaid.answer.status, unsaid.answer.error["param"]]).toEqual([400, "mask"]);
    expect(unsaid.came).toEqual([]);
  });

  test("but a model's card knows better", async () => {
    const card = { operations: ["edit"], sizes: ["8x8"], mask: { polarity: "black" } };
    const { came } = await edited({ settings: { mask: "white" }, card });
    expect(await maskIn(came[0])).toMatchObject({ left: [0], right: [255] });
  });
});

test.each([
  ["replicate", { api_token: "r8_abcdefghijk" }],
  ["fal", { api_key: "abcdefghijkl:abcdefghijkl" }],
  ["openrouter", { api_key: "abcdefghijkl" }],
])(
  "on %s a mask is refused where the card does not say how it is read",
  async (provider, settings) => {
    const card = { operations: ["edit"], sizes: ["8x8"], images: { max: 1 } };
    const { answer, came } = await edited({ provider, settings, card });
    expect([answer.status, answer.error["param"]]).toEqual([400, "mask"]);
    expect(answer.headers.get("x-should-retry")).toBe("false");
    expect(came).toEqual([]);
  },
);

test("so it is where a model of such a provider has no card", async () => {
  const settings = {
    generation: { path: "/make", fields: { prompt: "{prompt}" } },
    edit: {
      path: "/edit",
      fields: { prompt: "{prompt}", image: "{image.base64}", mask: "{mask.base64}" },
    },
    result: { pictures: "data.*.b64_json" },
  };
  const { answer, came } = await edited({ provider: "custom", settings });
  expect([answer.status, answer.error["param"]]).toEqual([400, "mask"]);
  expect(String(answer.error["message"])).toContain("It is not known how m reads a mask");
  expect(came).toEqual([]);
});

describe("a mask that lets nothing change", () => {
  test.each([
    ["as it is", {}],
    ["turned into grey", { settings: { mask: "white" } }],
    ["delivered as a URL", { fields: { response_format: "url" } }],
    ["in two calls", { settings: { images_per_call: 1 }, fields: { n: "2" } }],
    ["in a stream", { fields: { stream: "true" } }],
  ])("is passed on and told, %s", async (_how, given) => {
    const { answer, came } = await edited({ ...given, mask: opaque });
    expect(answer.status).toBe(200);
    expect(came.length).toBeGreaterThan(0);
    const told = answer.headers.get("x-pinhole-warnings") ?? "";
    expect(told.match(/"param":"mask"/g)).toHaveLength(1);
  });

  test("is not one of which a part is nearly opaque", async () => {
    const nearly = await maskOf((x) => (x === 3 ? 254 : 255));
    expect((await edited({ mask: nearly })).answer.warnings).toEqual([]);
  });

  test("is one that is nearly opaque where only black and white count", async () => {
    const nearly = await maskOf((x) => (x === 3 ? 200 : 255));
    const card = {
      operations: ["edit"],
      sizes: ["8x8"],
      mask: { polarity: "white", binary: true },
    };
    const { answer } = await edited({ mask: nearly, card });
    expect(answer.warnings).toMatchObject([{ param: "mask" }]);
  });
});
