import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { type Bench, connections, generation, withServers } from "../bench.ts";
import type { JobResult } from "../load/jobs.ts";
import { treeResident } from "../process-tree.ts";
import { median, type Measured, type RowResult } from "../results.ts";
import { startUpstream } from "../servers/nginx.ts";
import { startPinhole } from "../servers/pinhole.ts";

const ratePerSecond = 200;
const sampleCount = 10_000;
const commitCount = 200;
const recordBytes = 600;
const idleMs = 3_000;

/** What one commit costs here at least: a small append that reaches the disk, median of many, milliseconds. The goal counts this one. */
function commitMs(root: string): number {
  const file = openSync(join(root, "commits"), "a");
  const page = Buffer.alloc(4096, 1);
  const times = Array.from({ length: commitCount }, () => {
    const began = performance.now();
    writeSync(file, page);
    fsyncSync(file);
    return performance.now() - began;
  });
  closeSync(file);
  return median(times);
}

/**
 * What a request waits for, to be read beside it: a record of the size of a request's, into a database of
 * the same kind and settings as ours, at the rate at which the requests come. Disks and caches that rested
 * since the last one take about twice as long as in a loop without pauses.
 */
async function pacedCommitMs(root: string): Promise<number> {
  const database = new DatabaseSync(join(root, "commits.db"));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec("CREATE TABLE records (id TEXT PRIMARY KEY, made INTEGER, body TEXT) STRICT");
  database.exec("CREATE INDEX records_made ON records (made)");
  const insert = database.prepare("INSERT INTO records VALUES (?, ?, ?)");
  const times: number[] = [];
  for (let number = 0; number < commitCount; number += 1) {
    await sleep(1000 / ratePerSecond);
    const began = performance.now();
    insert.run(randomUUID(), number, "x".repeat(recordBytes));
    times.push(performance.now() - began);
  }
  database.close();
  return median(times);
}

function one(server: string, value: number, extra: Partial<Measured> = {}): Measured {
  return { server, rounds: [value], median: value, min: value, max: value, faults: {}, ...extra };
}

/** Added latency at a fixed rate: the same requests to the upstream itself and through the gateway. */
export function measureLatency(bench: Bench): Promise<RowResult> {
  return withServers(async (keep) => {
    const upstream = keep(await startUpstream(bench.root, bench.bodies.folder, false));
    const url = `http://127.0.0.1:${upstream.port}/small/v1`;
    const pinhole = keep(
      await startPinhole(bench.root, bench.build, { name: "latency", upstreams: { small: url } }),
    );
    const fields = { model: "small", response_format: "b64_json" };
    const run = (port: number, path: string, count: number): Promise<JobResult> =>
      bench.load.run({
        kind: "rate",
        host: "127.0.0.1",
        port,
        request: generation(path, fields),
        perSecond: ratePerSecond,
        count,
      });
    const through = "/v1/images/generations";
    await run(pinhole.port, through, ratePerSecond * 3);
    const direct = await run(upstream.port, `/small${through}`, sampleCount / 5);
    const commit = commitMs(bench.root);
    const paced = await pacedCommitMs(bench.root);
    const ours = await run(pinhole.port, through, sampleCount);
    const added50 = ours.p50 - direct.p50;
    const { p50, p99 } = ours;
    return {
      id: "latency",
      title: `added latency at ${ratePerSecond} requests/s, ${sampleCount} samples`,
      unit: "ms",
      measured: [
        one("upstream itself", direct.p50, {
          p50: direct.p50,
          p99: direct.p99,
          faults: direct.faults,
        }),
        one("pinhole", p50, { p50, p99, faults: ours.faults }),
        one("one commit (4 KB and fsync)", commit),
        one("one commit of SQLite, every 5 ms", paced),
      ],
      verdicts: [
        {
          what: "added p50",
          reached: added50,
          floor: 1.5 + commit,
          aim: 0.3 + commit,
          unit: "ms",
          goal: "most",
        },
        {
          what: "added p99",
          reached: p99 - direct.p99,
          floor: 5,
          aim: 2,
          unit: "ms",
          goal: "most",
        },
      ],
      notes: [],
    };
  });
}

/** From the process's start until it is ready, and what it holds while nothing happens. */
export async function measureStart(bench: Bench): Promise<RowResult> {
  const starts: number[] = [];
  const idle: number[] = [];
  for (let round = 0; round < bench.rounds; round += 1) {
    const pinhole = await startPinhole(bench.root, bench.build, {
      name: "start",
      upstreams: { small: "http://127.0.0.1:9/v1" },
    });
    starts.push(pinhole.startMs);
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    idle.push(treeResident(pinhole.pid));
    await pinhole.stop();
  }
  const [min, max] = [Math.min(...starts), Math.max(...starts)];
  const rss = median(idle);
  return {
    id: "start",
    title: "start to ready; idle memory",
    unit: "ms",
    measured: [one("pinhole", median(starts), { rounds: starts, min, max, peakRssBytes: rss })],
    verdicts: [
      {
        what: "start to ready",
        reached: median(starts) / 1000,
        floor: 0.5,
        aim: 0.3,
        unit: "s",
        goal: "most",
      },
      { what: "idle RSS", reached: rss / 2 ** 20, floor: 130, aim: 100, unit: "MB", goal: "most" },
    ],
    notes: [],
  };
}

/** Throughput with many channels and keys against few, in turns. */
export function measureScale(bench: Bench): Promise<RowResult> {
  return withServers(async (keep) => {
    const upstream = keep(await startUpstream(bench.root, bench.bodies.folder, false));
    const upstreams = { small: `http://127.0.0.1:${upstream.port}/small/v1` };
    const few = keep(
      await startPinhole(bench.root, bench.build, {
        name: "few",
        upstreams,
        fillChannels: 10,
        fillKeys: 10,
      }),
    );
    const many = keep(
      await startPinhole(bench.root, bench.build, {
        name: "many",
        upstreams,
        fillChannels: 10_000,
        fillKeys: 100_000,
      }),
    );
    const request = generation("/v1/images/generations", {
      model: "small",
      response_format: "b64_json",
    });
    const rates = { few: [] as number[], many: [] as number[] };
    const turns = [
      ["few", few.port],
      ["many", many.port],
    ] as const;
    const job = { kind: "throughput", host: "127.0.0.1", request, connections } as const;
    for (const [, port] of turns) await bench.load.run({ ...job, port, seconds: 2 });
    for (let round = 0; round < bench.rounds; round += 1) {
      for (const [name, port] of turns) {
        const result = await bench.load.run({ ...job, port, seconds: bench.seconds });
        rates[name].push(result.requests / result.seconds);
      }
    }
    const measured = turns.map(([name]) =>
      one(
        name === "few" ? "10 channels, 10 keys" : "10,000 channels, 100,000 keys",
        median(rates[name]),
        {
          rounds: rates[name],
          min: Math.min(...rates[name]),
          max: Math.max(...rates[name]),
        },
      ),
    );
    const share = median(rates.many.map((rate, index) => rate / (rates.few[index] ?? Number.NaN)));
    return {
      id: "scale",
      title: "many channels and keys",
      unit: "requests/s",
      measured,
      verdicts: [
        {
          what: "the rate with few",
          reached: share,
          floor: 0.9,
          aim: 0.97,
          unit: "×",
          goal: "least",
        },
      ],
      notes: [],
    };
  });
}
