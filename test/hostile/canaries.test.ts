import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Collector, startCollector } from "../telemetry/collector.ts";
import { type MockOpenAi, type SeenRequest, startMockOpenAi } from "../support/mock-openai.ts";
import { waitFor } from "../support/wait-for.ts";

const gatewayKey = "canary-gateway-key-7f3a91";
/** None looks like a credential, so that only knowing it can hide it. */
const secrets = {
  key: "canaryproviderkeyquartz91",
  header: "canary header value zebra 17",
  gatewayKey,
  adminToken: "test-admin-token-0123456789",
  metricsToken: "canary-metrics-token-osprey-44",
  collectorKey: "canary collector key 2209",
};
const prompt = "canary-prompt-heron-5512";
const statuses = [400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 451, 500, 502, 503, 504, 529];

let upstream: MockOpenAi;
let collector: Collector;
let gateway: TestGateway;
const answers: string[] = [];

/** Everything the upstream was told and more, as careless upstreams say it back. */
function echo({ headers, json }: SeenRequest): string {
  const all = Object.entries(headers)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join("; ");
  const key = String(headers.authorization).replace("Bearer ", "");
  const forms = [key, Buffer.from(key).toString("base64"), encodeURIComponent(secrets.header)];
  return `Bad request ${String(json?.["model"])} from ${all} at ${upstream.url}/images with ${forms.join(" and ")}`;
}

beforeAll(async () => {
  collector = await startCollector();
  upstream = await startMockOpenAi((request) => {
    const kind = String(request.json?.["model"]);
    const message = echo(request);
    const headers = { "x-echo": secrets.key, "set-cookie": `k=${secrets.key}` };
    if (kind === "garbage") return { status: 200, headers, body: message };
    if (kind === "empty") return { status: 200, headers, body: JSON.stringify({ message }) };
    if (kind === "picture")
      return { status: 200, headers, body: JSON.stringify({ data: [{ b64_json: message }] }) };
    const body = JSON.stringify({
      error: { message, type: message, code: message, param: message },
    });
    return { status: Number(kind), headers, body };
  });
  gateway = await startTestGateway({
    keys: [{ name: "canary", key: gatewayKey }],
    metrics: { token: secrets.metricsToken },
    traces: {
      endpoint: collector.url,
      headers: { "X-Key": secrets.collectorKey },
      propagate: true,
    },
    channels: [
      {
        id: "up",
        provider: "openai-compatible",
        settings: {
          base_url: upstream.url,
          api_key: secrets.key,
          headers: { "X-Other-Key": secrets.header },
        },
        models: [...statuses.map(String), "garbage", "empty", "picture"],
      },
      {
        id: "dead",
        provider: "openai-compatible",
        settings: { base_url: "http://127.0.0.1:9/v1", api_key: secrets.key },
        models: ["dead"],
      },
    ],
  });
  const own = { ...gateway, key: gatewayKey };
  for (const model of [...statuses.map(String), "garbage", "empty", "picture", "dead", "unknown"]) {
    for (const stream of [false, true]) {
      const asked = { model, prompt, size: "64x64", stream };
      // A client's own words about its trace are words of a stranger as well.
      const tracing = { traceparent: prompt, tracestate: `a=${gatewayKey}` };
      const response = await postJson(own, "/v1/images/generations", asked, tracing);
      answers.push(`${JSON.stringify([...response.headers])} ${await response.text()}`);
    }
  }
  // Faults of the gateway's own doors, with keys in the wrong places.
  for (const [path, authorization] of [
    [`/v1/models?key=${gatewayKey}`, `Bearer ${gatewayKey}`],
    [`/metrics?token=${secrets.metricsToken}`, `Bearer ${gatewayKey}`],
    [`/admin/v1/requests?token=${secrets.adminToken}`, `Bearer ${gatewayKey}`],
    ["/v1/models", `Bearer ${secrets.adminToken}`],
    ["/v1/models", `Basic ${gatewayKey}`],
  ] as const) {
    const response = await fetch(gateway.url + path, { headers: { authorization } });
    answers.push(await response.text());
  }
  const broken = await postJson(
    own,
    "/v1/images/generations",
    `{"prompt":"${prompt}","x":${gatewayKey}}`,
  );
  answers.push(await broken.text());
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
  await collector.close();
});

/** The secrets in a text, in every form in which they travel. */
function found(text: string): string[] {
  return Object.entries(secrets)
    .filter(([, secret]) =>
      [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret)].some((form) =>
        text.includes(form),
      ),
    )
    .map(([name]) => name);
}

async function adminText(path: string): Promise<string> {
  const headers = { authorization: `Bearer ${gateway.adminToken}` };
  return (await fetch(gateway.url + path, { headers })).text();
}

describe("secrets are nowhere", () => {
  test("in answers, nor the upstream's address", () => {
    expect(answers.length).toBeGreaterThan(40);
    for (const answer of answers) {
      expect({ answer, found: found(answer) }).toEqual({ answer, found: [] });
      expect(answer).not.toContain(new URL(upstream.url).host);
      expect(answer).not.toContain("x-echo");
    }
  });

  test("in the log, nor prompts", async () => {
    // Attempts are logged when they end, which may be after the answer.
    await waitFor(() => expect(gateway.log.length).toBeGreaterThan(40));
    for (const line of gateway.log) {
      const text = JSON.stringify(line);
      expect({ text, found: found(text) }).toEqual({ text, found: [] });
      expect(text).not.toContain(prompt);
    }
  });

  test("in records, keys and channels as an administrator reads them", async () => {
    for (const path of [
      "/admin/v1/requests",
      "/admin/v1/keys",
      "/admin/v1/channels",
      "/admin/v1/health/channels",
    ]) {
      const text = await adminText(path);
      expect(text.length).toBeGreaterThan(10);
      expect({ path, found: found(text) }).toEqual({ path, found: [] });
    }
    const { data } = JSON.parse(await adminText("/admin/v1/requests")) as {
      data: { id: string }[];
    };
    expect(data.length).toBeGreaterThan(20);
    for (const { id } of data)
      expect(found(await adminText(`/admin/v1/requests/${id}`))).toEqual([]);
  });

  test("in metrics, nor prompts, nor models that clients made up", async () => {
    const headers = { authorization: `Bearer ${secrets.metricsToken}` };
    const text = await (await fetch(`${gateway.url}/metrics`, { headers })).text();
    expect(text).toContain('pinhole_attempts_total{channel="up"');
    expect(found(text)).toEqual([]);
    expect(text).not.toContain(prompt);
    expect(text).not.toContain('model="unknown"');
    expect(text).not.toContain(upstream.url);
  });

  test("in traces, nor prompts, nor the upstream's address", async () => {
    const isWhole = (): boolean =>
      collector.spans.filter(({ name }) => name === "image generation").length >= 40;
    await waitFor(() => expect(isWhole()).toBe(true));
    const text = collector.bytes().toString("latin1");
    expect(text).toContain("upstream_credentials");
    expect(found(text)).toEqual([]);
    expect(text).not.toContain(prompt);
    expect(text).not.toContain(new URL(upstream.url).host);
    expect(text).not.toContain("generations");
  });

  test("in the data folder", async () => {
    const folder = join(gateway.folder, "data");
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(0);
    for (const { parentPath, name } of files) {
      const text = (await readFile(join(parentPath, name))).toString("latin1");
      expect({ name, found: found(text) }).toEqual({ name, found: [] });
    }
  });
});
