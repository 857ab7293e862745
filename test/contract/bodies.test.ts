import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { filePart, formBody, type FormPart, formType, textPart } from "../support/form.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type MockOpenAi, startMockOpenAi } from "../support/mock-openai.ts";
import { samplePng } from "../support/pictures.ts";

let upstream: MockOpenAi;
let gateway: TestGateway;
let png: Buffer;

beforeAll(async () => {
  png = await samplePng(64, 64);
  upstream = await startMockOpenAi();
  const settings = { base_url: upstream.url };
  gateway = await startTestGateway({
    default_model: "studio",
    channels: [
      { id: "a", provider: "openai-compatible", settings, models: ["studio"] },
      {
        id: "b",
        provider: "openai",
        settings: { ...settings, api_key: "sk-test" },
        models: ["gpt-image-2.6-flare", "gpt-image-2"],
      },
    ],
  });
});
beforeEach(() => void upstream.seen.splice(0));
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

interface Answer {
  readonly status: number;
  readonly body: {
    readonly error?: { readonly code: string; readonly param: string | null; message: string };
  };
}

async function post(
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  contentType: string,
): Promise<Answer> {
  const headers = { authorization: `Bearer ${gateway.key}`, "content-type": contentType };
  const response = await fetch(gateway.url + path, { method: "POST", headers, body });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

const generate = (body: string | Buffer, contentType = "application/json"): Promise<Answer> =>
  post("/v1/images/generations", new Uint8Array(Buffer.from(body)), contentType);
const edit = (parts: readonly FormPart[]): Promise<Answer> =>
  post("/v1/images/edits", new Uint8Array(formBody(parts)), formType);

/** A text field of the form that the upstream got. */
function sentText(name: string): string | undefined {
  const text = upstream.seen[0]?.body.toString("utf8") ?? "";
  return new RegExp(`name="${name}"\r\n(?:[^\r]+\r\n)*\r\n([^\r]*)`).exec(text)?.[1];
}

describe("the charset of a JSON body", () => {
  test.each([
    ["UTF-8", "application/json; charset=utf-8", Buffer.from('{"prompt":"café"}')],
    ["UTF-8 without a hyphen", 'application/json;charset="UTF8"', Buffer.from('{"prompt":"café"}')],
    ["ASCII in name only", "application/json; charset=us-ascii", Buffer.from('{"prompt":"café"}')],
    ["Latin-1", "application/json; charset=ISO-8859-1", Buffer.from('{"prompt":"café"}', "latin1")],
    ["UTF-16", "APPLICATION/JSON; Charset=utf-16le", Buffer.from('{"prompt":"café"}', "utf16le")],
  ])("%s is read", async (_name, type, body) => {
    expect((await generate(body, type)).status).toBe(200);
    expect(upstream.seen[0]?.json?.["prompt"]).toBe("café");
  });

  test.each([
    [
      "bytes of another",
      "application/json",
      Buffer.from('{"prompt":"café"}', "latin1"),
      "invalid_json",
    ],
    [
      "half a character",
      "application/json; charset=utf-16le",
      Buffer.from('{"prompt":"x"}_', "utf16le").subarray(0, -1),
      "invalid_json",
    ],
    [
      "one that nobody knows",
      "application/json; charset=klingon",
      Buffer.from("{}"),
      "unsupported_media_type",
    ],
  ])("%s is refused", async (_name, type, body, code) => {
    const { status, body: answer } = await generate(body, type);
    expect([status, answer.error?.code]).toEqual([code === "invalid_json" ? 400 : 415, code]);
    expect(upstream.seen).toEqual([]);
  });
});

test("a form's prompt reaches the upstream as its charset says", async () => {
  const prompt = textPart(
    "prompt",
    Buffer.from("caf\u{e9}", "latin1"),
    "Content-Type: text/plain; charset=latin1",
  );
  expect((await edit([prompt, filePart("image", png)])).status).toBe(200);
  expect(sentText("prompt")).toBe("café");
});

const optional = `model n size quality response_format style background
  output_format output_compression watermark moderation stream partial_images user
  seed negative_prompt aspect_ratio input_fidelity complexity safety_identifier provider_options`.split(
  /\s+/,
);

describe("an empty text for an optional field means that it is not set", () => {
  test.each(optional)("%s", async (name) => {
    expect((await generate(JSON.stringify({ prompt: "x", [name]: "" }))).status).toBe(200);
    const form = [textPart("prompt", "x"), textPart(name, ""), filePart("image", png)];
    expect((await edit(form)).status).toBe(200);
    expect(upstream.seen[0]?.json?.["model"]).toBe("studio");
    if (name !== "model") expect(upstream.seen[0]?.json).not.toHaveProperty(name, "");
    expect(upstream.seen).toHaveLength(2);
  });

  test("but not for the prompt, which was forgotten then", async () => {
    for (const { status, body } of [
      await generate('{"prompt":""}'),
      await edit([textPart("prompt", ""), filePart("image", png)]),
    ]) {
      expect([status, body.error?.code]).toEqual([400, "missing_required_parameter"]);
    }
  });

  test("also for pictures of a JSON edit", async () => {
    const image = `data:image/png;base64,${png.toString("base64")}`;
    const body = { prompt: "x", images: [{ image_url: image }], image: "", mask: "", markup: "" };
    const { status } = await post("/v1/images/edits", JSON.stringify(body), "application/json");
    expect(status).toBe(200);
    const without = await post("/v1/images/edits", '{"prompt":"x","image":""}', "application/json");
    expect(without.body.error?.param).toBe("image");
  });
});

describe("markup", () => {
  const fields = (model: string): FormPart[] => [
    textPart("model", model),
    textPart("prompt", "x"),
    filePart("image", png),
  ];

  test.each(["gpt-image-2.6-flare", "studio"])("goes to %s", async (model) => {
    const drawn = await samplePng(40, 40);
    expect((await edit([...fields(model), filePart("markup", drawn)])).status).toBe(200);
    expect(upstream.seen[0]?.body.includes('name="markup"')).toBe(true);
    expect(upstream.seen[0]?.body.includes(drawn)).toBe(true);
  });

  test("goes there from JSON as well", async () => {
    const dataUrl = `data:image/png;base64,${png.toString("base64")}`;
    const body = {
      model: "gpt-image-2.6-flare",
      prompt: "x",
      image: dataUrl,
      markup: { image_url: dataUrl },
    };
    const { status } = await post("/v1/images/edits", JSON.stringify(body), "application/json");
    expect([status, upstream.seen[0]?.body.includes('name="markup"')]).toEqual([200, true]);
  });

  test("is refused where a model has no place for it, and on generations", async () => {
    const old = await edit([...fields("gpt-image-2"), filePart("markup", png)]);
    expect([old.status, old.body.error?.param]).toEqual([400, "markup"]);
    const dataUrl = `data:image/png;base64,${png.toString("base64")}`;
    const made = await generate(JSON.stringify({ prompt: "x", markup: dataUrl }));
    expect([made.status, made.body.error?.param]).toEqual([400, "markup"]);
    expect(upstream.seen).toEqual([]);
  });

  test("makes another request of it", async () => {
    const headers = {
      authorization: `Bearer ${gateway.key}`,
      "content-type": formType,
      "idempotency-key": "markup-1",
    };
    const send = async (drawn: Buffer): Promise<number> => {
      const body = new Uint8Array(formBody([...fields("studio"), filePart("markup", drawn)]));
      const url = `${gateway.url}/v1/images/edits`;
      return (await fetch(url, { method: "POST", headers, body })).status;
    };
    expect(await send(png)).toBe(200);
    expect(await send(png)).toBe(200);
    expect(await send(await samplePng(40, 40))).toBe(422);
    expect(upstream.seen).toHaveLength(1);
  });
});
