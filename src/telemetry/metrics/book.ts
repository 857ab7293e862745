import type * as PromClient from "prom-client";
import type { Counter, Gauge, Histogram, Registry } from "prom-client";
import { type LabelsOf, type MetricName, type NamesOf, metricTable } from "./table.ts";

/** The metrics of the table, with their figures. */
export interface Book {
  readonly contentType: string;
  /** All of it, as Prometheus reads it. */
  text(): Promise<string>;
  add<N extends NamesOf<"counter">>(name: N, labels: LabelsOf<N>, amount?: number): void;
  /** Sets a counter to a sum that something else has counted. */
  total(name: NamesOf<"counter">, sum: number): void;
  set<N extends NamesOf<"gauge">>(name: N, labels: LabelsOf<N>, value: number): void;
  /** Forgets all values of a gauge, so that what has gone is not told for ever. */
  clear(name: NamesOf<"gauge">): void;
  observe<N extends NamesOf<"histogram">>(name: N, labels: LabelsOf<N>, value: number): void;
}

/** An empty book in a registry of its own. */
export function createBook({
  Counter,
  Gauge,
  Histogram,
  Registry,
}: Omit<typeof PromClient, "default">): Book {
  const registry: Registry = new Registry();
  const counters = new Map<MetricName, Counter>();
  const gauges = new Map<MetricName, Gauge>();
  const histograms = new Map<MetricName, Histogram>();
  for (const name of metricNames()) {
    const { kind, help, labels } = metricTable[name];
    const options = { name, help, labelNames: Object.keys(labels), registers: [registry] };
    if (kind === "counter") counters.set(name, new Counter(options));
    else if (kind === "gauge") gauges.set(name, new Gauge(options));
    else histograms.set(name, new Histogram({ ...options, buckets: [...bucketsOf(name)] }));
  }
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    add: (name, labels, amount = 1) => counters.get(name)?.inc(labels, amount),
    total(name, sum) {
      counters.get(name)?.reset();
      counters.get(name)?.inc(sum);
    },
    set: (name, labels, value) => gauges.get(name)?.set(labels, value),
    clear: (name) => gauges.get(name)?.reset(),
    observe: (name, labels, value) => histograms.get(name)?.observe(labels, value),
  };
}

/** The names of the table. */
export function metricNames(): MetricName[] {
  // The table's own keys.
  return Object.keys(metricTable) as MetricName[];
}

function bucketsOf(name: MetricName): readonly number[] {
  const row = metricTable[name];
  return "buckets" in row ? row.buckets : [];
}
