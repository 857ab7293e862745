import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chaosTestMsMax, figure } from "../support/chaos.ts";
import {
  type Behaviour,
  type CountingUpstream,
  startCountingUpstream,
} from "../support/counting-upstream.ts";
import { type Fault, type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { findNginx, type Nginx, startNginx } from "../support/nginx.ts";
import { requireForTest, testPython } from "../support/require.ts";
import { curl, nodeSdk, pythonSdk, type RetryingClient } from "./retry-clients.ts";

/**
 * T1, the double-charge matrix (RELIABILITY §9): client → nginx → gateway → fault proxy → counting upstream.
 * The fault strikes a call's first connection upstream; whatever the client then does, nothing may be bought twice.
 */
interface Row {
  readonly name: string;
  readonly behaviour?: Behaviour;
  readonly faults?: readonly Fault[];
  /** Times the upstream is asked; more than once only where it refused. */
  readonly asked: number;
  /** Pictures that it makes; never more than one. */
  readonly made: 0 | 1;
  /** The user gets the picture; else this status and code, once. */
  readonly ends: "image" | { readonly status: number; readonly code: string };
}

const failed = { status: 502, code: "upstream_failed" };
const rows: readonly Row[] = [
  {
    name: "a reset before the body",
    faults: [{ kind: "reset", side: "request", after: "head" }],
    asked: 0,
    made: 0,
    ends: failed,
  },
  {
    name: "a reset after the body",
    faults: [{ kind: "reset", side: "answer", after: 0 }],
    asked: 1,
    made: 1,
    ends: failed,
  },
  { name: "a 500", behaviour: { status: 500 }, asked: 1, made: 0, ends: failed },
  { name: "a 502", behaviour: { status: 502 }, asked: 1, made: 0, ends: failed },
  {
    name: "a 504",
    behaviour: { status: 504 },
    asked: 1,
    made: 0,
    ends: { status: 504, code: "upstream_timeout" },
  },
  // The one refusal among them: it was certainly not made, so the client may and does try again.
  {
    name: "a 429",
    behaviour: { status: 429, headers: { "retry-after": "1" } },
    asked: 2,
    made: 1,
    ends: "image",
  },
  {
    name: "a truncated answer",
    faults: [{ kind: "close", side: "answer", after: 4000 }],
    asked: 1,
    made: 1,
    ends: failed,
  },
  {
    name: "a reset after the 200",
    faults: [{ kind: "reset", side: "answer", after: "head" }],
    asked: 1,
    made: 1,
    ends: failed,
  },
  // nginx gives up after 1 s and the client gets a 504 that is not ours.
  { name: "a silent proxy's cut", behaviour: { delayMs: 1600 }, asked: 1, made: 1, ends: "image" },
];

const clients = ["node", "python", "curl"] as const;
type ClientName = (typeof clients)[number];
const open: Record<ClientName, (python: string) => RetryingClient> = {
  node: nodeSdk,
  python: pythonSdk,
  curl,
};

let upstream: CountingUpstream;
let proxies: Record<ClientName, FaultProxy>;
let gateway: TestGateway;
let nginx: Nginx | undefined;

beforeAll(async () => {
  upstream = await startCountingUpstream();
  proxies = {
    node: await startFaultProxy(upstream.port),
    python: await startFaultProxy(upstream.port),
    curl: await startFaultProxy(upstream.port),
  };
  gateway = await startTestGateway({
    channels: clients.map((name) => ({
      id: name,
      provider: "openai-compatible",
      settings: { base_url: `http://127.0.0.1:${proxies[name].port}/v1`, api_key: "k" },
      models: [`m-${name}`],
    })),
  });
  const binary = findNginx();
  if (binary === undefined) return;
  const upstreams = [Number(new URL(gateway.url).port)];
  nginx = await startNginx(binary, { upstreams, readTimeoutSeconds: 1 });
});
afterAll(async () => {
  await nginx?.stop();
  await gateway.close();
  for (const name of clients) await proxies[name].close();
  await upstream.close();
});

/** One logical call through a row's fault, checked against what the row says. */
async function expectRow(
  row: Row,
  name: ClientName,
  client: RetryingClient,
  turn: number,
  url: string,
): Promise<void> {
  const prompt = `${row.name} for ${name}, ${turn}`;
  const { faults, behaviour } = row;
  // A slow upstream is slow every time; one that fails does so once, so that a second call would be seen to be made.
  const times = behaviour?.delayMs === undefined ? 1 : 3;
  upstream.script(prompt, behaviour === undefined ? [] : Array(times).fill(behaviour));
  proxies[name].use((connection) => (connection === 0 ? (faults ?? []) : []));
  const before = proxies[name].taken();
  const found = await client.call({ url, key: gateway.key, model: `m-${name}`, prompt });
  const tries = proxies[name].taken() - before;
  const seen = { prompt, ...upstream.tally(prompt), found };
  const wanted = { prompt, asked: row.asked, made: row.made };
  if (row.ends === "image") {
    expect(seen).toEqual({ ...wanted, found: { image: upstream.digest(prompt) } });
    return;
  }
  const error = { ...row.ends, shouldRetry: "false" };
  // Neither the gateway nor the client tried again.
  expect({ ...seen, tries }).toEqual({ ...wanted, found: error, tries: 1 });
}

describe.concurrent.each(clients)("%s", (name) => {
  test.concurrent(
    "one logical call buys at most one picture, whatever breaks",
    async (context) => {
      const { url } = requireForTest(context, "nginx", nginx);
      const python = requireForTest(context, "A Python with the openai package", testPython());
      requireForTest(context, "curl", existsSync("/usr/bin/curl") ? true : undefined);
      const client = open[name](python);
      try {
        for (let turn = 0; turn < figure(3, 100); turn += 1) {
          for (const row of rows) await expectRow(row, name, client, turn, url);
        }
      } finally {
        await client.close();
      }
    },
    chaosTestMsMax,
  );
});
