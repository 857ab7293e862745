import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CountingUpstream, startCountingUpstream } from "../support/counting-upstream.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";

let upstream: CountingUpstream;
let gateway: GatewayProcess | undefined;

beforeEach(async () => {
  upstream = await startCountingUpstream();
});
afterEach(async () => {
  gateway?.child.kill("SIGKILL");
  await gateway?.stop();
  gateway = undefined;
  await upstream.close();
});

async function start(server: object, timeout?: object): Promise<GatewayProcess> {
  const settings = { base_url: upstream.url, api_key: "k" };
  gateway = await startGatewayProcess({
    settings: {
      server,
      channels: [{ id: "a", provider: "openai-compatible", settings, models: ["m"], timeout }],
    },
  });
  return gateway;
}

interface Answer {
  readonly status: number;
  readonly connection: string | undefined;
  readonly body: string;
}

/** One call, over the agent's kept connection where one is given. */
async function call(
  { url, key }: GatewayProcess,
  path: string,
  body?: object,
  agent?: Agent,
): Promise<Answer> {
  const sent = httpRequest(url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(agent === undefined ? {} : { agent }),
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (response) => {
      const { statusCode, headers } = response;
      text(response).then(
        (read) => resolve({ status: statusCode ?? 0, connection: headers.connection, body: read }),
        reject,
      );
    });
  });
}

const image = (prompt: string): object => ({ model: "m", prompt, response_format: "b64_json" });

test("SIGTERM: not ready, still taking requests, each told to go; what runs finishes; then the end", async () => {
  const running = await start({ shutdown_grace: "3s" });
  const gate = Promise.withResolvers<void>();
  upstream.behave((prompt) => (prompt === "long" ? { until: gate.promise } : {}));
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  expect((await call(running, "/v1/models", undefined, kept)).connection).toBe("keep-alive");
  // Connections that nobody uses hold nothing up.
  const idle = connect({ port: Number(new URL(running.url).port), host: "127.0.0.1" });
  idle.on("error", () => undefined);
  const long = call(running, "/v1/images/generations", image("long"));
  await expect.poll(() => upstream.tally("long").asked).toBe(1);
  running.child.kill("SIGTERM");
  await expect
    .poll(async () => call(running, "/health/ready"))
    .toMatchObject({ status: 503, connection: "close" });
  expect((await call(running, "/health/live")).status).toBe(200);
  const late = await call(running, "/v1/images/generations", image("late"), kept);
  expect(late).toMatchObject({ status: 200, connection: "close" });
  // Longer than the grace: nothing new is taken, what runs goes on.
  await expect
    .poll(async () => call(running, "/health/live").catch(() => "refused"), { timeout: 60_000 })
    .toBe("refused");
  gate.resolve();
  expect(await long).toMatchObject({ status: 200, connection: "close" });
  expect(await running.ended).toBe(0);
  expect(upstream.total()).toEqual({ asked: 2, made: 2 });
  idle.destroy();
  kept.destroy();
});

test("a second signal ends at once", async () => {
  const running = await start({ shutdown_grace: "5m" });
  const never = Promise.withResolvers<void>();
  upstream.behave(() => ({ until: never.promise }));
  const cut = call(running, "/v1/images/generations", image("x")).catch(() => "cut");
  await expect.poll(() => upstream.total().asked).toBe(1);
  running.child.kill("SIGTERM");
  await expect.poll(() => running.output()).toContain("a second signal ends at once");
  // Another one: the same one at once would be the echo of a terminal.
  running.child.kill("SIGINT");
  expect(await running.ended).toBe(1);
  expect(await cut).toBe("cut");
  never.resolve();
});

test("what an idle or slow connection leaves behind does not keep the process", async () => {
  const running = await start({});
  const slow = connect({ port: Number(new URL(running.url).port), host: "127.0.0.1" });
  slow.on("error", () => undefined);
  slow.write("GET /v1/models HTTP/1.1\r\nx-slow: ");
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  await call(running, "/health/live", undefined, kept);
  running.child.kill("SIGTERM");
  expect(await running.ended).toBe(0);
  slow.destroy();
  kept.destroy();
});
