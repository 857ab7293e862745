import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { postJson, startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";
import { type HeldUpstream, startHeldUpstream } from "../support/held-upstream.ts";

const dayMs = 86_400_000;
const realNow = Date.now.bind(Date);

/** Sets the clock of the day, as an operator or a time server may; time itself goes on. */
function setClock(byMs: number): void {
  vi.spyOn(Date, "now").mockImplementation(() => realNow() + byMs);
}

afterEach(() => {
  vi.restoreAllMocks();
});

async function world(
  limits: Record<string, number> = {},
  channel: Record<string, unknown> = {},
): Promise<{ readonly gateway: TestGateway; readonly upstream: HeldUpstream }> {
  const upstream = await startHeldUpstream();
  onTestFinished(() => upstream.close());
  const gateway = await startTestGateway({
    keys: [{ name: "test", key: testKey, ...limits }],
    channels: [
      {
        id: "a",
        provider: "openai-compatible",
        settings: { base_url: upstream.url },
        models: ["m"],
        ...channel,
      },
    ],
  });
  onTestFinished(async () => {
    upstream.answerAll();
    await gateway.close();
  });
  return { gateway, upstream };
}

let prompts = 0;
const ask = (gateway: TestGateway): Promise<Response> =>
  postJson(gateway, "/v1/images/generations", { model: "m", prompt: `fox ${(prompts += 1)}` });

async function healthOf(gateway: TestGateway): Promise<Record<string, unknown> | undefined> {
  const response = await fetch(`${gateway.url}/admin/v1/health/channels`, {
    headers: { authorization: `Bearer ${gateway.adminToken}` },
  });
  // The admin API's own answer.
  return ((await response.json()) as { data: Record<string, unknown>[] }).data[0];
}

describe.each([
  ["back a day", -dayMs],
  ["forward a day", dayMs],
])("a clock that is set %s", (_, byMs) => {
  test("neither lengthens nor ends a cooling, and tells its end in the new time", async () => {
    const { gateway, upstream } = await world();
    const refused = ask(gateway);
    (await upstream.arrived(0)).refuse(503, { error: { message: "busy" } });
    await refused;
    setClock(byMs);
    const health = await healthOf(gateway);
    expect(health?.["state"]).toBe("cooling");
    const probeMs = Date.parse(String(health?.["next_probe"])) - Date.now();
    expect(probeMs).toBeGreaterThan(20_000);
    expect(probeMs).toBeLessThanOrEqual(36_000);
  });

  test("neither lengthens nor empties the window of a key", async () => {
    const { gateway, upstream } = await world({ rpm: 1 });
    upstream.answerAll();
    expect((await ask(gateway)).status).toBe(200);
    setClock(byMs);
    const refused = await ask(gateway);
    expect(refused.status).toBe(429);
    const wait = Number(refused.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(40);
    expect(wait).toBeLessThanOrEqual(61);
  });

  test("neither lengthens nor empties the window of a channel", async () => {
    const { gateway, upstream } = await world({}, { limits: { rpm: 1 } });
    upstream.answerAll();
    expect((await ask(gateway)).status).toBe(200);
    setClock(byMs);
    const refused = await ask(gateway);
    expect(refused.status).toBe(503);
    const wait = Number(refused.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(40);
    expect(wait).toBeLessThanOrEqual(61);
  });

  test("takes no time from a request under way", async () => {
    const { gateway, upstream } = await world();
    const answered = ask(gateway);
    const execution = await upstream.arrived(0);
    setClock(byMs);
    execution.answer();
    expect((await answered).status).toBe(200);
    const next = ask(gateway);
    (await upstream.arrived(1)).answer();
    expect((await next).status).toBe(200);
  });
});
