import { beforeAll, describe, expect, test } from "vitest";
import { ask, type Came, closeAfterEach, gatewayWith, png, type Told, upstream } from "./world.ts";

closeAfterEach();

let picture: Buffer;
let base64: string;
beforeAll(async () => {
  picture = await png();
  base64 = picture.toString("base64");
});

/** An upstream that makes pictures and has them behind its own links; the answer may depend on its address. */
async function maker(told: (url: string) => unknown) {
  const files: string[] = [];
  const made = await upstream(({ path }: Came): Told => {
    if (!/\/(generations|completions|images|responses)$/.test(path.split("?")[0] ?? "")) {
      files.push(path);
      return { type: "image/png", body: picture };
    }
    return { body: told(made.url) };
  });
  return { ...made, files };
}

async function asked(
  provider: string,
  told: (url: string) => unknown,
  more: Record<string, unknown> = {},
) {
  const made = await maker(told);
  const settings = {
    base_url: `${made.url}/v1`,
    ...(provider === "openrouter" ? { api_key: "abcdefghijkl" } : {}),
  };
  const channel = { id: "a", provider, settings, models: ["m"] };
  const gateway = await gatewayWith([channel]);
  const answer = await ask(gateway, {
    model: "m",
    prompt: "x",
    response_format: "b64_json",
    ...more,
  });
  return { answer, files: made.files };
}

/** One entry in a chat's message. */
const message = (content: unknown) => ({ choices: [{ message: { content } }] });

describe("a link in a chat's words", () => {
  const file = (url: string) => `${url}/file/a.png`;
  test.each<[string, (url: string) => string]>([
    ["Markdown", (url) => `Here: ![a fox](${file(url)})`],
    ["Markdown with a title", (url) => `![a fox](${file(url)} "a fox (1)")`],
    ["Markdown with a title in single quotes", (url) => `![](${file(url)} 'fox')`],
    ["Markdown with the address in angle brackets", (url) => `![a](<${file(url)}>)`],
    ["Markdown with brackets in the address", (url) => `![a](${url}/file/a_(1).png)`],
    ["Markdown's references", (url) => `![a fox][one]\n\n[one]: ${file(url)}`],
    ["a Markdown link without an exclamation mark", (url) => `[Download](${file(url)})`],
    ["HTML", (url) => `<p><img alt="a > b" src="${file(url)}?a=1&amp;b=2" /></p>`],
    ["HTML in single quotes", (url) => `<img src='${file(url)}'>`],
    ["HTML without quotes", (url) => `<img width=10 src=${file(url)}>`],
    ["a bare link", (url) => `Done: ${file(url)}.`],
    ["a bare link in brackets", (url) => `Your picture (${file(url)}), enjoy!`],
    ["a link in angle brackets", (url) => `<${file(url)}>`],
    ["a bare link without a picture's ending", (url) => `${url}/file/1234`],
    ["Markdown with a link that has no host", () => "![a](/file/a.png)"],
    ["HTML with a link below the base address", () => '<img src="file/a.png">'],
  ])("as %s", async (_name, content) => {
    const { answer, files } = await asked("openai-chat", (url) => message(content(url)));
    expect([answer.status, answer.data[0]?.b64_json]).toEqual([200, base64]);
    expect(files).toHaveLength(1);
  });

  test("a link that is shown comes before one that is only named", async () => {
    const { answer, files } = await asked("openai-chat", (url) =>
      message(`Made with ${url}/file/about.html: ![a](${url}/file/b.png)`),
    );
    expect([answer.status, files]).toEqual([200, ["/file/b.png"]]);
  });

  test("and no more of them than were asked for is fetched", async () => {
    const { answer, files } = await asked("openai-chat", (url) =>
      message([1, 2, 3].map((one) => `![a](${url}/file/${one}.png)`).join(" ")),
    );
    expect([answer.data.length, files]).toEqual([1, ["/file/1.png"]]);
  });
});

describe("a link of OpenAI's shape", () => {
  test.each<[string, (url: string) => string, string]>([
    ["with everything", (url) => `${url}/file/a.png`, "/file/a.png"],
    ["with space around it", (url) => ` ${url}/file/a.png\n`, "/file/a.png"],
    ["without a scheme", (url) => url.replace("http:", "") + "/file/a.png", "/file/a.png"],
    ["without a host", () => "/file/a.png", "/file/a.png"],
    ["without a host or an ending", () => `/file/${"a".repeat(60)}`, `/file/${"a".repeat(60)}`],
    ["below the base address", () => "file/a.png?x=1", "/v1/file/a.png?x=1"],
  ])("%s", async (_name, link, path) => {
    const { answer, files } = await asked("openai-compatible", (url) => ({
      data: [{ url: link(url) }],
    }));
    expect([answer.status, files, answer.data[0]?.b64_json]).toEqual([200, [path], base64]);
  });
});

describe("a picture in another usual place", () => {
  const link = (url: string) => `${url}/file/a.png`;
  test.each<[string, (url: string) => unknown]>([
    ["images, bare", () => ({ images: [base64] })],
    ["images, data URLs", () => ({ images: [`data:image/png;base64,${base64}`] })],
    ["images with links", (url) => ({ images: [{ url: link(url) }] })],
    ["images as links", (url) => ({ images: [link(url)] })],
    ["data as links", (url) => ({ data: [link(url)] })],
    ["data with image_url", (url) => ({ data: [{ image_url: link(url) }] })],
    ["data with b64_image under image", () => ({ data: [{ image: base64 }] })],
    ["data that is one object", () => ({ data: { b64_json: base64 } })],
    ["image_urls of data", (url) => ({ code: 0, data: { image_urls: [link(url)] } })],
    ["output", (url) => ({ status: "succeeded", output: [link(url)] })],
    ["output, one", (url) => ({ status: "succeeded", output: link(url) })],
    ["results of output", (url) => ({ output: { results: [{ url: link(url) }] } })],
    ["image", () => ({ image: base64, status: "ok" })],
    ["artifacts", () => ({ artifacts: [{ base64, finishReason: "SUCCESS" }] })],
    [
      "predictions",
      () => ({ predictions: [{ bytesBase64Encoded: base64, mimeType: "image/png" }] }),
    ],
    [
      "Gemini's parts",
      () => ({
        candidates: [{ content: { parts: [{ text: "a" }, { inlineData: { data: base64 } }] } }],
      }),
    ],
    ["a result beside words", () => ({ result: "success", url: "pending", image: base64 })],
    [
      "chat's message",
      () => ({
        choices: [
          { message: { images: [{ image_url: { url: `data:image/png;base64,${base64}` } }] } },
        ],
      }),
    ],
    ["chat's words", (url) => message(`![a](${link(url)} "a")`)],
    ["chat's words as a data URL", () => message(`![a](data:image/png;base64,${base64})`)],
  ])("%s", async (_name, told) => {
    const { answer } = await asked("openai-compatible", told);
    expect([answer.status, answer.data.length, answer.data[0]?.b64_json]).toEqual([200, 1, base64]);
  });

  test("a list that stands twice is delivered once", async () => {
    const { answer, files } = await asked(
      "openai-compatible",
      (url) => {
        const list = [{ url: `${url}/file/1.png` }, { url: `${url}/file/2.png` }];
        return { images: list, output: list };
      },
      { n: 2 },
    );
    // They are fetched side by side.
    expect([answer.data.length, files.toSorted()]).toEqual([2, ["/file/1.png", "/file/2.png"]]);
  });

  test("words at such places are no pictures", async () => {
    const { answer } = await asked("openai-compatible", () => ({
      data: [],
      image: "a paper crane",
      result: "done",
      url: "soon",
    }));
    expect([answer.status, answer.error.code]).toEqual([502, "upstream_failed"]);
  });
});

describe("more than was asked for", () => {
  test.each(["openai-compatible", "openrouter"])(
    "%s: of 3,000 links one is fetched",
    async (provider) => {
      const { answer, files } = await asked(provider, (url) => ({
        created: 1,
        data: Array.from({ length: 3000 }, (_, index) => ({ url: `${url}/file/${index}.png` })),
      }));
      expect([answer.status, answer.data.length, files]).toEqual([200, 1, ["/file/0.png"]]);
    },
  );

  test("the first of both kinds, in the answer's order", async () => {
    const { answer, files } = await asked(
      "openai-compatible",
      (url) => ({
        data: [{ url: `${url}/file/0.png` }, { b64_json: base64 }, { url: `${url}/file/2.png` }],
      }),
      { n: 2 },
    );
    expect([answer.data.length, files]).toEqual([2, ["/file/0.png"]]);
  });

  test("a stream's links beyond n are not fetched", async () => {
    const event = (url: string, index: number) =>
      `event: image_generation.completed\ndata: ${JSON.stringify({ type: "image_generation.completed", url: `${url}/file/${index}.png` })}\n\n`;
    const files: string[] = [];
    const made = await upstream(({ path }): Told => {
      if (!path.endsWith("/generations")) {
        files.push(path);
        return { type: "image/png", body: picture };
      }
      return {
        type: "text/event-stream",
        body: [0, 1, 2].map((index) => event(made.url, index)).join(""),
      };
    });
    const channel = {
      id: "a",
      provider: "openai-compatible",
      settings: { base_url: `${made.url}/v1` },
    };
    const gateway = await gatewayWith([{ ...channel, models: ["m"] }]);
    const answer = await ask(gateway, { model: "m", prompt: "x", stream: true });
    expect(answer.text.match(/event: image_generation.completed/g)).toHaveLength(1);
    expect(files).toEqual(["/file/0.png"]);
  });
});
