import type { MetricRow } from "./terms.ts";

const none = {};

/** Metrics of the process itself, under the names that they have in every program. */
export const processTable = {
  process_resident_memory_bytes: {
    kind: "gauge",
    unit: "bytes",
    help: "Resident memory of the process.",
    labels: none,
  },
  process_cpu_seconds_total: {
    kind: "counter",
    unit: "seconds",
    help: "Processor time of the process, all threads.",
    labels: none,
  },
  process_start_time_seconds: {
    kind: "gauge",
    unit: "seconds",
    help: "Unix time at which the process began.",
    labels: none,
  },
  process_open_fds: {
    kind: "gauge",
    unit: "1",
    help: "Files and sockets that the process may open at most, less those that it may still open.",
    labels: none,
  },
  process_max_fds: {
    kind: "gauge",
    unit: "1",
    help: "Files and sockets that the process may open at most.",
    labels: none,
  },
  nodejs_heap_size_used_bytes: {
    kind: "gauge",
    unit: "bytes",
    help: "JavaScript's heap in use.",
    labels: none,
  },
  nodejs_external_memory_bytes: {
    kind: "gauge",
    unit: "bytes",
    help: "Memory outside of JavaScript's heap that it holds, buffers included.",
    labels: none,
  },
} as const satisfies Readonly<Record<string, MetricRow>>;
