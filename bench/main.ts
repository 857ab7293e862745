import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { inspect, parseArgs } from "node:util";
import type { Bench } from "./bench.ts";
import { makeBodies } from "./bodies.ts";
import { startLoad } from "./load-process.ts";
import type { RowResult } from "./results.ts";
import { type Row, rows } from "./rows/index.ts";
import { nginxVersion } from "./servers/nginx.ts";
import { buildBefore, ownBuild } from "./servers/pinhole.ts";
import { type Report, table } from "./table.ts";

/** `npm run bench`: measures, prints a table and writes JSON. bench/README.md says how to read it. */

const project = join(import.meta.dirname, "..");

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    seconds: { type: "string", default: "4" },
    rounds: { type: "string" },
    "in-flight": { type: "string", default: "1000" },
    "no-peers": { type: "boolean", default: false },
    out: { type: "string", default: join(project, "bench/results/last.json") },
    help: { type: "boolean", default: false },
  },
});

const usage = `npm run bench -- [--only <row>]... [--seconds 4] [--rounds 5] [--in-flight 1000] [--no-peers] [--out file.json]
With PINHOLE_BENCH_BEFORE=<a built checkout> its server takes turns with this one's, 10 rounds by default.
rows: ${rows.map(({ id }) => id).join(", ")}
`;

function machine(): Record<string, string> {
  const [cpu] = cpus();
  return {
    cpu: `${cpus().length} × ${cpu?.model.trim() ?? "unknown"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    kernel: release(),
    node: process.version,
    nginx: nginxVersion() ?? "missing",
    commit: commitOf(project),
    date: new Date().toISOString(),
  };
}

function commitOf(checkout: string): string {
  const asked = spawnSync("git", ["describe", "--always", "--dirty"], {
    cwd: checkout,
    encoding: "utf8",
  });
  return asked.stdout.trim();
}

/** A row's result; none where it cannot be measured, which is said and leaves the other rows alone. */
async function measure(bench: Bench, row: Row): Promise<RowResult[]> {
  if (row.needsNginx && !bench.hasNginx) {
    bench.say(`${row.id}: left out, since nginx is not installed (Debian: apt-get install nginx)`);
    return [];
  }
  bench.say(row.id);
  const began = performance.now();
  try {
    const result = await row.measure(bench);
    return [{ ...result, tookSeconds: (performance.now() - began) / 1000 }];
  } catch (error) {
    bench.say(`${row.id}: ${inspect(error)}`);
    process.exitCode = 1;
    return [];
  }
}

async function run(): Promise<void> {
  const unknown = values.only.filter((id) => rows.every((row) => row.id !== id));
  if (values.help || unknown.length > 0) {
    process.stdout.write(usage);
    if (unknown.length > 0) process.exitCode = 1;
    return;
  }
  const before = process.env["PINHOLE_BENCH_BEFORE"];
  const build = ownBuild();
  const builds = before === undefined ? [build] : [build, buildBefore(before)];
  // On the disk of the project, not on a memory file system: commits and spools must reach a disk.
  const cache = join(project, ".cache/bench");
  mkdirSync(join(cache, "tools"), { recursive: true });
  const root = mkdtempSync(join(cache, "run-"));
  // Asked before anything runs: the tree may change while it does.
  const where = { ...machine(), ...(before === undefined ? {} : { before: commitOf(before) }) };
  const load = await startLoad();
  const bench: Bench = {
    root,
    tools: process.env["PINHOLE_BENCH_TOOLS"] ?? join(cache, "tools"),
    bodies: makeBodies(root),
    load,
    rounds: Number(values.rounds ?? (before === undefined ? 5 : 10)),
    seconds: Number(values.seconds),
    inFlight: Number(values["in-flight"]),
    hasNginx: nginxVersion() !== undefined,
    peers: !values["no-peers"],
    build,
    builds,
    say: (line) => void process.stderr.write(`${line}\n`),
  };
  const results: RowResult[] = [];
  try {
    for (const row of rows)
      if (values.only.length === 0 || values.only.includes(row.id))
        results.push(...(await measure(bench, row)));
  } finally {
    load.stop();
    rmSync(root, { recursive: true, force: true });
  }
  const { rounds, seconds } = bench;
  const report: Report = { machine: where, rounds, seconds, results };
  mkdirSync(join(values.out, ".."), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify(report, undefined, 2)}\n`);
  process.stdout.write(table(report));
}

await run();
