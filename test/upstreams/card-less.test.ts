import { describe, expect, test } from "vitest";
import { type Answered, ask, closeAfterEach, gatewayWith, png, upstream } from "./world.ts";

closeAfterEach();

const picture = (await png()).toString("base64");

interface Asked extends Answered {
  /** The document that the upstream was sent. */
  readonly sent: Readonly<Record<string, unknown>>;
  readonly calls: number;
}

/** One generation on a server of OpenAI's dialect that makes a PNG of 64x48 whatever it is asked. */
async function asked(
  fields: Record<string, unknown>,
  { settings = {}, card }: { readonly settings?: object; readonly card?: object } = {},
): Promise<Asked> {
  const server = await upstream(() => ({ body: { created: 1, data: [{ b64_json: picture }] } }));
  const gateway = await gatewayWith([
    {
      id: "one",
      provider: "openai-compatible",
      settings: { base_url: server.url, ...settings },
      models: [card === undefined ? "m" : { name: "m", card }],
    },
  ]);
  const answer = await ask(gateway, { model: "m", prompt: "a boat", ...fields });
  return { ...answer, sent: server.came[0]?.json ?? {}, calls: server.came.length };
}

describe("of a model without a card types are checked only", () => {
  test.each([
    [{ style: "anime" }],
    [{ background: "blue" }],
    [{ background: "#ff8800", style: "low poly, isometric" }],
    [{ quality: "ultra" }],
    [{ quality: "hd", style: "vivid", background: "auto" }],
  ])("%j goes on as it came", async (fields) => {
    const { status, sent, warnings } = await asked(fields);
    expect([status, warnings]).toEqual([200, []]);
    expect(sent).toMatchObject(fields);
  });

  test.each([[{ style: 3 }], [{ background: true }], [{ quality: ["hd"] }]])(
    "%j is a mistake still",
    async (fields) => {
      const { status, error, calls } = await asked(fields);
      expect([status, error["param"], calls]).toEqual([400, Object.keys(fields)[0], 0]);
    },
  );

  test.each([["gif"], ["svg"]])("a PNG that comes for a %s is told", async (format) => {
    const { status, sent, warnings } = await asked({
      output_format: format,
      response_format: "b64_json",
    });
    expect(status).toBe(200);
    expect(sent).toMatchObject({ output_format: format });
    expect(warnings).toMatchObject([{ param: "output_format", code: "format_mismatch" }]);
  });
});

test.each([
  [{ style: "anime" }, "style"],
  [{ background: "blue" }, "background"],
])("with a card %j is no word of it", async (fields, param) => {
  const { status, error, calls } = await asked(fields, { card: { styles: ["vivid", "oil"] } });
  expect([status, error["param"], calls]).toEqual([400, param, 0]);
  expect((await asked({ style: "oil" }, { card: { styles: ["oil"] } })).sent).toMatchObject({
    style: "oil",
  });
});

describe("a compression that nothing takes", () => {
  const compression = { output_compression: 50 };

  test.each([
    ["without a card", compression, undefined],
    ["without a card, of a png", { ...compression, output_format: "png" }, undefined],
    ["of a card", compression, { formats: ["png", "webp"], format_parameter: true }],
    ["of a card, of a png", { ...compression, output_format: "png" }, { formats: ["jpeg"] }],
  ])("is a warning, %s", async (_what, fields, card) => {
    const { status, warnings } = await asked(fields, card === undefined ? {} : { card });
    expect(status).toBe(200);
    expect(warnings).toMatchObject([{ param: "output_compression" }]);
    expect(warnings).toHaveLength(1);
  });

  test("is refused by the models whose maker refuses it", async () => {
    const server = await upstream(() => ({ body: { created: 1, data: [{ b64_json: picture }] } }));
    const gateway = await gatewayWith([
      {
        id: "one",
        provider: "openai",
        settings: { base_url: server.url, api_key: "sk-abcdefghijkl" },
        models: ["gpt-image-1"],
      },
    ]);
    for (const fields of [compression, { ...compression, output_format: "png" }]) {
      const answer = await ask(gateway, { model: "gpt-image-1", prompt: "a boat", ...fields });
      expect([answer.status, answer.error["param"]]).toEqual([400, "output_compression"]);
    }
    expect(server.came).toEqual([]);
  });

  test("is none where it is made of what the server gives", async () => {
    const { status, warnings } = await asked(
      { ...compression, output_format: "jpeg" },
      { settings: { fields: [] } },
    );
    expect([status, warnings]).toEqual([200, []]);
  });
});

describe("a server's own words", () => {
  test("a size as a pair of numbers", async () => {
    const pair = { size_form: "pair" };
    const { sent } = await asked({ size: "64x48" }, { settings: pair });
    expect(sent).toMatchObject({ width: 64, height: 48 });
    expect(sent).not.toHaveProperty("size");
    const renamed = { ...pair, renames: { width: "w", height: "h" } };
    expect((await asked({ size: "64x48" }, { settings: renamed })).sent).toMatchObject({
      w: 64,
      h: 48,
    });
    expect((await asked({ size: "auto" }, { settings: pair })).sent).toEqual({
      model: "m",
      prompt: "a boat",
      n: 1,
    });
  });

  test.each([["width"], ["Height"], ["w"]])(
    "a caller's own %s cannot stand beside that pair",
    async (name) => {
      const settings = {
        size_form: "pair",
        refused: [],
        renames: { width: "w", height: "height" },
      };
      const { status, error, calls } = await asked({ size: "64x48", [name]: 4096 }, { settings });
      expect([status, error["param"], calls]).toEqual([400, name, 0]);
    },
  );

  test("values by another word, and all others as they came", async () => {
    const settings = {
      words: {
        quality: { high: "hd", low: 1 },
        size: { "64x48": "landscape" },
        output_format: { jpeg: "jpg" },
        seed: { "7": "lucky" },
      },
    };
    const fields = {
      quality: "high",
      size: "64x48",
      output_format: "jpeg",
      seed: 7,
      style: "high",
    };
    expect((await asked(fields, { settings })).sent).toMatchObject({
      quality: "hd",
      size: "landscape",
      output_format: "jpg",
      seed: "lucky",
      style: "high",
    });
    expect((await asked({ quality: "low", size: "32x32" }, { settings })).sent).toMatchObject({
      quality: 1,
      size: "32x32",
    });
    const pair = { size_form: "pair", words: { size: { "64x48": "landscape" } } };
    expect((await asked({ size: "64x48" }, { settings: pair })).sent).toMatchObject({
      size: "landscape",
    });
    // The words are the card's on one side and the server's on the other.
    const card = { qualities: ["low", "high"], sizes: ["64x48"] };
    expect((await asked({ quality: "hd", size: "64x48" }, { settings, card })).sent).toMatchObject({
      quality: "hd",
      size: "landscape",
    });
  });

  test.each([["model"], ["n"], ["prompt"]])("%s has no words", async (name) => {
    await expect(asked({}, { settings: { words: { [name]: { a: "b" } } } })).rejects.toThrow(name);
  });
});
