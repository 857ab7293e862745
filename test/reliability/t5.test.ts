import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chaosTestMsMax } from "../support/chaos.ts";
import { type CountingUpstream, startCountingUpstream } from "../support/counting-upstream.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { findNginx, type Nginx, startNginx } from "../support/nginx.ts";
import { requireForTest } from "../support/require.ts";

/**
 * T5: an nginx that gives up after a second of silence, and generations of two and a half (the figures of
 * RELIABILITY halved). The official SDK gets its picture on each of the three ways, and it is made once.
 */
const readTimeoutSeconds = 1;
const generationMs = 2500;

let upstream: CountingUpstream;
let gateways: { readonly plain: TestGateway; readonly interim: TestGateway };

beforeAll(async () => {
  upstream = await startCountingUpstream();
  upstream.behave(() => ({ delayMs: generationMs }));
  const start = (server: object): Promise<TestGateway> =>
    startTestGateway({
      server: { heartbeat: "500ms", ...server },
      channels: [
        {
          id: "a",
          provider: "openai-compatible",
          settings: { base_url: upstream.url, api_key: "k" },
          models: ["m"],
        },
      ],
    });
  gateways = { plain: await start({}), interim: await start({ interim_102: true }) };
});
afterAll(async () => {
  await gateways.plain.close();
  await gateways.interim.close();
  await upstream.close();
});

/** Runs a call through an nginx of its own before the gateway. */
async function throughNginx(
  binary: string,
  gateway: TestGateway,
  call: (client: OpenAI) => Promise<void>,
): Promise<void> {
  const upstreams = [Number(new URL(gateway.url).port)];
  const nginx: Nginx = await startNginx(binary, { upstreams, readTimeoutSeconds });
  try {
    await call(new OpenAI({ baseURL: `${nginx.url}/v1`, apiKey: gateway.key }));
  } finally {
    await nginx.stop();
  }
}

const once = { asked: 1, made: 1 };

test(
  "a stream's comments keep the connection",
  async (context) => {
    const binary = requireForTest(context, "nginx", findNginx());
    await throughNginx(binary, gateways.plain, async (client) => {
      const stream = await client.images.generate(
        { model: "m", prompt: "stream", stream: true },
        { maxRetries: 0 },
      );
      const types: string[] = [];
      for await (const event of stream) types.push(event.type);
      expect(types).toEqual(["image_generation.completed"]);
      expect(upstream.tally("stream")).toEqual(once);
    });
  },
  chaosTestMsMax,
);

test(
  "102 interim answers keep the connection",
  async (context) => {
    const binary = requireForTest(context, "nginx", findNginx());
    await throughNginx(binary, gateways.interim, async (client) => {
      const wanted = { model: "m", prompt: "interim", response_format: "b64_json" as const };
      const answer = await client.images.generate(wanted, { maxRetries: 0 });
      expect(answer.data).toHaveLength(1);
      expect(upstream.tally("interim")).toEqual(once);
    });
  },
  chaosTestMsMax,
);

test(
  "without either, nginx cuts the call, and the SDK's retries claim what it began",
  async (context) => {
    const binary = requireForTest(context, "nginx", findNginx());
    await throughNginx(binary, gateways.plain, async (client) => {
      const wanted = { model: "m", prompt: "claim", response_format: "b64_json" as const };
      await expect(
        client.images.generate({ ...wanted, prompt: "cut" }, { maxRetries: 0 }),
      ).rejects.toMatchObject({ status: 504 });
      const answer = await client.images.generate(wanted);
      expect(answer.data).toHaveLength(1);
      expect(upstream.tally("claim")).toEqual(once);
    });
  },
  chaosTestMsMax,
);
