import { type RequestObserver, requestSteps } from "../../src/core/observer.ts";
import { operations } from "../../src/core/request.ts";
import { type Metrics, openMetrics } from "../../src/telemetry/metrics/metrics.ts";
import { attemptClasses } from "../../src/telemetry/metrics/table.ts";
import type { Bench } from "../bench.ts";
import { median, type RowResult } from "../results.ts";

const channelCount = 50;
const modelCount = 20;
const readings = 40;

const names = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word}-${index}`);

/** Tells of requests for every model, by every channel, with every end of an attempt. */
function tell({ observer }: Metrics, channels: readonly string[], models: readonly string[]): void {
  for (const operation of operations) {
    for (const model of models) {
      const request = observer.request({ requestId: "r", keyId: "k", operation });
      request.asked({ model, n: 1, stream: false });
      for (const step of requestSteps) request.step(step)();
      for (const channelId of channels) tellAttempts(request, channelId);
      request.outcome({ kind: "succeeded" });
      request.over();
    }
  }
}

function tellAttempts(request: RequestObserver, channelId: string): void {
  request.made({ images: 1, cost: { state: "priced", nano: 4e7 }, channelId });
  const begun = { channelId, providerId: "p", upstreamModel: "u", attempt: 1 };
  for (const one of attemptClasses) {
    const evidence = one === "succeeded" || one === "gateway" ? undefined : one;
    const code = one === "succeeded" ? undefined : ("upstream_failed" as const);
    request.attempt(begun).end({ code, evidence, providerNano: 4e7 });
  }
}

/** The time of one reading of the page with as many series as a large house has; nothing else runs meanwhile. */
export async function measureMetrics(bench: Bench): Promise<RowResult> {
  const [channels, models] = [names("channel", channelCount), names("model", modelCount)];
  const metrics = await openMetrics({
    version: "bench",
    startedAt: 0,
    uptime: () => performance.now(),
  });
  metrics.watch({
    serves: (model) => models.includes(model),
    channels: () => channels.map((id) => ({ id, state: "healthy", inFlight: 0, waiting: 0 })),
    node: () => ({ nodes: 3, counting: "joined", divisor: 1 }),
    store: () => ({ commits: 1, pending: 0 }),
    spool: () => ({ bytes: 0, memoryBytes: 0 }),
    files: () => ({ left: 1, max: 2 }),
    disks: async () => [],
    backlog: () => ({ records: 0, prompts: 0 }),
    spansDropped: () => 0,
  });
  tell(metrics, channels, models);
  const times: number[] = [];
  let text = "";
  for (let round = 0; round < readings * bench.rounds; round += 1) {
    const began = performance.now();
    text = await metrics.text();
    times.push(performance.now() - began);
  }
  metrics.stop();
  const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
  const reached = median(times);
  const [min, max] = [Math.min(...times), Math.max(...times)];
  return {
    id: "metrics",
    title: `one reading of the metrics, ${series} series`,
    unit: "ms",
    measured: [{ server: "pinhole", rounds: times, median: reached, min, max, faults: {} }],
    verdicts: [{ what: "one reading", reached, floor: 25, aim: 5, unit: "ms", goal: "most" }],
    notes: [],
  };
}
