import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import type { FastifyBaseLogger } from "fastify";
import type { Config } from "../config.ts";
import type { Observer } from "../core/observer.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { createMetricsServer } from "../http/metrics-server.ts";
import type { MetricsPage } from "../http/open/metrics-routes.ts";
import type { Spools } from "../pictures/spool.ts";
import type { StoreCounters } from "../store/client.ts";
import type { Metrics } from "../telemetry/metrics/metrics.ts";
import type { MetricSources } from "../telemetry/metrics/readings.ts";
import { listenFault } from "./start-faults.ts";

/** The parts of the house that metrics are read from. */
interface WatchedParts {
  readonly gateway: Pick<Gateway, "channels" | "serves">;
  readonly counters: () => StoreCounters;
  readonly spools: Pick<Spools, "bytesInUse" | "memoryInUse">;
  readonly filesLeft: () => number;
  readonly filesMax: number;
}

/** The listeners of one gateway: those that its operator has switched on. */
export interface Telemetry {
  /** Undefined: nobody listens. */
  readonly observer: Observer | undefined;
  /** The page of metrics; undefined: there is none. */
  readonly page: MetricsPage | undefined;
  /** Names the parts that metrics are read from. */
  watch(parts: WatchedParts): void;
  close(): void;
}

const nothing: Telemetry = {
  observer: undefined,
  page: undefined,
  watch: () => undefined,
  close: () => undefined,
};

/** Opens what the configuration switches on. The rest is not even loaded. */
export async function openTelemetry(config: Config): Promise<Telemetry> {
  const { listen, token } = config.metrics;
  if (listen === undefined && token === undefined) return nothing;
  const { openMetrics } = await import("../telemetry/metrics/metrics.ts");
  const metrics = await openMetrics({
    version: version(),
    startedAt: Date.now() - performance.now(),
    uptime: () => performance.now(),
  });
  return {
    observer: metrics.observer,
    page: pageOf(metrics, token),
    watch: (parts) => metrics.watch(sourcesOf(parts, config)),
    close: () => metrics.stop(),
  };
}

function pageOf(metrics: Metrics, token: MetricsPage["token"]): MetricsPage {
  return { contentType: metrics.contentType, text: () => metrics.text(), token };
}

function sourcesOf(
  { gateway, counters, spools, filesLeft, filesMax }: WatchedParts,
  { dataFolder, images }: Config,
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
    store: counters,
    spool: () => ({ bytes: spools.bytesInUse(), memoryBytes: spools.memoryInUse() }),
    files: () => ({ left: filesLeft(), max: filesMax }),
    disks: () => Promise.all([diskOf("data", dataFolder), diskOf("images", images.folder)]),
    spansDropped: () => 0,
  };
}

async function diskOf(
  folder: string,
  path: string,
): Promise<Awaited<ReturnType<MetricSources["disks"]>>[number]> {
  const { bavail, blocks, bsize } = await statfs(path);
  return { folder, freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
}

/** The version of this program, as its package says it. */
function version(): string {
  // src/app and dist/parts are as deep.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const read: unknown = JSON.parse(text);
  const isNamed = typeof read === "object" && read !== null && "version" in read;
  return isNamed ? String(read.version) : "unknown";
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
