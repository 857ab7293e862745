import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CountingUpstream, startCountingUpstream } from "../support/counting-upstream.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { testKey } from "../support/gateway.ts";

/** At the same time, as many as are let in. */
const clients = 400;

let upstream: CountingUpstream;
let gateway: GatewayProcess;

beforeAll(async () => {
  upstream = await startCountingUpstream();
  const settings = { base_url: upstream.url, api_key: "k" };
  gateway = await startGatewayProcess({
    settings: {
      admission: { requests_max: clients, event_loop_delay_max: "1m" },
      channels: [{ id: "a", provider: "openai-compatible", settings, models: ["m"] }],
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});

const connected = (): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port: Number(new URL(gateway.url).port), host: "127.0.0.1" });
    socket.once("connect", () => resolve(socket)).once("error", reject);
  });

test("clients that reset their connection behind the request hold nothing for good", async () => {
  const body = JSON.stringify({ model: "m", prompt: "gone" });
  const head = `POST /v1/images/generations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${testKey}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  for (let round = 0; round < 4; round += 1) {
    const sockets = await Promise.all(Array.from({ length: clients }, connected));
    for (const socket of sockets) socket.on("error", () => undefined).write(head + body);
    setImmediate(() => {
      for (const socket of sockets) socket.resetAndDestroy();
    });
    await Promise.all(
      sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve))),
    );
  }
  const gate = Promise.withResolvers<void>();
  upstream.behave((prompt) => (prompt === "stays" ? { until: gate.promise } : {}));
  let asking = true;
  /** Comes again as it is told to: what was begun for those who have gone may still be at work. */
  const ask = async (): Promise<number> => {
    for (;;) {
      const answer = await fetch(`${gateway.url}/v1/images/generations`, {
        method: "POST",
        headers: { authorization: `Bearer ${testKey}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "m", prompt: "stays" }),
      });
      await answer.arrayBuffer();
      if (answer.status !== 503 || !asking) return answer.status;
      await sleep(100);
    }
  };
  const answers = Array.from({ length: clients }, ask);
  try {
    await expect.poll(() => upstream.tally("stays").asked, { timeout: 30_000 }).toBe(clients);
  } finally {
    asking = false;
    gate.resolve();
  }
  expect(new Set(await Promise.all(answers))).toEqual(new Set([200]));
});
