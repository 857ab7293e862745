import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";

let gateway: TestGateway;
let url: string;
beforeAll(async () => {
  gateway = await startTestGateway({
    channels: [{ id: "drawing", provider: "sandbox", models: ["sandbox-fast"] }],
  });
  const answer = await postJson(gateway, "/v1/images/generations", {
    model: "sandbox-fast",
    prompt: "a fox",
    size: "500x300",
    response_format: "url",
  });
  const { data } = (await answer.json()) as { data: { url: string }[] };
  url = data[0]?.url ?? "";
});
afterAll(() => gateway.close());

test("a hosted picture can be had small, in the widths of a list, again and again by one URL", async () => {
  for (const width of [80, 320, 80]) {
    const small = await fetch(`${url}&w=${width}`);
    expect([small.status, small.headers.get("content-type")]).toEqual([200, "image/webp"]);
    const bytes = Buffer.from(await small.arrayBuffer());
    const facts = await sharp(bytes).metadata();
    expect([facts.width, facts.height, small.headers.get("content-length")]).toEqual([
      width,
      Math.round((width * 300) / 500),
      String(bytes.length),
    ]);
  }
});

test("a small picture has a tag of its own, a HEAD and ranges", async () => {
  const whole = await fetch(url, { method: "HEAD" });
  const small = await fetch(`${url}&w=320`, { method: "HEAD" });
  const tag = small.headers.get("etag") ?? "";
  expect(tag).not.toBe(whole.headers.get("etag"));
  const again = await fetch(`${url}&w=320`, { headers: { "if-none-match": tag } });
  expect(again.status).toBe(304);
  const part = await fetch(`${url}&w=320`, { headers: { range: "bytes=0-3" } });
  expect([part.status, await part.text()]).toEqual([206, "RIFF"]);
});

test("nothing is made larger: a picture that is no wider is sent itself", async () => {
  const [whole, asked] = await Promise.all(
    [url, `${url}&w=640`].map(async (one) => Buffer.from(await (await fetch(one)).arrayBuffer())),
  );
  expect(asked).toEqual(whole);
});

test.each(["&w=321", "&w=0", "&w=0320", "&w=", "&w=80&w=320", "&w=99999999999999999999", "&W=80"])(
  "no other width is made, nor is the signature read differently: %s",
  async (more) => {
    expect((await fetch(url + more)).status).toBe(404);
  },
);

test("a width opens nothing that the signature does not", async () => {
  const forged = url.replace(/s=.{4}/, "s=AAAA");
  expect((await fetch(`${forged}&w=80`)).status).toBe(404);
  expect((await fetch(url.replace("?", "?w=80&"))).status).toBe(404);
});
