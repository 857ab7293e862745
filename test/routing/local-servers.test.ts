import { describe, expect, onTestFinished, test } from "vitest";
import { createHealth } from "../../src/gateway/channels/health.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Execution, type HeldUpstream, startHeldUpstream } from "../support/held-upstream.ts";

/** A model of the operator's own machine, whose failures cost nothing. */
const own = { name: "own", card: { n: 1, failures_billed: false } };

async function held(): Promise<HeldUpstream> {
  const upstream = await startHeldUpstream();
  onTestFinished(() => upstream.close());
  return upstream;
}

async function gatewayOf(urls: readonly string[]): Promise<TestGateway> {
  const gateway = await startTestGateway({
    channels: urls.map((base_url, at) => ({
      id: `server-${at}`,
      provider: "openai-compatible",
      settings: { base_url },
      models: [own],
      priority: -at,
    })),
  });
  onTestFinished(() => gateway.close());
  return gateway;
}

const ask = (gateway: TestGateway): Promise<Response> =>
  postJson(gateway, "/v1/images/generations", { model: "own", prompt: "a fox" });

const deaths: readonly (readonly [string, (execution: Execution) => void])[] = [
  ["killed", (execution) => execution.reset()],
  ["out of memory", (execution) => execution.refuse(500, { error: { message: "boom" } })],
  ["behind a proxy that lost it", (execution) => execution.refuse(502, "<html>")],
];

describe("where the card says that failures are not billed", () => {
  test.each(deaths)("a call whose server is %s goes to the next one", async (_, die) => {
    const [first, second] = [await held(), await held()];
    second.answerAll();
    const gateway = await gatewayOf([first.url, second.url]);
    const answered = ask(gateway);
    die(await first.arrived(0));
    expect((await answered).status).toBe(200);
    expect(second.executions).toHaveLength(1);
  });

  test.each(deaths)(
    "a server that is %s is told of without bills, and the same call may be sent again at once",
    async (_, die) => {
      const server = await held();
      const gateway = await gatewayOf([server.url]);
      const answered = ask(gateway);
      die(await server.arrived(0));
      const failed = await answered;
      expect(failed.status).toBe(502);
      // The error envelope of the contract.
      const { error } = (await failed.json()) as { error: { message: string } };
      expect(error.message).not.toMatch(/bill/);
      expect(error.message).toMatch(/^The upstream .*\.$/);
      server.answerAll();
      expect((await ask(gateway)).status).toBe(200);
    },
  );
});

describe("a channel that fails", () => {
  const coolings = (isUnreachable: boolean): number[] => {
    const untils: number[] = [];
    let now = 1_000_000;
    const health = createHealth(
      now,
      () => 0,
      ({ to, until }) => {
        if (to === "cooling" && until !== undefined) untils.push(until - now);
      },
    );
    const fail = (): void =>
      health.end(health.begin(now), { kind: "failed", why: "x", isUnreachable }, now);
    for (let at = 0; at < 5; at += 1) fail();
    for (let at = 0; at < 12; at += 1) {
      now = health.readyAt(now);
      fail();
    }
    return untils;
  };

  test("to take a connection cools for a second at first, then twice as long each time", () => {
    expect(coolings(true).slice(0, 4)).toEqual([1000, 2000, 4000, 8000]);
    expect(coolings(true).at(-1)).toBe(600_000);
  });

  test("otherwise cools for half a minute at first", () => {
    expect(coolings(false).slice(0, 3)).toEqual([30_000, 60_000, 120_000]);
  });

  test("to take a connection is asked again about a second later", async () => {
    const gateway = await gatewayOf(["http://127.0.0.1:1/v1"]);
    for (let at = 0; at < 5; at += 1) expect((await ask(gateway)).status).toBe(502);
    const headers = { authorization: `Bearer ${gateway.adminToken}` };
    const response = await fetch(`${gateway.url}/admin/v1/health/channels`, { headers });
    // The admin API's own answer.
    const { data } = (await response.json()) as { data: { next_probe: string }[] };
    const probeMs = Date.parse(data[0]?.next_probe ?? "") - Date.now();
    expect(probeMs).toBeLessThanOrEqual(1200);
  });
});
