import { DatabaseSync } from "node:sqlite";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { chaosTestMsMax } from "../support/chaos.ts";
import { startCountingUpstream } from "../support/counting-upstream.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** Starts a gateway whose model makes a picture a call, for $0.10, in front of a channel with a budget. */
async function start(url: string, folder?: string): Promise<GatewayProcess> {
  const settings = { base_url: url, api_key: "k", images_per_call: 1 };
  const models = [{ name: "m", price: { per_image_usd: 0.1 } }];
  const budget = { usd: 100, period: "total" };
  const gateway = await startGatewayProcess({
    ...(folder === undefined ? {} : { folder }),
    settings: {
      channels: [{ id: "a", provider: "openai-compatible", settings, models, budget }],
    },
  });
  undo.push(async () => {
    gateway.child.kill("SIGKILL");
    await gateway.ended;
  });
  return gateway;
}

test(
  "of a stream that had shown pictures when its gateway was killed, the hold is settled at its bound and marked",
  { timeout: chaosTestMsMax },
  async () => {
    const upstream = await startCountingUpstream();
    undo.push(() => upstream.close());
    const never = new Promise<void>(() => undefined);
    upstream.behave((_prompt, asked) => (asked === 3 ? { until: never } : {}));
    const gateway = await start(upstream.url);
    undo.push(() => rm(gateway.folder, { recursive: true, force: true }));
    const response = await fetch(`${gateway.url}/v1/images/generations`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify({ model: "m", prompt: "a fox", n: 3, stream: true }),
    });
    expect(response.status).toBe(200);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("event: image_generation.completed"))
      text += (await reader?.read())?.value ?? "";
    gateway.child.kill("SIGKILL");
    await gateway.ended;
    await reader?.cancel().catch(() => undefined);
    const next = await start(upstream.url, gateway.folder);
    await next.stop(true);
    const database = new DatabaseSync(join(gateway.folder, "data", "pinhole.db"));
    try {
      const rows = (sql: string): unknown[] => database.prepare(sql).all();
      expect(rows("SELECT state, settled_nano FROM holds")).toEqual([
        { state: "settled", settled_nano: 300_000_000 },
      ]);
      expect(rows("SELECT nano, price, mark, images FROM ledger WHERE book = 'customer'")).toEqual([
        { nano: 300_000_000, price: "unknown", mark: "swept", images: 3 },
      ]);
      expect(
        rows("SELECT spent_nano, reserved_nano FROM budget_counters WHERE scope = 'channel'"),
      ).toEqual([{ spent_nano: 300_000_000, reserved_nano: 0 }]);
    } finally {
      database.close();
    }
  },
);
