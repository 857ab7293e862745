import { expect, test } from "vitest";
import { errorTable, type ErrorCode } from "../../src/core/errors.ts";
import { type RequestObserver, requestSteps, storeActions } from "../../src/core/observer.ts";
import { operations } from "../../src/core/request.ts";
import { type Metrics, openMetrics } from "../../src/telemetry/metrics/metrics.ts";
import type { MetricSources } from "../../src/telemetry/metrics/readings.ts";
import { attemptClasses, metricTable } from "../../src/telemetry/metrics/table.ts";
import type { MetricRow } from "../../src/telemetry/metrics/terms.ts";
import { routes } from "../../src/api/routes.ts";
import { type Sample, samplesOf, sumOf } from "./exposition.ts";

const names = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word}-${index}`);
// The keys of the table are its codes.
const codes = Object.keys(errorTable) as ErrorCode[];

async function open(channels: readonly string[], models: readonly string[]): Promise<Metrics> {
  const metrics = await openMetrics({ version: "1.2.3", startedAt: 0, uptime: () => 1000 });
  const served = new Set(models);
  const sources: MetricSources = {
    serves: (model) => served.has(model),
    channels: () => channels.map((id) => ({ id, state: "cooling", inFlight: 1, waiting: 2 })),
    node: () => ({ nodes: 3, counting: "apart", divisor: 3 }),
    store: () => ({ commits: 3, pending: 4 }),
    spool: () => ({ bytes: 5, memoryBytes: 6 }),
    files: () => ({ left: 7, max: 10 }),
    disks: async () => [{ folder: "data", freeBytes: 8, sizeBytes: 9 }],
    backlog: () => ({ records: 11, prompts: 12 }),
    spansDropped: () => 10,
  };
  metrics.watch(sources);
  return metrics;
}

/** Tells all that can happen within one request. */
function tellInside(request: RequestObserver, channels: readonly string[]): void {
  for (const step of requestSteps) request.step(step)();
  for (const channelId of channels) {
    request.made({ images: 1, cost: { state: "priced", nano: 5 }, channelId });
    request.made({ images: 1, cost: { state: "unknown", bound: 1 }, channelId });
    const begun = { channelId, providerId: "p", upstreamModel: "u", attempt: 1 };
    for (const evidence of attemptClasses) {
      const code = evidence === "succeeded" ? undefined : ("upstream_failed" as const);
      const told = evidence === "succeeded" || evidence === "gateway" ? undefined : evidence;
      request.attempt(begun).end({ code, evidence: told, providerNano: 7 });
      request.attempt(begun).end({ code, evidence: told, providerNano: null });
    }
  }
  request.held(9)("settled");
  request.held(9)("voided");
}

/** Tells everything that can be told of these channels and models, each in every form. */
function tellAll({ observer }: Metrics, channels: readonly string[], models: readonly string[]) {
  for (const operation of operations) {
    for (const model of models) {
      const ends = [
        ...(["succeeded", "partial", "repeated"] as const).map((kind) => ({ kind })),
        ...codes.map((code) => ({ kind: "failed" as const, code })),
      ];
      for (const end of ends) {
        const request = observer.request({ requestId: "r", keyId: "k", operation });
        request.asked({ model, n: 1, stream: false });
        if (end.kind === "succeeded") tellInside(request, channels);
        request.outcome(end);
        request.over();
      }
    }
  }
  for (const channelId of channels)
    for (const to of ["healthy", "cooling", "half_open"] as const)
      observer.healthChanged({ channelId, to });
  for (const kind of ["read", "write"] as const) observer.command({ kind, waitMs: 1, runMs: 1 });
  for (const action of storeActions)
    for (const isFailed of [true, false]) observer.stored({ action, ms: 1, isFailed, bytes: 1 });
  for (const route of [...routes.map(({ path }) => path), undefined])
    for (const status of [200, 302, 404, 503]) observer.answered({ route, status });
}

/** Each sample is of a metric of the table, with its labels and the values that it names. */
function faultsOf(samples: readonly Sample[]): string[] {
  return samples.flatMap(({ name, labels }) => {
    const own = Object.entries(metricTable).find(([metric, row]) =>
      row.kind === "histogram"
        ? [`${metric}_bucket`, `${metric}_sum`, `${metric}_count`].includes(name)
        : metric === name,
    );
    if (own === undefined) return [`${name} is in no table`];
    const row: MetricRow = own[1];
    return Object.entries(labels).flatMap(([label, value]) => {
      if (label === "le" && row.kind === "histogram") return [];
      const values = row.labels[label];
      if (values === undefined) return [`${name} has no label ${label}`];
      return typeof values === "string" || values.includes(value) ? [] : [`${name}: ${value}`];
    });
  });
}

test("50 channels and 20 models are at most 5,000 series, whatever happens", async () => {
  const [channels, models] = [names("channel", 50), names("model", 20)];
  const metrics = await open(channels, models);
  tellAll(metrics, channels, [...models, "unknown one", "unknown two"]);
  const samples = samplesOf(await metrics.text());
  metrics.stop();
  expect(samples.length).toBeGreaterThan(4000);
  expect(samples.length).toBeLessThanOrEqual(5000);
  expect(faultsOf(samples)).toEqual([]);
  const told = new Set(samples.map(({ name }) => name.replace(/_(bucket|sum|count)$/, "")));
  expect([...told].toSorted()).toEqual(Object.keys(metricTable).toSorted());
});

test("a house of any size stays within bounds, and nothing told is lost", async () => {
  const channels = names("channel", 400);
  const metrics = await open(channels, ["one"]);
  for (const channelId of channels) {
    const request = metrics.observer.request({
      requestId: "r",
      keyId: "k",
      operation: "generation",
    });
    request.asked({ model: "one", n: 1, stream: false });
    const begun = { channelId, providerId: "p", upstreamModel: "u", attempt: 1 };
    request.attempt(begun).end({ code: undefined, evidence: undefined, providerNano: 1e9 });
    request.outcome({ kind: "succeeded" });
    request.over();
  }
  const samples = samplesOf(await metrics.text());
  metrics.stop();
  expect(sumOf(samples, "pinhole_attempts_total")).toBe(400);
  expect(sumOf(samples, "pinhole_attempts_total", { channel: "other" })).toBe(150);
  expect(sumOf(samples, "pinhole_spend_usd_total", { book: "provider" })).toBeCloseTo(400);
  expect(samples.filter(({ name }) => name === "pinhole_channel_state")).toHaveLength(750);
});

test("labels are of the catalogue: names that clients made up are other", async () => {
  const metrics = await open(["up"], ["painter"]);
  for (const model of ["painter", "painter\n", 'x"} 1\nevil{a="', "Bearer sk-secret"]) {
    const request = metrics.observer.request({ requestId: "r", keyId: "k", operation: "edit" });
    request.asked({ model, n: 1, stream: false });
    request.outcome({ kind: "failed", code: "model_not_found" });
    // The first word counts, and one end.
    request.outcome({ kind: "succeeded" });
    request.over();
    request.over();
  }
  const samples = samplesOf(await metrics.text());
  metrics.stop();
  const of = (model: string): number =>
    sumOf(samples, "pinhole_requests_total", { operation: "edit", model, outcome: "refused" });
  expect([of("painter"), of("other")]).toEqual([1, 3]);
  expect(sumOf(samples, "pinhole_requests_total")).toBe(4);
  expect(sumOf(samples, "pinhole_requests_in_flight")).toBe(0);
});
