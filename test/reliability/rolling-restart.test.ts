import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chaosTestMsMax, figure } from "../support/chaos.ts";
import { type CountingUpstream, startCountingUpstream } from "../support/counting-upstream.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { findNginx, type Nginx, startNginx } from "../support/nginx.ts";
import { requireForTest } from "../support/require.ts";

/**
 * T10: two gateways behind nginx under load, restarted one after the other. Scaled: generations of half a
 * second to one; the grace is as short. The clients are the official SDK with its defaults.
 */
const restarts = figure(3, 30);
const callsMin = figure(50, 1000);
const workers = 6;

let upstream: CountingUpstream;
let gateways: GatewayProcess[];
let nginx: Nginx | undefined;

function settings(port: number): Record<string, unknown> {
  return {
    server: { port, shutdown_grace: "300ms" },
    channels: [
      {
        id: "a",
        provider: "openai-compatible",
        settings: { base_url: upstream.url, api_key: "k" },
        models: ["m"],
      },
    ],
  };
}

beforeAll(async () => {
  upstream = await startCountingUpstream();
  upstream.behave((_prompt, asked) => ({ delayMs: 500 + ((asked * 137) % 500) }));
  gateways = await Promise.all(
    [0, 0].map((port) => startGatewayProcess({ settings: settings(port) })),
  );
  const binary = findNginx();
  if (binary === undefined) return;
  nginx = await startNginx(binary, { upstreams: gateways.map(portOf), nextUpstream: "error" });
});
afterAll(async () => {
  await nginx?.stop();
  for (const gateway of gateways) await gateway.stop();
  await upstream.close();
});

function portOf(gateway: GatewayProcess): number {
  return Number(new URL(gateway.url).port);
}

/** Ends a gateway as a service manager does, and starts another on its port and data. */
async function restart(index: number): Promise<void> {
  const old = gateways[index];
  if (old === undefined) throw new Error(`there is no gateway ${index}`);
  await old.stop(true);
  expect(await old.ended).toBe(0);
  const { folder } = old;
  gateways[index] = await startGatewayProcess({ folder, settings: settings(portOf(old)) });
}

test(
  "a rolling restart under load loses nothing and buys nothing twice",
  async (context) => {
    const { url } = requireForTest(context, "nginx", nginx);
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: gateways[0]?.key });
    let rolling = true;
    let calls = 0;
    const pictures = new Set<string>();
    const work = async (): Promise<void> => {
      while (rolling || calls < callsMin) {
        calls += 1;
        const prompt = `call ${calls}`;
        const answer = await client.images.generate({
          model: "m",
          prompt,
          response_format: "b64_json",
        });
        pictures.add(answer.data?.[0]?.b64_json ?? "");
        expect(upstream.tally(prompt)).toEqual({ asked: 1, made: 1 });
      }
    };
    const load = Array.from({ length: workers }, work);
    for (let count = 0; count < restarts; count += 1) await restart(count % gateways.length);
    rolling = false;
    await Promise.all(load);
    expect(calls).toBeGreaterThanOrEqual(callsMin);
    expect(pictures.size).toBe(calls);
    expect(upstream.total()).toEqual({ asked: calls, made: calls });
  },
  chaosTestMsMax,
);
