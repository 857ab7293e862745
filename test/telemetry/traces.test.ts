import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type MockOpenAi, type SeenRequest, startMockOpenAi } from "../support/mock-openai.ts";
import { type Collector, type ReceivedSpan, startCollector } from "./collector.ts";
import { samplesOf, sumOf } from "./exposition.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const parentId = "b7ad6b7169203331";
const price = { per_image_usd: 0.04 };
const metricsToken = "metrics-token-0123456789";

let collector: Collector;
let upstream: MockOpenAi;
let gateway: TestGateway;
const seen: SeenRequest[] = [];

function channel(id: string, more: object = {}): object {
  return {
    id,
    provider: "openai-compatible",
    settings: { base_url: upstream.url, api_key: "upstream-key-0123456789" },
    models: [{ name: "painter", price }, { name: "failing" }],
    ...more,
  };
}

const traceparent = (id: string, flags = "01"): string => `00-${id}-${parentId}-${flags}`;

async function ask(model: string, headers: Record<string, string> = {}, of = gateway) {
  const response = await postJson(
    of,
    "/v1/images/generations",
    { model, prompt: "a heron", response_format: "b64_json" },
    headers,
  );
  await response.text();
  return response;
}

/** The spans of a trace, once its root has come. */
async function spansOf(id: string, from = collector): Promise<ReceivedSpan[]> {
  const own = (): ReceivedSpan[] => from.spans.filter(({ traceId: of }) => of === id);
  await expect
    .poll(() => own().filter(({ name }) => name.startsWith("image ")).length, { timeout: 60_000 })
    .toBe(1);
  // What is written after the answer ends after its root.
  await expect
    .poll(() => own().filter(({ name }) => name === "store outcome").length, { timeout: 60_000 })
    .toBe(1);
  return own();
}

beforeAll(async () => {
  collector = await startCollector();
  upstream = await startMockOpenAi((request) => {
    seen.push(request);
    if (request.json?.["model"] !== "failing") return undefined;
    return { status: 500, body: JSON.stringify({ error: { message: "It broke." } }) };
  });
  gateway = await startTestGateway({
    traces: { endpoint: collector.url, propagate: true, headers: { "X-Team": "art department" } },
    channels: [channel("up")],
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
  await collector.close();
});

describe("a request's trace", () => {
  test("has a span for the request, its steps, attempt, upstream call, picture and records", async () => {
    const response = await ask("painter", { traceparent: traceparent(traceId), tracestate: "a=b" });
    const spans = await spansOf(traceId);
    const named = (name: string): ReceivedSpan => {
      const found = spans.filter((span) => span.name === name);
      expect([name, found.length]).toEqual([name, 1]);
      const [span] = found;
      if (span === undefined) throw new Error("no span");
      return span;
    };
    const root = named("image generation");
    expect(root).toMatchObject({ parentId, kind: 2, status: 0, traceState: "a=b" });
    expect(root.attributes).toMatchObject({
      "pinhole.request_id": response.headers.get("x-request-id"),
      "pinhole.model": "painter",
      "pinhole.n": 1,
      "pinhole.stream": false,
      "pinhole.images": 1,
      "pinhole.cost_usd": 0.04,
      "pinhole.outcome": "succeeded",
    });
    expect(root.resource).toMatchObject({ "service.name": "pinhole" });
    const attempt = named("attempt");
    expect(attempt.attributes).toMatchObject({
      "pinhole.channel": "up",
      "pinhole.upstream_model": "painter",
      "pinhole.attempt": 1,
    });
    const call = named("upstream call");
    expect(call).toMatchObject({ kind: 3, parentId: attempt.spanId });
    expect(call.attributes).toEqual({ "http.response.status_code": 200 });
    for (const name of [
      "read body",
      "wait for channel",
      "store record",
      "picture",
      "attempt",
      "store outcome",
    ])
      expect(named(name).parentId).toBe(root.spanId);
    for (const span of spans) expect(span.endNs).toBeGreaterThanOrEqual(span.startNs);
    expect(call.startNs).toBeGreaterThanOrEqual(attempt.startNs);
    // The upstream is told which span called it.
    const told = seen.at(-1)?.headers;
    expect(told?.["traceparent"]).toBe(`00-${traceId}-${call.spanId}-01`);
    expect(told?.["tracestate"]).toBe("a=b");
  });

  test("says by its error codes what failed", async () => {
    const id = traceId.replace("0af", "0b0");
    expect((await ask("failing", { traceparent: traceparent(id) })).status).toBe(502);
    const spans = await spansOf(id);
    const [root] = spans.filter(({ name }) => name === "image generation");
    expect(root).toMatchObject({ status: 2 });
    expect(root?.attributes).toMatchObject({
      "pinhole.outcome": "failed",
      "error.type": "upstream_failed",
    });
    const [attempt] = spans.filter(({ name }) => name === "attempt");
    expect(attempt?.attributes).toMatchObject({ "pinhole.evidence": "unknown" });
    const [call] = spans.filter(({ name }) => name === "upstream call");
    expect(call?.attributes).toEqual({ "http.response.status_code": 500 });
  });

  test("begins here where the client says nothing that is a trace context", async () => {
    const before = collector.spans.length;
    for (const wrong of [
      `00-${"0".repeat(32)}-${parentId}-01`,
      `00-${traceId}-${"0".repeat(16)}-01`,
      `ff-${traceId}-${parentId}-01`,
      `00-${traceId}-${parentId}-01-more`,
      `00-${traceId.toUpperCase()}-${parentId}-01`,
      "no trace",
    ])
      await ask("painter", { traceparent: wrong });
    const roots = (): ReceivedSpan[] =>
      collector.spans.slice(before).filter(({ name }) => name === "image generation");
    await expect.poll(() => roots().length, { timeout: 60_000 }).toBe(6);
    expect(new Set(roots().map(({ traceId: id }) => id)).size).toBe(6);
    for (const root of roots())
      expect([root.traceId === traceId, root.parentId]).toEqual([false, ""]);
  });

  test("is not made where the client says that it is not sampled, and the upstream hears so", async () => {
    const id = traceId.replace("0af", "0c0");
    const after = traceId.replace("0af", "0d0");
    await ask("painter", { traceparent: traceparent(id, "00") });
    expect(seen.at(-1)?.headers["traceparent"]).toMatch(new RegExp(`^00-${id}-[0-9a-f]{16}-00$`));
    await ask("painter", { traceparent: traceparent(after) });
    await spansOf(after);
    expect(collector.spans.filter(({ traceId: of }) => of === id)).toEqual([]);
  });

  test("goes to /v1/traces as protobuf with the operator's headers", () => {
    for (const { path, headers } of collector.requests) {
      expect(path).toBe("/v1/traces");
      expect(headers["content-type"]).toBe("application/x-protobuf");
      expect(headers["x-team"]).toBe("art department");
    }
  });
});

test("upstreams are told nothing unless that is switched on", async () => {
  const quiet = await startTestGateway({
    traces: { endpoint: collector.url },
    channels: [channel("up")],
  });
  await ask("painter", { traceparent: traceparent(traceId) }, quiet);
  expect(seen.at(-1)?.headers["traceparent"]).toBeUndefined();
  await quiet.close();
});

test("what waits is sent at a stop", async () => {
  const id = traceId.replace("0af", "0e0");
  const short = await startTestGateway({
    traces: { endpoint: collector.url },
    channels: [channel("up")],
  });
  await ask("painter", { traceparent: traceparent(id) }, short);
  await short.close();
  expect(collector.spans.filter(({ traceId: of }) => of === id).length).toBeGreaterThan(5);
});

describe("a collector that is away", () => {
  test.each(["refuses", "hangs", 503, 400] as const)(
    "%s: costs no request anything",
    async (how) => {
      const away = await startCollector();
      if (how === "refuses") await away.close();
      else away.behave(how === "hangs" ? "hang" : how);
      const lone = await startTestGateway({
        traces: { endpoint: away.url },
        metrics: { token: metricsToken },
        channels: [channel("up")],
      });
      for (let index = 0; index < 3; index += 1)
        expect((await ask("painter", {}, lone)).status).toBe(200);
      if (how !== "hangs") {
        const isTold = ({ msg }: Record<string, unknown>): boolean =>
          msg === "the collector of traces takes none";
        await expect.poll(() => lone.log.filter(isTold).length, { timeout: 60_000 }).toBe(1);
      }
      if (how === 400) {
        // What will never be taken is not kept, but counted.
        const dropped = async (): Promise<number> => {
          const headers = { authorization: `Bearer ${metricsToken}` };
          const response = await fetch(`${lone.url}/metrics`, { headers });
          return sumOf(samplesOf(await response.text()), "pinhole_trace_spans_dropped_total");
        };
        await expect.poll(dropped, { timeout: 60_000 }).toBeGreaterThan(5);
      }
      const stoppedAt = performance.now();
      await lone.close();
      expect(performance.now() - stoppedAt).toBeLessThan(9000);
      if (how !== "refuses") await away.close();
    },
    20_000,
  );
});
