import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import {
  ask,
  askForm,
  type Answered,
  closeAfterEach,
  gatewayWith,
  png,
  type Told,
  upstream,
} from "./world.ts";

closeAfterEach();

let picture: Buffer;
beforeAll(async () => {
  picture = await png(64, 64);
});

interface Asked extends Answered {
  /** What the upstream was sent, as text. */
  readonly sent: string;
}

/** One generation, or an edit of a picture of the given size, on a channel of the provider. */
async function asked(
  provider: string,
  card: Record<string, unknown> | undefined,
  fields: Record<string, unknown>,
  { settings = {}, edit, made = picture }: { settings?: object; edit?: Buffer; made?: Buffer } = {},
): Promise<Asked> {
  const base64 = made.toString("base64");
  const url = `data:image/png;base64,${base64}`;
  const one = await upstream(({ path }): Told => {
    if (path.includes("/predictions")) {
      return { body: { id: "p", status: "succeeded", output: [url], urls: {} } };
    }
    if (path.includes("/chat"))
      return { body: { choices: [{ message: { content: `![](${url})` } }] } };
    if (path.includes("sdapi")) return { body: { images: [base64], info: "{}" } };
    return { body: { created: 1, data: [{ b64_json: base64 }] } };
  });
  const keys: Record<string, object> = {
    openrouter: { api_key: "abcdefghijkl" },
    replicate: { api_token: "r8_abcdefghijk" },
  };
  const model = card === undefined ? "o/m" : { name: "o/m", card };
  const gateway = await gatewayWith([
    {
      id: "a",
      provider,
      settings: { base_url: one.url, ...keys[provider], ...settings },
      models: [model],
    },
  ]);
  const body = { model: "o/m", prompt: "x", response_format: "b64_json", ...fields };
  if (edit === undefined) {
    const answer = await ask(gateway, body);
    return { ...answer, sent: one.came.map((came) => came.body.toString("latin1")).join("\n") };
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) form.set(name, value);
  form.set("image", new Blob([new Uint8Array(edit)], { type: "image/png" }), "a.png");
  const answer = await askForm(gateway, form);
  return { ...answer, sent: one.came.map((came) => came.body.toString("latin1")).join("\n") };
}

const warned = ({ warnings }: Answered) => warnings.map(({ param, code }) => `${param} ${code}`);

describe("aspect_ratio", () => {
  test.each([
    ["openrouter", '"aspect_ratio":"16:9"'],
    ["openai-chat", '"aspect_ratio":"16:9"'],
  ])("%s is sent the ratio", async (provider, sent) => {
    const answer = await asked(provider, undefined, { aspect_ratio: "16:9" });
    expect([answer.status, answer.warnings]).toEqual([200, []]);
    expect(answer.sent).toContain(sent);
  });

  test("a model of Replicate's that takes ratios is sent it", async () => {
    const inputs = { "o/m": { size: { ratio: "aspect_ratio" } } };
    const card = { ratios: ["1:1", "16:9"] };
    const answer = await asked(
      "replicate",
      card,
      { aspect_ratio: "16:9" },
      { settings: { inputs } },
    );
    expect([answer.status, answer.warnings]).toEqual([200, []]);
    expect(answer.sent).toContain('"aspect_ratio":"16:9"');
  });

  test("decimal ratios of a card, and the word that the card has for the same shape", async () => {
    const card = { ratios: ["1:1", "2.35:1", "1.91:1"] };
    const answer = await asked("openrouter", card, { aspect_ratio: "2.35:1" });
    expect(answer.sent).toContain('"aspect_ratio":"2.35:1"');
    const same = await asked("openrouter", card, { aspect_ratio: "47:20" });
    expect([same.sent.includes('"aspect_ratio":"2.35:1"'), same.warnings]).toEqual([true, []]);
    const wide = await asked("openrouter", card, { size: "2350x1000" });
    expect(wide.sent).toContain('"aspect_ratio":"2.35:1"');
  });

  test("another ratio than the card has is told", async () => {
    const answer = await asked("openrouter", { ratios: ["1:1", "3:2"] }, { aspect_ratio: "16:9" });
    expect(answer.sent).toContain('"aspect_ratio":"3:2"');
    expect(warned(answer)).toEqual(["aspect_ratio adjusted_value"]);
  });

  test("a model that takes pixels is asked for a size of that shape", async () => {
    const rule = { multiple: 16, edge_max: 2048, pixels_max: 4_194_304 };
    const free = await asked("openai-compatible", { size_rule: rule }, { aspect_ratio: "4:1" });
    expect([free.sent.includes('"size":"2048x512"'), free.sent.includes("aspect_ratio")]).toEqual([
      true,
      false,
    ]);
    const sizes = ["1024x1024", "1536x1024", "1024x1536"];
    const listed = await asked("openai-compatible", { sizes }, { aspect_ratio: "2:3" });
    expect(listed.sent).toContain('"size":"1024x1536"');
    const other = await asked("openai-compatible", { sizes }, { aspect_ratio: "16:9" });
    expect(other.sent).toContain('"size":"1536x1024"');
    expect(warned(other)).toContain("aspect_ratio adjusted_value");
  });

  test("beside a size of another shape it is named", async () => {
    const sizes = ["1024x1024"];
    const answer = await asked(
      "openai-compatible",
      { sizes },
      { size: "1024x1024", aspect_ratio: "16:9" },
      { made: await png(1024, 1024) },
    );
    expect(warned(answer)).toEqual(["aspect_ratio unsupported_parameter"]);
  });

  test.each(["wide", "16x9", "0:1", "1:0", "16:9:1"])("%s is no ratio", async (ratio) => {
    const answer = await asked("openrouter", undefined, { aspect_ratio: ratio });
    expect([answer.status, answer.error.param]).toEqual([400, "aspect_ratio"]);
  });

  test("to a model without a card it goes as it came", async () => {
    const answer = await asked("openai-compatible", undefined, { aspect_ratio: "wide" });
    expect([answer.status, answer.sent.includes('"aspect_ratio":"wide"')]).toEqual([200, true]);
  });
});

describe("no size from the client", () => {
  const generation = async (card?: Record<string, unknown>) =>
    /"size":"([^"]*)"/.exec((await asked("openai-compatible", card, {})).sent)?.[1];
  const edited = async (card: Record<string, unknown> | undefined, input: Buffer) =>
    /name="size"\r\n\r\n([^\r]*)/.exec(
      (await asked("openai-compatible", card, {}, { edit: input })).sent,
    )?.[1];

  test("of a generation the card's default is said aloud", async () => {
    expect(await generation({ size_default: "128x128" })).toBe("128x128");
    expect(await generation({ sizes: ["512x512", "1024x1024"] })).toBe("1024x1024");
    expect(
      await generation({ size_rule: { multiple: 8, edge_max: 2048, pixels_max: 4_194_304 } }),
    ).toBe("1024x1024");
    expect(await generation({ sizes: ["512x512"] })).toBeUndefined();
  });

  test("of an edit it is the card's default, else the input's", async () => {
    const operations = ["generation", "edit"];
    const input = await png(640, 384);
    expect(await edited({ operations, size_default: "128x128" }, input)).toBe("128x128");
    const size_rule = { multiple: 8, edge_max: 2048, pixels_max: 4_194_304 };
    expect(await edited({ operations, size_rule }, input)).toBe("640x384");
    expect(await edited({ operations, size_rule: { ...size_rule, multiple: 256 } }, input)).toBe(
      "768x512",
    );
    const sizes = ["512x512", "640x384"];
    expect(await edited({ operations, sizes }, input)).toBe("640x384");
    expect(await edited({ operations, sizes: ["512x512", "1280x768"] }, input)).toBe("1280x768");
  });

  test("of an edit of a picture on its side, it is the size as people see it", async () => {
    const turned = await sharp(await png(640, 384))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const size_rule = { multiple: 8, edge_max: 2048, pixels_max: 4_194_304 };
    expect(await edited({ operations: ["edit"], size_rule }, turned)).toBe("384x640");
  });

  test("a model without a card is left to its upstream", async () => {
    expect(await generation()).toBeUndefined();
    expect(await edited(undefined, await png(640, 384))).toBeUndefined();
  });

  test("A1111 gets a size of its own for a generation, and the input's for an edit", async () => {
    const made = await asked("automatic1111", undefined, {});
    expect(JSON.parse(made.sent)).toMatchObject({ width: 1024, height: 1024 });
    const changed = await asked("automatic1111", undefined, {}, { edit: await png(640, 384) });
    expect(JSON.parse(changed.sent)).toMatchObject({ width: 640, height: 384 });
  });
});

describe("a card that names no sizes", () => {
  test("leaves the client's size as it is", async () => {
    const answer = await asked("openai-compatible", { n: 10 }, { size: "64x64" });
    expect([answer.sent.includes('"size":"64x64"'), answer.warnings]).toEqual([true, []]);
  });

  test("says so where the channel sends none", async () => {
    const settings = { fields: ["quality"] };
    const answer = await asked("openai-compatible", { n: 10 }, { size: "64x64" }, { settings });
    expect(answer.sent).not.toContain("size");
    expect(warned(answer)).toEqual(["size adjusted_value"]);
  });

  test("says so where the adapter has no place for one", async () => {
    const answer = await asked("replicate", { n: 1 }, { size: "64x64" });
    expect([answer.status, warned(answer)]).toEqual([200, ["size adjusted_value"]]);
  });

  test("and one that names an empty list has none", async () => {
    const answer = await asked("openai-compatible", { sizes: [] }, { size: "64x64" });
    expect(answer.sent).not.toContain("64x64");
    expect(warned(answer)).toEqual(["size adjusted_value"]);
  });
});

describe("a picture of another size than was asked", () => {
  test.each<[string, Record<string, unknown> | undefined, Record<string, unknown>]>([
    ["of a model without a card", undefined, { size: "128x128" }],
    ["of a listed size", { sizes: ["128x128"] }, { size: "128x128" }],
    ["of the card's default", { size_default: "128x128" }, {}],
    ["in a stream", undefined, { size: "128x128", stream: true }],
  ])("is told: %s", async (_name, card, fields) => {
    const answer = await asked("openai-compatible", card, fields);
    expect(answer.status).toBe(200);
    if (fields["stream"] === true) expect(answer.text).toContain('"code":"size_differs"');
    else expect(warned(answer)).toEqual(["size size_differs"]);
  });

  test("also where the body is relayed as it came", async () => {
    const noise = await sharp({
      create: {
        width: 256,
        height: 256,
        channels: 3,
        background: "#000",
        noise: { type: "gaussian", mean: 128, sigma: 60 },
      },
    })
      .png()
      .toBuffer();
    const answer = await asked(
      "openai-compatible",
      undefined,
      { size: "512x512" },
      { made: noise },
    );
    expect([answer.status, warned(answer)]).toEqual([200, ["size size_differs"]]);
  });

  test("is no news where it was made larger by the gateway, or is what was asked for", async () => {
    const answer = await asked("openai-compatible", undefined, { size: "64x64" });
    expect(answer.warnings).toEqual([]);
  });
});

test("ratios that are none are a fault at the start", async () => {
  const card = { ratios: ["wide"] };
  await expect(asked("openrouter", card, {})).rejects.toThrow(/ratios/);
});
