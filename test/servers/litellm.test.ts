import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import OpenAI from "openai";
import { expect, test, type TestContext } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { factsOf, leftHalfMask, samplePng } from "../support/pictures.ts";
import { requireForTest, testLiteLlmPython } from "../support/require.ts";
import { startProcess } from "./server-process.ts";

const pythonFor = (context: TestContext): string =>
  requireForTest(context, "A Python with LiteLLM (PINHOLE_TEST_LITELLM)", testLiteLlmPython());

async function inputsIn(gateway: TestGateway): Promise<readonly [string, string]> {
  const [image, mask] = [join(gateway.folder, "in.png"), join(gateway.folder, "mask.png")];
  await writeFile(image, await samplePng(96, 64));
  await writeFile(mask, await leftHalfMask(96, 64));
  return [image, mask];
}

test("LiteLLM as a library generates, edits through a mask and tells a missing model", async (context) => {
  const python = pythonFor(context);
  const gateway = await startTestGateway({ aliases: { "dall-e-2": ["sandbox-fast"] } });
  try {
    const script = join(import.meta.dirname, "litellm-sdk.py");
    const inputs = await inputsIn(gateway);
    const { stdout } = await promisify(execFile)(python, [
      script,
      gateway.url,
      gateway.key,
      ...inputs,
    ]);
    const found = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
    expect(found).toMatchObject({
      generate: [
        [256, 256],
        [256, 256],
      ],
      edit: [[96, 64]],
      missing: ["NotFoundError", 404],
    });
    expect(found["url"]).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/i\//);
  } finally {
    await gateway.close();
  }
});

test("LiteLLM's proxy in front of the gateway, and behind it", async (context) => {
  const python = pythonFor(context);
  const gateway = await startTestGateway();
  const config = join(gateway.folder, "litellm.yaml");
  await writeFile(
    config,
    JSON.stringify({
      model_list: [
        {
          model_name: "fox-painter",
          litellm_params: {
            model: "openai/sandbox-fast",
            api_base: `${gateway.url}/v1`,
            api_key: gateway.key,
          },
          model_info: { mode: "image_generation" },
        },
      ],
      // It refuses response_format on names that it does not know; so told, it leaves the field out.
      litellm_settings: { telemetry: false, drop_params: true },
    }),
  );
  const masterKey = "sk-litellm-0123456789";
  const proxy = await startProcess({
    command: join(python, "..", "litellm"),
    args: (port) => ["--config", config, "--port", port, "--host", "127.0.0.1"],
    env: { LITELLM_MASTER_KEY: masterKey, LITELLM_LOCAL_MODEL_COST_MAP: "True" },
    path: "/health/liveliness",
  });
  // A second gateway whose upstream is the proxy: pictures go through Pinhole, LiteLLM, Pinhole.
  const outer = await startTestGateway({
    // The links that come back lead to the gateway behind the proxy, on a private address.
    egress: {
      allow_private: {
        cidrs: ["127.0.0.0/8"],
        ports: [Number(new URL(gateway.url).port)],
        http: true,
      },
    },
    channels: [
      {
        id: "litellm",
        provider: "openai-compatible",
        settings: { base_url: `${proxy.url}/v1`, api_key: masterKey },
        models: ["fox-painter"],
      },
    ],
  });
  try {
    const asked = { model: "fox-painter", prompt: "a fox", size: "256x256" } as const;
    for (const [baseURL, apiKey] of [
      [`${proxy.url}/v1`, masterKey],
      [`${outer.url}/v1`, outer.key],
    ] as const) {
      const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
      const answer = await client.images.generate({ ...asked, response_format: "url" });
      const bytes = Buffer.from(await (await fetch(answer.data?.[0]?.url ?? "")).arrayBuffer());
      expect(await factsOf(bytes)).toEqual({ format: "png", width: 256, height: 256 });
    }
  } finally {
    await outer.close();
    await proxy.kill();
    await gateway.close();
  }
});
