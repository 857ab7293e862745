import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CountingUpstream, startCountingUpstream } from "../support/counting-upstream.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Sample, samplesOf, sumOf } from "./exposition.ts";

const token = "metrics-token-0123456789";
const price = { per_image_usd: 0.04 };

let upstream: CountingUpstream;
let gateway: TestGateway;
let own = "";

/** The addresses of pages of metrics that a gateway has logged. */
const ownAddress = ({ log }: TestGateway): string =>
  log
    .map(({ msg }) => /metrics are at (http:\S+)/.exec(String(msg))?.[1])
    .find((found) => found !== undefined) ?? "";

async function read(url = own, bearer: string | undefined = token): Promise<Response> {
  const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  return fetch(url, { headers });
}

async function samples(): Promise<Sample[]> {
  return samplesOf(await (await read()).text());
}

/** A request by its prompt, which the upstream's script goes by; the status of its answer. */
async function ask(prompt: string, fields: object = {}): Promise<number> {
  const asked = { model: "painter", prompt, response_format: "b64_json", ...fields };
  const response = await postJson(gateway, "/v1/images/generations", asked);
  await response.text();
  return response.status;
}

beforeAll(async () => {
  upstream = await startCountingUpstream();
  const settings = { base_url: upstream.url, api_key: "upstream-key-0123456789" };
  gateway = await startTestGateway({
    metrics: { token, listen: "127.0.0.1:0" },
    channels: [
      {
        id: "first",
        provider: "openai-compatible",
        settings,
        models: [{ name: "painter", price }],
        priority: 10,
      },
      {
        id: "second",
        provider: "openai-compatible",
        settings,
        models: [{ name: "painter", price }],
      },
    ],
  });
  own = ownAddress(gateway);
  upstream.script("refused once", [{ status: 503 }, {}]);
  upstream.behave((prompt) => (prompt === "lost" ? { status: 500 } : {}));
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

describe("GET /metrics", () => {
  test("asks for its token on both addresses, and takes no other", async () => {
    for (const url of [own, `${gateway.url}/metrics`]) {
      expect((await read(url)).status).toBe(200);
      for (const wrong of [undefined, "", `${token}x`, gateway.key, gateway.adminToken]) {
        const response = await fetch(url, {
          headers: wrong === undefined ? {} : { authorization: `Bearer ${wrong}` },
        });
        expect([response.status, response.headers.get("www-authenticate")]).toEqual([
          401,
          "Bearer",
        ]);
        expect(await response.text()).not.toContain("pinhole_");
      }
    }
  });

  test("is the only thing at its own address", async () => {
    const at = new URL(own).origin;
    for (const path of ["/", "/v1/models", "/health/live", "/admin/v1/keys"])
      expect((await fetch(at + path)).status).toBe(404);
    expect((await fetch(own, { method: "POST" })).status).toBe(405);
  });

  test("is nowhere unless asked for", async () => {
    const plain = await startTestGateway();
    expect((await read(`${plain.url}/metrics`)).status).toBe(404);
    expect(ownAddress(plain)).toBe("");
    await plain.close();
  });

  test("on its own address alone needs no token where none is set", async () => {
    const open = await startTestGateway({ metrics: { listen: "127.0.0.1:0" } });
    const response = await fetch(ownAddress(open));
    expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0.0.4/);
    expect(sumOf(samplesOf(await response.text()), "pinhole_build_info")).toBe(1);
    expect((await fetch(`${open.url}/metrics`)).status).toBe(404);
    await open.close();
  });

  test("an address that is taken is told in one line that names the setting", async () => {
    const { port } = new URL(own);
    const settings = { metrics: { listen: `127.0.0.1:${port}` } };
    await expect(startTestGateway(settings)).rejects.toThrow(
      `port ${port} on 127.0.0.1 is in use; stop the other program or choose another with metrics.listen`,
    );
  });
});

describe("the figures", () => {
  test("are those of what happened", async () => {
    const before = await samples();
    const grown = (after: readonly Sample[], name: string, labels = {}): number =>
      sumOf(after, name, labels) - sumOf(before, name, labels);
    expect(await ask("good")).toBe(200);
    expect(await ask("good twice", { n: 2, response_format: "url" })).toBe(200);
    expect(await ask("refused once")).toBe(200);
    expect(await ask("lost")).toBe(502);
    expect(await ask("unknown", { model: "nobody's" })).toBe(404);
    expect(await ask("bad", { n: "many" })).toBe(400);
    // The outcome of a failure is written after its answer.
    await expect.poll(async () => sumOf(await samples(), "pinhole_holds_open")).toBe(0);
    const after = await samples();
    const requests = (labels: object): number => grown(after, "pinhole_requests_total", labels);
    expect(requests({ outcome: "succeeded", model: "painter" })).toBe(2);
    // That upstream makes one picture a call, whatever it is asked.
    expect(requests({ outcome: "partial", model: "painter" })).toBe(1);
    expect(requests({ outcome: "failed", model: "painter" })).toBe(1);
    expect(requests({ outcome: "refused", model: "other" })).toBe(2);
    const errors = (code: string): number => grown(after, "pinhole_request_errors_total", { code });
    expect(errors("upstream_failed")).toBe(1);
    expect(errors("model_not_found")).toBe(1);
    expect(errors("invalid_value")).toBe(1);
    expect(grown(after, "pinhole_images_total", { model: "painter" })).toBe(3);
    const attempts = (evidence: string): number =>
      grown(after, "pinhole_attempts_total", { evidence });
    expect([attempts("succeeded"), attempts("refused"), attempts("unknown")]).toEqual([3, 1, 1]);
    expect(grown(after, "pinhole_spend_usd_total", { book: "customer" })).toBeCloseTo(0.12);
    // What a failure cost is not known.
    expect(grown(after, "pinhole_spend_unknown_total", { book: "provider" })).toBeGreaterThan(0);
    expect(grown(after, "pinhole_holds_total", { end: "settled" })).toBe(3);
    expect(grown(after, "pinhole_holds_total", { end: "voided" })).toBe(1);
    expect(sumOf(after, "pinhole_requests_in_flight")).toBe(0);
    expect(grown(after, "pinhole_request_duration_seconds_count")).toBe(3);
    const steps = (step: string): number =>
      grown(after, "pinhole_request_step_seconds_count", { step });
    expect([steps("wait"), steps("record"), steps("upstream")]).toEqual([4, 4, 3]);
    expect([steps("read"), steps("picture"), steps("settle"), steps("send")]).toEqual([5, 3, 4, 3]);
    expect(
      grown(after, "pinhole_image_store_seconds_count", { action: "put" }),
    ).toBeGreaterThanOrEqual(1);
    expect(grown(after, "pinhole_image_store_written_bytes_total")).toBeGreaterThan(100);
    expect(grown(after, "pinhole_database_run_seconds_count", { kind: "write" })).toBeGreaterThan(
      5,
    );
    expect(grown(after, "pinhole_database_run_seconds_sum")).toBeGreaterThan(0);
    expect(grown(after, "pinhole_database_commits_total")).toBeGreaterThan(5);
    const answered = { route: "/v1/images/generations", status: "2xx" };
    expect(grown(after, "pinhole_http_responses_total", answered)).toBe(3);
  });

  test("show what is under way: requests, holds, channels", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    upstream.script("held", [{ until: promise }]);
    const asking = ask("held");
    await expect.poll(async () => sumOf(await samples(), "pinhole_channel_in_flight")).toBe(1);
    const now = await samples();
    expect(sumOf(now, "pinhole_requests_in_flight")).toBe(1);
    expect(sumOf(now, "pinhole_holds_open")).toBe(1);
    expect(sumOf(now, "pinhole_holds_open_usd")).toBeCloseTo(0.04);
    resolve();
    expect(await asking).toBe(200);
    expect(sumOf(now, "pinhole_channel_state")).toBe(2);
    for (const name of [
      "process_resident_memory_bytes",
      "process_open_fds",
      "process_cpu_seconds_total",
      "pinhole_disk_free_bytes",
      "nodejs_heap_size_used_bytes",
    ])
      expect(sumOf(now, name)).toBeGreaterThan(0);
    const started = sumOf(now, "process_start_time_seconds");
    expect(Math.abs(Date.now() / 1000 - started)).toBeLessThan(3600);
  });

  test("count a channel that is ejected, and say so as long as it is", async () => {
    upstream.behave((prompt) => (prompt.startsWith("lost") ? { status: 500 } : {}));
    for (let index = 0; index < 5; index += 1) await ask(`lost ${index}`);
    const now = await samples();
    expect(sumOf(now, "pinhole_channel_state", { state: "cooling" })).toBeGreaterThan(0);
    const cooled = sumOf(now, "pinhole_channel_changes_total", { to: "cooling" });
    expect(cooled).toBeGreaterThan(0);
  });
});
