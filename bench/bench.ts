import { spawnSync } from "node:child_process";
import type { Bodies } from "./bodies.ts";
import type { Load } from "./load-process.ts";
import type { JobResult, WireRequest } from "./load/jobs.ts";
import { watchPeak } from "./process-tree.ts";
import type { Started } from "./processes.ts";
import { median, type Measured } from "./results.ts";
import { benchKey, type Build } from "./servers/pinhole.ts";

/** What every row works with. */
export interface Bench {
  /** A temporary folder on a disk. */
  readonly root: string;
  /** Where peers are installed, kept from run to run. */
  readonly tools: string;
  readonly bodies: Bodies;
  readonly load: Load;
  readonly rounds: number;
  readonly seconds: number;
  /** Requests in flight of the rows on memory. */
  readonly inFlight: number;
  readonly hasNginx: boolean;
  readonly peers: boolean;
  /** This checkout's build. */
  readonly build: Build;
  /** This checkout's build and the one that it is compared with, if any. */
  readonly builds: readonly Build[];
  say(line: string): void;
}

/** One server in a comparison. */
export interface Contender {
  readonly name: string;
  readonly port: number;
  readonly process: Started;
  readonly request: WireRequest;
  /** What a reader of the figures must know of it, such as its version. */
  readonly note?: string;
}

export const connections = 32;
/** What every request of the bench carries. */
export const benchHeaders = { authorization: `Bearer ${benchKey}` };
const warmSeconds = 1;

export function generation(
  path: string,
  fields: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): WireRequest {
  return {
    method: "POST",
    path,
    headers: {
      "content-type": "application/json",
      ...benchHeaders,
      ...headers,
    },
    body: JSON.stringify({ prompt: "A fox in the snow, watercolour", n: 1, ...fields }),
  };
}

/**
 * Measures all contenders in turn, round after round, so that what disturbs the machine disturbs all of
 * them. Every other round goes backwards, so that none always follows the same other.
 */
export async function compare(bench: Bench, contenders: readonly Contender[]): Promise<Measured[]> {
  const runs = contenders.map((contender) => ({ contender, results: [] as JobResult[], peak: 0 }));
  for (let round = 0; round < bench.rounds; round += 1) {
    for (const run of round % 2 === 0 ? runs : runs.toReversed()) {
      const { name, port, request, process } = run.contender;
      const job = { kind: "throughput", host: "127.0.0.1", port, request, connections } as const;
      await bench.load.run({ ...job, seconds: round === 0 ? warmSeconds * 2 : warmSeconds / 2 });
      const watch = watchPeak(process.pid);
      const result = await bench.load.run({ ...job, seconds: bench.seconds });
      run.peak = Math.max(run.peak, watch.stop());
      run.results.push(result);
      bench.say(
        `  ${name}: ${(result.requests / result.seconds).toFixed(0)}/s ${JSON.stringify(result.faults)}`,
      );
      // What it wrote is on the disk before the next one's turn, so that nobody pays for another's writing.
      spawnSync("sync");
    }
  }
  return runs.map(({ contender, results, peak }) => measured(contender.name, results, peak));
}

function measured(server: string, results: readonly JobResult[], peakRssBytes: number): Measured {
  const rounds = results.map((result) => result.requests / result.seconds);
  const faults: Record<string, number> = {};
  for (const result of results)
    for (const [words, count] of Object.entries(result.faults))
      faults[words] = (faults[words] ?? 0) + count;
  return {
    server,
    rounds,
    median: median(rounds),
    min: Math.min(...rounds),
    max: Math.max(...rounds),
    p50: median(results.map((result) => result.p50)),
    p99: median(results.map((result) => result.p99)),
    peakRssBytes,
    faults,
  };
}

/** Runs with servers that are stopped whatever happens. */
export async function withServers<T>(
  work: (keep: <S extends { stop(): Promise<void> }>(server: S) => S) => Promise<T>,
): Promise<T> {
  const servers: { stop(): Promise<void> }[] = [];
  try {
    return await work((server) => {
      servers.push(server);
      return server;
    });
  } finally {
    for (const server of servers.toReversed()) await server.stop();
  }
}

/** For a server that must have been measured. */
export function find(measured: readonly Measured[], server: string): Measured | undefined {
  return measured.find((one) => one.server === server);
}
