import { DatabaseSync } from "node:sqlite";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chaosTestMsMax, figure } from "../support/chaos.ts";
import { type CountingUpstream, startCountingUpstream } from "../support/counting-upstream.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";

/**
 * T3 on the whole gateway: SIGKILL at any moment under load, again and again, on the same data. Every start
 * must succeed, every answer that a client got must still be there, and the books must be whole.
 */
const kills = figure(20, 300);
const workers = 4;
/** A life lasts for so many answers at most, and then for a moment that falls on accepting, calling, storing, answering or settling. */
const answersMax = 8;
const momentMsMax = 100;

let upstream: CountingUpstream;
let folder: string | undefined;

beforeAll(async () => {
  upstream = await startCountingUpstream();
  upstream.behave((_prompt, asked) => ({ delayMs: (asked * 37) % 60 }));
});
afterAll(async () => {
  await upstream.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

function start(): Promise<GatewayProcess> {
  const settings = { base_url: upstream.url, api_key: "k" };
  const model = { name: "m", price: { per_image_usd: 0.04 } };
  return startGatewayProcess({
    ...(folder === undefined ? {} : { folder }),
    settings: {
      channels: [{ id: "a", provider: "openai-compatible", settings, models: [model] }],
    },
  });
}

/** What a client was given: the prompt and where the picture is, without the gateway's address. */
interface Acknowledged {
  readonly prompt: string;
  readonly path: string;
}

/** Calls until the gateway is gone. */
async function load(
  gateway: GatewayProcess,
  worker: string,
  acknowledged: Acknowledged[],
): Promise<void> {
  for (let call = 0; ; call += 1) {
    const prompt = `${worker} ${call}`;
    const answered = await fetch(`${gateway.url}/v1/images/generations`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify({ model: "m", prompt, response_format: "url" }),
    })
      .then(async (answer) => [answer.status, await answer.json()] as const)
      .catch(() => undefined);
    if (answered === undefined) return;
    expect(answered[0]).toBe(200);
    // Our own answer.
    const [picture] = (answered[1] as { data: { url: string }[] }).data;
    const { pathname, search } = new URL(picture?.url ?? "");
    acknowledged.push({ prompt, path: pathname + search });
  }
}

interface Row {
  readonly request: string;
  readonly hold: string;
  readonly cost: number | null;
}

/** Requests that are not what their hold says, and whether the file is whole. Nobody may have it open. */
function booksOf(data: string): { readonly rows: Row[]; readonly integrity: unknown } {
  const database = new DatabaseSync(join(data, "data", "pinhole.db"));
  try {
    const rows = database
      .prepare(
        "select r.state as request, h.state as hold, r.cost_nano as cost from requests r join holds h on h.request_id = r.id",
      )
      .all();
    const integrity = database.prepare("pragma integrity_check").get();
    // Columns as the query names them.
    return { rows: rows as unknown as Row[], integrity: integrity?.["integrity_check"] };
  } finally {
    database.close();
  }
}

test(
  "after any number of kills every start succeeds, every answer given is there, every hold is whole",
  async () => {
    const acknowledged: Acknowledged[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      const gateway = await start();
      folder = gateway.folder;
      const loads = Array.from({ length: workers }, (_, worker) =>
        load(gateway, `${kill}-${worker}`, acknowledged),
      );
      const wanted = acknowledged.length + Math.floor(Math.random() * (answersMax + 1));
      while (acknowledged.length < wanted) await sleep(5);
      await sleep(Math.random() * momentMsMax);
      gateway.child.kill("SIGKILL");
      expect(await gateway.ended).toBe("SIGKILL");
      await Promise.all(loads);
    }
    expect(acknowledged.length).toBeGreaterThan(kills);
    const last = await start();
    for (const { path } of acknowledged) {
      const image = await fetch(last.url + path);
      expect(image.status).toBe(200);
      expect((await image.arrayBuffer()).byteLength).toBeGreaterThan(64 * 64 * 3);
    }
    await last.stop(true);
    const { rows, integrity } = booksOf(last.folder);
    expect(integrity).toBe("ok");
    expect(rows.length).toBeGreaterThanOrEqual(acknowledged.length);
    // What a kill left running was found by the next start.
    const wholes = ["succeeded settled", "failed voided", "lost voided"];
    for (const { request, hold, cost } of rows) {
      expect(wholes).toContain(`${request} ${hold}`);
      if (hold === "settled") expect(cost).toBe(40_000_000);
    }
    // Each of the loop's calls was bought at most once.
    const { asked, made } = upstream.total();
    expect(asked).toBeLessThanOrEqual(rows.length);
    expect(made).toBeLessThanOrEqual(asked);
  },
  chaosTestMsMax,
);
