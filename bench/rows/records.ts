import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { postgresPrograms, startPostgres } from "../../test/support/postgres.ts";
import { type Bench, generation, withServers } from "../bench.ts";
import type { JobResult } from "../load/jobs.ts";
import { seedDatabase } from "../records/database.ts";
import { median, type Measured, type RowResult, type Verdict } from "../results.ts";
import { startUpstream } from "../servers/nginx.ts";
import { benchAdminToken, type Pinhole, startPinhole } from "../servers/pinhole.ts";

const requestCount = Number(process.env["PINHOLE_BENCH_RECORDS"] ?? "1000000");
const days = 28;
const dayMs = 86_400_000;
const askings = 9;
const ratePerSecond = 100;
const sampleCount = 2000;
const wantedMs = 300;

type Keep = <S extends { stop(): Promise<void> }>(server: S) => S;

/** A month of a million requests on each database: what reports and the request log take, and what the gateway adds meanwhile. */
export function measureRecords(bench: Bench): Promise<RowResult> {
  return withServers(async (keep) => {
    const upstream = keep(await startUpstream(bench.root, bench.bodies.folder, false));
    const url = `http://127.0.0.1:${upstream.port}/small/v1`;
    const found: { readonly measured: Measured[]; readonly verdicts: Verdict[] }[] = [];
    const notes: string[] = [];
    for (const [name, database] of await databases(bench, keep)) {
      if (database === undefined) {
        notes.push("Postgres is missing (Debian: apt-get install postgresql)");
        continue;
      }
      const from = Math.floor(Date.now() / dayMs) * dayMs - days * dayMs;
      bench.say(`  ${name}: ${requestCount} requests are made up`);
      await seedDatabase(database, { requests: requestCount, from, days });
      const options = { name: `records-${name}`, upstreams: { small: url }, database };
      const pinhole = keep(await startPinhole(bench.root, bench.build, options));
      const reports = await measureReports(bench, name, pinhole, from);
      const latency = await measureAdded(bench, name, pinhole, from);
      found.push({
        measured: [...reports, ...latency],
        verdicts: [
          {
            what: `${name}: slowest median of reports and pages`,
            reached: Math.max(...reports.map((one) => one.median)),
            floor: wantedMs,
            unit: "ms",
            goal: "most",
          },
        ],
      });
      await pinhole.stop();
    }
    return {
      id: "records",
      title: `a month of ${requestCount} requests: its usage, the request log, and small requests meanwhile`,
      unit: "ms",
      measured: found.flatMap(({ measured }) => measured),
      verdicts: found.flatMap(({ verdicts }) => verdicts),
      notes,
    };
  });
}

/** Where the databases of the row are; undefined: there is none of its kind. */
async function databases(
  bench: Bench,
  keep: Keep,
): Promise<readonly (readonly [string, string | undefined])[]> {
  const folder = join(bench.root, "records");
  mkdirSync(folder, { recursive: true });
  const sqlite = ["SQLite", `sqlite:${join(folder, "pinhole.db")}`] as const;
  const programs = postgresPrograms();
  if (programs === undefined) return [sqlite, ["Postgres", undefined]];
  const server = await startPostgres(programs);
  keep({ stop: () => server.remove() });
  return [sqlite, ["Postgres", await server.create("records")]];
}

function questionsOf(from: number): readonly (readonly [string, string])[] {
  const day = (at: number): string => new Date(at).toISOString().slice(0, "2027-02-28".length);
  const month = `from=${day(from)}&to=${day(from + (days - 1) * dayMs)}`;
  const usage = (group: string): string => `/admin/v1/usage?group=${group}&${month}`;
  return [
    ["usage by day", usage("day")],
    ["usage by team and model", usage("team,model")],
    ["usage by key", usage("key")],
    ["usage by label", usage("label")],
    ["a page of the log", "/admin/v1/requests?limit=50"],
  ];
}

async function timeOf(pinhole: Pinhole, path: string): Promise<number> {
  const began = performance.now();
  const answer = await fetch(`http://127.0.0.1:${pinhole.port}${path}`, {
    headers: { authorization: `Bearer ${benchAdminToken}` },
  });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return performance.now() - began;
}

async function measureReports(
  bench: Bench,
  name: string,
  pinhole: Pinhole,
  from: number,
): Promise<Measured[]> {
  const found: Measured[] = [];
  for (const [what, path] of questionsOf(from)) {
    const times: number[] = [];
    for (let asking = 0; asking < askings; asking += 1) times.push(await timeOf(pinhole, path));
    const one = measuredAs(`${name}: ${what}`, times);
    bench.say(`  ${one.server}: ${one.median.toFixed(1)} ms`);
    found.push(one);
  }
  return found;
}

/** Small free requests at a fixed rate, alone and while somebody asks for one report after the other. */
async function measureAdded(
  bench: Bench,
  name: string,
  pinhole: Pinhole,
  from: number,
): Promise<Measured[]> {
  const request = generation("/v1/images/generations", {
    model: "small",
    response_format: "b64_json",
  });
  const job = { kind: "rate", host: "127.0.0.1", port: pinhole.port, request } as const;
  const run = (): Promise<JobResult> =>
    bench.load.run({ ...job, perSecond: ratePerSecond, count: sampleCount });
  await run();
  const alone = await run();
  let isOver = false;
  const asking = (async () => {
    const questions = questionsOf(from);
    for (let turn = 0; !isOver; turn += 1)
      await timeOf(pinhole, questions[turn % questions.length]?.[1] ?? "");
  })();
  const beside = await run();
  isOver = true;
  await asking;
  return [
    [`${name}: small requests`, alone] as const,
    [`${name}: small requests beside reports`, beside] as const,
  ].map(([what, { p50, p99, faults }]) => {
    bench.say(`  ${what}: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`);
    return { ...measuredAs(what, [p50]), p50, p99, faults };
  });
}

function measuredAs(server: string, times: readonly number[]): Measured {
  const [min, max] = [Math.min(...times), Math.max(...times)];
  return { server, rounds: times, median: median(times), min, max, faults: {} };
}
