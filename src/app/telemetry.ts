import { statfs } from "node:fs/promises";
import type { FastifyBaseLogger } from "fastify";
import type { Config } from "../config.ts";
import type { GatewayLog } from "../core/log.ts";
import type { Observer } from "../core/observer.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { createMetricsServer } from "../http/metrics-server.ts";
import type { MetricsPage } from "../http/open/metrics-routes.ts";
import type { Egress, Report } from "../net/egress.ts";
import type { Spools } from "../pictures/spool.ts";
import type { StoreCounters } from "../store/client.ts";
import { joinObservers } from "../telemetry/join.ts";
import type { Metrics } from "../telemetry/metrics/metrics.ts";
import type { MetricSources } from "../telemetry/metrics/readings.ts";
import type { Traces, TracesOptions } from "../telemetry/traces/traces.ts";
import { ownVersion } from "./program.ts";
import { listenFault } from "./start-faults.ts";

/** The parts of the house that telemetry reads, and what its reports go by. */
interface WatchedParts {
  readonly gateway: Pick<Gateway, "channels" | "serves" | "standing" | "retention">;
  readonly counters: () => StoreCounters;
  readonly spools: Pick<Spools, "bytesInUse" | "memoryInUse">;
  readonly egress: Pick<Egress, "report">;
  readonly filesLeft: () => number;
  readonly filesMax: number;
}

/** The listeners of one gateway: those that its operator has switched on. */
export interface Telemetry {
  /** Undefined: nobody listens. */
  readonly observer: Observer | undefined;
  /** The page of metrics; undefined: there is none. */
  readonly page: MetricsPage | undefined;
  /** Sends the spans that wait; undefined: there is no collector. */
  readonly sendTraces: (() => Promise<void>) | undefined;
  /** Names the parts that it works with, once they stand. */
  watch(parts: WatchedParts): void;
  /** Sends the last spans, while there still are connections. */
  sendLast(): Promise<void>;
  close(): void;
}

/** Time that the collector has for one message, milliseconds; a stop may wait as long. */
const collectorMsMax = 5_000;

/** Opens what the configuration switches on. The rest is not even loaded. */
export async function openTelemetry(config: Config, log: GatewayLog): Promise<Telemetry> {
  let parts: WatchedParts | undefined;
  const serves = (model: string): boolean => parts?.gateway.serves(model) === true;
  const metrics = await metricsOf(config);
  const traces = await tracesOf(config, {
    serves,
    onAway: (reason) => log.warn({ detail: reason }, "the collector of traces takes none"),
    send: (report) =>
      parts === undefined ? Promise.reject(new Error("not open")) : parts.egress.report(report),
  });
  const listeners = [metrics?.observer, traces?.observer].filter((one) => one !== undefined);
  return {
    observer: joinObservers(listeners),
    page: metrics === undefined ? undefined : pageOf(metrics, config.metrics.token),
    sendTraces: traces?.flush,
    watch(opened) {
      parts = opened;
      metrics?.watch(sourcesOf(opened, config, () => traces?.dropped() ?? 0));
    },
    sendLast: () => traces?.close() ?? Promise.resolve(),
    close: () => metrics?.stop(),
  };
}

async function metricsOf({ metrics: { listen, token } }: Config): Promise<Metrics | undefined> {
  if (listen === undefined && token === undefined) return undefined;
  const { openMetrics } = await import("../telemetry/metrics/metrics.ts");
  return openMetrics({
    version: ownVersion(),
    startedAt: Date.now() - performance.now(),
    uptime: () => performance.now(),
  });
}

async function tracesOf(
  { traces: { endpoint, headers, sample, propagate } }: Config,
  {
    send,
    ...parts
  }: Pick<TracesOptions, "serves" | "onAway"> & {
    readonly send: (report: Report) => Promise<number>;
  },
): Promise<Traces | undefined> {
  if (endpoint === undefined) return undefined;
  const { openTraces } = await import("../telemetry/traces/traces.ts");
  const revealed: Record<string, string> = {};
  for (const [name, text] of Object.entries(headers)) revealed[name.toLowerCase()] = text.reveal();
  const to = { url: endpoint, headers: revealed, timeoutMs: collectorMsMax };
  return openTraces({
    ...parts,
    version: ownVersion(),
    sample,
    isPropagated: propagate,
    send: (message) => send({ ...to, ...message }),
  });
}

function pageOf(metrics: Metrics, token: MetricsPage["token"]): MetricsPage {
  return { contentType: metrics.contentType, text: () => metrics.text(), token };
}

function sourcesOf(
  { gateway, counters, spools, filesLeft, filesMax }: WatchedParts,
  { dataFolder, images }: Config,
  spansDropped: () => number,
): MetricSources {
  return {
    serves: (model) => gateway.serves(model),
    channels: () =>
      gateway.channels().map(({ channel, state, inFlight, waiting }) => ({
        id: channel.id,
        state,
        inFlight,
        waiting,
      })),
    node: () => gateway.standing(),
    store: counters,
    backlog: () => gateway.retention.backlog(),
    spool: () => ({ bytes: spools.bytesInUse(), memoryBytes: spools.memoryInUse() }),
    files: () => ({ left: filesLeft(), max: filesMax }),
    disks: () => Promise.all([diskOf("data", dataFolder), diskOf("images", images.folder)]),
    spansDropped,
  };
}

async function diskOf(
  folder: string,
  path: string,
): Promise<Awaited<ReturnType<MetricSources["disks"]>>[number]> {
  const { bavail, blocks, bsize } = await statfs(path);
  return { folder, freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
}

/** Serves the page on the address of its own, where it has one; resolves with how to stop that. */
export async function listenForMetrics(
  { metrics: { listen } }: Config,
  page: MetricsPage | undefined,
  log: FastifyBaseLogger,
): Promise<() => Promise<void>> {
  if (listen === undefined || page === undefined) return () => Promise.resolve();
  const server = createMetricsServer(page, log);
  try {
    await server.listen({
      ...listen,
      listenTextResolver: (address) => `metrics are at ${address}/metrics`,
    });
  } catch (thrown) {
    throw listenFault(thrown, listen, { host: "metrics.listen", port: "metrics.listen" });
  }
  return () => server.close();
}
