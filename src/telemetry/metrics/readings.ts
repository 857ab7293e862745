import type { monitorEventLoopDelay } from "node:perf_hooks";
import { nanoPerUsd } from "../../core/money.ts";
import type { Book } from "./book.ts";
import type { LabelValues } from "./label-values.ts";
import type { OpenCounts } from "./listener.ts";
import { channelStates, countingStates, otherLabel } from "./table.ts";

/** A channel as its gauges show it. */
export interface ChannelReading {
  readonly id: string;
  readonly state: (typeof channelStates)[number];
  readonly inFlight: number;
  readonly waiting: number;
}

/** A disk that the house stands on. */
export interface DiskReading {
  /** `data` or `images`. */
  readonly folder: string;
  readonly freeBytes: number;
  readonly sizeBytes: number;
}

/** The parts of the house that are read when somebody reads the metrics. */
export interface MetricSources {
  /** True for a name in the catalogue. */
  serves(model: string): boolean;
  channels(): readonly ChannelReading[];
  node(): {
    readonly nodes: number;
    readonly counting: (typeof countingStates)[number];
    readonly divisor: number;
  };
  store(): { readonly commits: number; readonly pending: number };
  spool(): { readonly bytes: number; readonly memoryBytes: number };
  /** Infinity where the system does not tell. */
  files(): { readonly left: number; readonly max: number };
  disks(): Promise<readonly DiskReading[]>;
  /** Records that are older than they should get, and prompts that are. */
  backlog(): { readonly records: number; readonly prompts: number };
  spansDropped(): number;
}

/** Brings all that is read on demand into the book. */
export async function readSources(
  book: Book,
  values: LabelValues,
  sources: MetricSources,
): Promise<void> {
  readChannels(book, values, sources.channels());
  const { nodes, counting, divisor } = sources.node();
  book.set("pinhole_nodes", {}, nodes);
  book.set("pinhole_limits_divisor", {}, divisor);
  for (const state of countingStates)
    book.set("pinhole_limits_counting", { state }, state === counting ? 1 : 0);
  const { commits, pending } = sources.store();
  book.total("pinhole_database_commits_total", commits);
  book.set("pinhole_database_pending", {}, pending);
  for (const [what, count] of Object.entries(sources.backlog()))
    book.set("pinhole_records_backlog", { what }, count);
  const { bytes, memoryBytes } = sources.spool();
  book.set("pinhole_spool_bytes", { place: "all" }, bytes);
  book.set("pinhole_spool_bytes", { place: "memory" }, memoryBytes);
  const files = sources.files();
  if (Number.isFinite(files.max)) {
    book.set("process_open_fds", {}, files.max - files.left);
    book.set("process_max_fds", {}, files.max);
  }
  book.total("pinhole_trace_spans_dropped_total", sources.spansDropped());
  for (const { folder, freeBytes, sizeBytes } of await sources.disks()) {
    book.set("pinhole_disk_free_bytes", { folder }, freeBytes);
    book.set("pinhole_disk_size_bytes", { folder }, sizeBytes);
  }
}

function readChannels(book: Book, values: LabelValues, channels: readonly ChannelReading[]): void {
  for (const name of [
    "pinhole_channel_state",
    "pinhole_channel_in_flight",
    "pinhole_channel_queue",
  ] as const)
    book.clear(name);
  for (const { id, state, inFlight, waiting } of channels) {
    const channel = values.channel(id);
    if (channel === otherLabel) continue;
    for (const one of channelStates)
      book.set("pinhole_channel_state", { channel, state: one }, one === state ? 1 : 0);
    book.set("pinhole_channel_in_flight", { channel }, inFlight);
    book.set("pinhole_channel_queue", { channel }, waiting);
  }
}

/** Brings the counts of open requests and holds into the book. */
export function readOpen(book: Book, { requests, holds, heldNano }: OpenCounts): void {
  book.set("pinhole_requests_in_flight", {}, requests);
  book.set("pinhole_holds_open", {}, holds);
  book.set("pinhole_holds_open_usd", {}, heldNano / nanoPerUsd);
}

/** Brings the process's own figures into the book. */
export function readProcess(book: Book): void {
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  book.set("process_resident_memory_bytes", {}, rss);
  book.set("nodejs_heap_size_used_bytes", {}, heapUsed);
  book.set("nodejs_external_memory_bytes", {}, external);
  book.total("process_cpu_seconds_total", (user + system) / 1e6);
}

type Delays = ReturnType<typeof monitorEventLoopDelay>;

/** Brings the lateness of timers since the last reading into the book. `resolutionMs` is the pause between two measurements. */
export function readDelay(book: Book, histogram: Delays, resolutionMs: number): void {
  const lateness = { median: 50, p99: 99, most: 100 };
  for (const [of, percent] of Object.entries(lateness)) {
    const ns = histogram.count === 0 ? 0 : histogram.percentile(percent);
    const ms = Math.max(0, ns / 1e6 - resolutionMs);
    book.set("pinhole_event_loop_delay_seconds", { of }, ms / 1000);
  }
  histogram.reset();
}
