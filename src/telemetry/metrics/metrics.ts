import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Observer } from "../../core/observer.ts";
import { createBook } from "./book.ts";
import { LabelValues } from "./label-values.ts";
import { metricsObserver, type OpenCounts } from "./listener.ts";
import { type MetricSources, readDelay, readOpen, readProcess, readSources } from "./readings.ts";

/** The metrics of one process. */
export interface Metrics {
  readonly observer: Observer;
  readonly contentType: string;
  /** All metrics, as Prometheus reads them. */
  text(): Promise<string>;
  /** Names the parts that are read on demand; before that their metrics have no values. */
  watch(sources: MetricSources): void;
  stop(): void;
}

export interface MetricsOptions {
  readonly version: string;
  /** Unix milliseconds at which the process began. */
  readonly startedAt: number;
  /** Milliseconds that never go back. */
  readonly uptime: () => number;
}

/** Pause between two measurements of the event loop, milliseconds. */
const resolutionMs = 20;

/** Opens an empty book. What it is kept with is loaded now: most gateways have no metrics. */
export async function openMetrics({
  version,
  startedAt,
  uptime,
}: MetricsOptions): Promise<Metrics> {
  // A CommonJS package: bundled, its names are those of its default export.
  const book = createBook((await import("prom-client")).default);
  let sources: MetricSources | undefined;
  const values = new LabelValues((model) => sources?.serves(model) === true);
  const open: OpenCounts = { requests: 0, holds: 0, heldNano: 0 };
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  book.set("pinhole_build_info", { version }, 1);
  book.set("process_start_time_seconds", {}, startedAt / 1000);
  return {
    observer: metricsObserver({ book, values, uptime }, open),
    contentType: book.contentType,
    async text() {
      readProcess(book);
      readDelay(book, delay, resolutionMs);
      readOpen(book, open);
      if (sources !== undefined) await readSources(book, values, sources);
      return book.text();
    },
    watch(named) {
      sources = named;
    },
    stop: () => void delay.disable(),
  };
}
