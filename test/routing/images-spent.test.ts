import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { postJson, startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";
import { samplePng } from "../support/pictures.ts";

type Answer = (response: ServerResponse) => void;

const json =
  (status: number, body: unknown): Answer =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
const made = (await samplePng(64, 64)).toString("base64");
const ok = json(200, { created: 1, data: [{ b64_json: made }] });

/** Answers that leave open whether a picture was made and billed. */
const maybeBilled: readonly (readonly [string, Answer])[] = [
  ["502 of a middlebox", (response) => response.writeHead(502).end("<html>")],
  ["500", json(500, { error: { message: "boom" } })],
  ["a reset", (response) => response.socket?.resetAndDestroy()],
  ["an answer without a picture", json(200, { created: 1, data: [] })],
  ["a picture that is none", json(200, { created: 1, data: [{ b64_json: "PGh0bWw+" }] })],
  ["a body that breaks off", (response) => cutShort(response)],
];

/** Answers of a provider that refused before it worked. */
const refused: readonly (readonly [string, Answer])[] = [
  [
    "moderation",
    json(400, {
      error: { message: "no", code: "moderation_blocked", type: "image_generation_user_error" },
    }),
  ],
  ["a caller's mistake", json(400, { error: { message: "bad size", param: "size" } })],
  ["429", json(429, { error: { message: "slow down" } })],
  ["401", json(401, { error: { message: "key" } })],
];

function cutShort(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json", "content-length": 1000 });
  response.write('{"created":1,');
  setImmediate(() => response.destroy());
}

interface World {
  readonly gateway: TestGateway;
  asked(): number;
}

async function worldOf(
  answer: Answer,
  limits: Record<string, number>,
  more: { readonly channel?: object } = {},
): Promise<World> {
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      asked += 1;
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // It listens on TCP, so its address is no path.
  const { port } = server.address() as AddressInfo;
  const gateway = await startTestGateway({
    keys: [{ name: "test", key: testKey, ...limits }],
    channels: [
      {
        id: "a",
        provider: "openai-compatible",
        settings: { base_url: `http://127.0.0.1:${port}/v1` },
        models: ["m"],
        ...more.channel,
      },
    ],
  });
  onTestFinished(() => gateway.close());
  return { gateway, asked: () => asked };
}

const ask = (gateway: TestGateway, prompt: string, n = 1): Promise<Response> =>
  postJson(gateway, "/v1/images/generations", { model: "m", prompt, n });

describe("images a minute count what may have been billed", () => {
  test.each(maybeBilled)("%s", async (_, answer) => {
    const { gateway, asked } = await worldOf(answer, { ipm: 3 });
    const statuses: number[] = [];
    for (let at = 0; at < 6; at += 1) statuses.push((await ask(gateway, `p${at}`)).status);
    expect(asked()).toBe(3);
    expect(statuses.slice(3)).toEqual([429, 429, 429]);
  });

  test("images a day as well", async () => {
    const { gateway, asked } = await worldOf(maybeBilled[1]?.[1] as Answer, { ipd: 2 });
    for (let at = 0; at < 4; at += 1) await ask(gateway, `p${at}`);
    expect(asked()).toBe(2);
  });

  test("of a request of which some were made, all calls that may have been billed", async () => {
    let calls = 0;
    const { gateway } = await worldOf(
      (response) => {
        calls += 1;
        if (calls > 2) response.writeHead(502).end("<html>");
        else ok(response);
      },
      { ipm: 4 },
      // One image a call, so that four are asked for side by side.
      { channel: { models: [{ name: "m", card: { n: 1 } }] } },
    );
    const some = await ask(gateway, "some", 4);
    expect(some.status).toBe(200);
    expect(some.headers.get("x-ratelimit-remaining-images")).toBe("0");
  });
});

describe("images a minute do not count what was refused or never sent", () => {
  test.each(refused)("%s", async (_, answer) => {
    const { gateway } = await worldOf(answer, { ipm: 3 });
    for (let at = 0; at < 6; at += 1) {
      const { headers } = await ask(gateway, `p${at}`);
      expect(headers.get("x-ratelimit-remaining-images")).toBe("3");
    }
  });

  test("a connection that is refused", async () => {
    const { gateway } = await worldOf(
      ok,
      { ipm: 3 },
      {
        channel: { settings: { base_url: "http://127.0.0.1:1/v1" } },
      },
    );
    for (let at = 0; at < 4; at += 1) {
      const { status, headers } = await ask(gateway, `p${at}`);
      expect([status, headers.get("x-ratelimit-remaining-images")]).toEqual([502, "3"]);
    }
  });
});
