import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { samplePng } from "../support/pictures.ts";

const names = [
  "gpt-image-mine",
  "chatgpt-image-x",
  "GPT-Image-2",
  "dall-e-2",
  "dall-e-3",
  "fox",
  "my-gpt-image-2",
];
const channel = {
  id: "a",
  provider: "sandbox",
  models: names.map((name) => ({
    name,
    upstream: "sandbox-fast",
    card: { operations: ["generation", "edit", "variation"], n: 2, images: { max: 2 } },
  })),
};
const told = {
  id: "b",
  provider: "sandbox",
  models: [
    {
      name: "told",
      upstream: "sandbox-fast",
      card: { operations: ["generation", "edit"], images: { max: 1 }, delivery: "b64_json" },
    },
  ],
};
const settings = {
  channels: [channel, told],
  aliases: { "gpt-image-alias": ["fox"], "fox-alias": ["gpt-image-mine"] },
};

let auto: TestGateway;
let url: TestGateway;
let both: TestGateway;
let image: string;

beforeAll(async () => {
  auto = await startTestGateway(settings);
  url = await startTestGateway({ ...settings, images: { response_format: "url" } });
  both = await startTestGateway({ ...settings, images: { response_format: "both" } });
  image = `data:image/png;base64,${(await samplePng(64, 64)).toString("base64")}`;
});
afterAll(() => Promise.all([auto.close(), url.close(), both.close()]));

/** The fields that the entry of an answer has. */
async function fieldsOf(
  gateway: TestGateway,
  kind: string,
  model: string,
  more: object = {},
): Promise<string> {
  const pictures = kind === "edits" ? { image } : {};
  // The dall-e models keep to sizes of their own.
  const size = model.startsWith("dall-e") ? "1024x1024" : "64x64";
  const body = { model, prompt: "x", size, ...pictures, ...more };
  const response = await postJson(gateway, `/v1/images/${kind}`, body);
  const answer = (await response.json()) as { data?: readonly object[]; error?: unknown };
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return Object.keys(answer.data[0] ?? {})
    .filter((name) => name !== "revised_prompt")
    .join("+");
}

describe("a client that does not say gets", () => {
  test.each([
    ["generations", "gpt-image-mine", "b64_json"],
    ["generations", "chatgpt-image-x", "b64_json"],
    ["generations", "GPT-Image-2", "b64_json"],
    ["generations", "gpt-image-alias", "b64_json"],
    ["generations", "dall-e-2", "url"],
    ["generations", "dall-e-3", "url"],
    ["generations", "fox", "url"],
    ["generations", "fox-alias", "url"],
    ["generations", "my-gpt-image-2", "url"],
    ["generations", "told", "b64_json"],
    ["edits", "gpt-image-mine", "b64_json"],
    ["edits", "fox", "b64_json"],
    ["edits", "fox-alias", "b64_json"],
    ["edits", "dall-e-2", "url"],
  ])("from %s of %s %s, by the name that it used", async (kind, model, field) => {
    expect(await fieldsOf(auto, kind, model)).toBe(field);
  });

  test("what it asked for wherever it does say", async () => {
    expect(await fieldsOf(auto, "edits", "fox", { response_format: "url" })).toBe("url");
    expect(await fieldsOf(auto, "generations", "gpt-image-mine", { response_format: "url" })).toBe(
      "url",
    );
    expect(await fieldsOf(auto, "generations", "fox", { response_format: "b64_json" })).toBe(
      "b64_json",
    );
  });

  test.each(["generations", "edits"])(
    "a URL of %s on all names where the operator says so",
    async (kind) => {
      for (const model of ["gpt-image-mine", "fox", "dall-e-2", "told"])
        expect(await fieldsOf(url, kind, model)).toBe("url");
      expect(await fieldsOf(both, kind, "fox")).toBe("url+b64_json");
    },
  );
});
