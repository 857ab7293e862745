import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { postJson, startTestGateway, testKey } from "../support/gateway.ts";
import { samplePng } from "../support/pictures.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** The address of an upstream that says it is busy, or makes a picture. */
async function upstream(isBusy: boolean): Promise<string> {
  const picture = (await samplePng(16, 16)).toString("base64");
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(isBusy ? 503 : 200, { "content-type": "application/json" });
      const error = { message: "overloaded", type: "server_error" };
      response.end(JSON.stringify(isBusy ? { error } : { data: [{ b64_json: picture }] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  undo.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/v1`;
}

test("a failover to a dearer target never overshoots: the hold covers the dearest that may be tried", async () => {
  const channel = async (id: string, priority: number, usd: number, isBusy: boolean) => ({
    id,
    provider: "openai-compatible",
    settings: { base_url: await upstream(isBusy) },
    models: [{ name: "painter", price: { per_image_usd: usd } }],
    priority,
  });
  const gateway = await startTestGateway({
    channels: [await channel("cheap", 2, 0.1, true), await channel("dear", 1, 0.4, false)],
    keys: [{ name: "test", key: testKey, budget: { usd: 1, period: "total" } }],
  });
  undo.push(() => gateway.close());
  const calls = Array.from({ length: 12 }, (_, at) =>
    postJson(gateway, "/v1/images/generations", { model: "painter", prompt: `fox ${at}` }),
  );
  const statuses = (await Promise.all(calls)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(2);
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(10);
  const headers = { authorization: `Bearer ${gateway.key}` };
  // The test compares what it uses of it.
  const usage = (await (await fetch(`${gateway.url}/v1/usage`, { headers })).json()) as {
    spent_usd: string;
  };
  expect(Number(usage.spent_usd)).toBeCloseTo(
    0.4 * statuses.filter((status) => status === 200).length,
    9,
  );
  expect(Number(usage.spent_usd)).toBeLessThanOrEqual(1);
});
