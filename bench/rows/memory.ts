import { join } from "node:path";
import { type Bench, withServers } from "../bench.ts";
import type { Job, JobResult } from "../load/jobs.ts";
import { watchPeak } from "../process-tree.ts";
import { freePort, start } from "../processes.ts";
import type { RowResult } from "../results.ts";
import { benchKey, type PinholeOptions, startPinhole } from "../servers/pinhole.ts";

const megabyte = 1_048_576;
const uploadCount = 100;

/** A row on memory: everything is asked at once, answered together and checked by digest. */
interface MemoryRow {
  readonly id: string;
  readonly title: string;
  readonly upstream: "base64" | "url";
  readonly delivery: "b64_json" | "url";
  readonly floor: number;
  readonly aim: number;
}

export const memoryRows: readonly MemoryRow[] = [
  {
    id: "in-flight-relay",
    title: "4 MB base64 each, all in flight, answered together: relayed",
    upstream: "base64",
    delivery: "b64_json",
    floor: 450,
    aim: 300,
  },
  {
    id: "in-flight-url",
    title: "4 MB base64 each, all in flight, answered together: → URL",
    upstream: "base64",
    delivery: "url",
    floor: 400,
    aim: 300,
  },
  {
    id: "in-flight-fetch",
    title: "pictures of 3 MB behind URLs, all in flight, answered together: → base64",
    upstream: "url",
    delivery: "b64_json",
    floor: 450,
    aim: 300,
  },
];

export function memoryRow(bench: Bench, row: MemoryRow): Promise<RowResult> {
  const held = { upstream: row.upstream, count: bench.inFlight, files: bench.bodies.variants };
  return measure(bench, row, held, burst(bench, row.delivery));
}

/** All requests at once, in base64 or by URL, each answer checked by its digest. */
export function burst(bench: Bench, delivery: "b64_json" | "url"): (port: number) => Job {
  return (port) => ({
    kind: "burst",
    host: "127.0.0.1",
    port,
    path: "/v1/images/generations",
    headers: { authorization: `Bearer ${benchKey}`, "content-type": "application/json" },
    count: bench.inFlight,
    fields: { model: "held", response_format: delivery },
    digests: bench.bodies.variantDigests,
    answers: delivery === "url" ? "url" : "base64",
  });
}

export const uploadRow = {
  id: "uploads",
  title: "uploads of 20 MB at once, passed on to the upstream",
  floor: 250,
  aim: 200,
};

export function measureUploads(bench: Bench): Promise<RowResult> {
  const { uploadPicture } = bench.bodies;
  const held = { upstream: "base64", count: uploadCount, files: [uploadPicture] } as const;
  return measure(bench, uploadRow, held, (port) => ({
    kind: "upload",
    host: "127.0.0.1",
    port,
    path: "/v1/images/edits",
    headers: { authorization: `Bearer ${benchKey}` },
    count: uploadCount,
    fields: { model: "held", prompt: "A hat", response_format: "b64_json" },
    pictureFile: uploadPicture,
  }));
}

/** An upstream that answers when so many requests have come. */
interface Held {
  readonly upstream: "base64" | "url";
  readonly count: number;
  readonly files: readonly string[];
}

/** A burst's outcome, and the most memory that the gateway had meanwhile. */
interface Watched {
  readonly result: JobResult;
  readonly peakRssBytes: number;
}

async function measure(
  bench: Bench,
  row: Pick<MemoryRow, "id" | "title" | "floor" | "aim">,
  held: Held,
  jobOf: (port: number) => Job,
): Promise<RowResult> {
  const { result, peakRssBytes } = await watchBurst(bench, { name: row.id }, held, jobOf);
  return rowResult(row, result, peakRssBytes, held.count);
}

/** Watches a gateway of its own through one burst. */
export function watchBurst(
  bench: Bench,
  options: Pick<PinholeOptions, "name" | "images">,
  held: Held,
  jobOf: (port: number) => Job,
): Promise<Watched> {
  return withServers(async (keep) => {
    const port = await freePort();
    keep(
      await start({
        command: process.execPath,
        args: [
          join(import.meta.dirname, "../servers/holding-upstream.ts"),
          String(port),
          String(held.count),
          ...held.files,
        ],
        cwd: bench.root,
        log: join(bench.root, "holding.log"),
        ready: { port, path: "/" },
      }),
    );
    const upstreams = { held: `http://127.0.0.1:${port}/${held.upstream}/v1` };
    const pinhole = keep(await startPinhole(bench.root, bench.build, { ...options, upstreams }));
    const watch = watchPeak(pinhole.pid);
    const result = await bench.load.run(jobOf(pinhole.port));
    const peakRssBytes = watch.stop();
    bench.say(
      `  ${options.name}: ${result.requests} in ${result.seconds.toFixed(1)} s, ${Math.round(peakRssBytes / megabyte)} MB, ${JSON.stringify(result.faults)}`,
    );
    return { result, peakRssBytes };
  });
}

function rowResult(
  row: Pick<MemoryRow, "id" | "title" | "floor" | "aim">,
  result: JobResult,
  peakRssBytes: number,
  count: number,
): RowResult {
  const rate = result.requests / result.seconds;
  const wrong = Object.values(result.faults).reduce((sum, one) => sum + one, 0);
  return {
    id: row.id,
    title: `${count} × ${row.title}`,
    unit: "answers/s",
    measured: [
      {
        server: "pinhole",
        rounds: [rate],
        median: rate,
        min: rate,
        max: rate,
        peakRssBytes,
        faults: result.faults,
      },
    ],
    verdicts: [
      {
        what: "peak RSS",
        reached: peakRssBytes / megabyte,
        floor: row.floor,
        aim: row.aim,
        unit: "MB",
        goal: "most",
      },
      { what: "lost or wrong", reached: wrong, floor: 0, unit: "answers", goal: "most" },
    ],
    notes: [],
  };
}
