import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../src/store/open.ts";
import { openConnection } from "../src/store/postgres/connection.ts";
import { postgresPrograms, startPostgres } from "../test/support/postgres.ts";
import { treeResident, watchPeak } from "./process-tree.ts";
import { postgresSeries, sqliteSeries } from "./records/seed.ts";
import { benchAdminToken, ownBuild, startPinhole } from "./servers/pinhole.ts";

/**
 * The CSV of a report whose every row is a group, on both databases: how long it takes, and how much memory the gateway
 * takes for it beside what it had. `node bench/long-report.ts 1000000` prints a line for a tenth of the rows and for all.
 */
const most = Number(process.argv[2] ?? 1_000_000);
const days = 28;

/** Rows of usage: as many keys as there must be, each on every day. */
function rowsSql(series: string): string {
  const key = `CAST(i / ${days} AS text)`;
  const day = `'2026-10-' || substr(CAST(101 + i % ${days} AS text), 2)`;
  return `INSERT INTO totals (slice, day, id, book, label, key_id, key_name, channel_id, model, nano, entries, images, unknown)
    SELECT 'bare', ${day}, 'row' || CAST(i AS text), 'customer', '', 'key_' || ${key}, 'the key of shop ' || ${key},
      'main', 'painter', 40000000 + i, 1, 1, 0 FROM ${series}`;
}

async function seed(url: string, rows: number): Promise<void> {
  const store = await openStore({ url, now: Date.now });
  await store.settings.set("totals_time_zone", "UTC");
  await store.close();
  if (url.startsWith("sqlite:")) {
    const database = new DatabaseSync(url.slice("sqlite:".length));
    database.exec(rowsSql(sqliteSeries(rows)));
    database.close();
    return;
  }
  const connection = await openConnection({ url, answerMsMax: 0 });
  await connection.execute(rowsSql(postgresSeries(rows)));
  await connection.execute("VACUUM ANALYZE totals");
  await connection.close();
}

async function measure(root: string, name: string, url: string, rows: number): Promise<string> {
  await seed(url, rows);
  const pinhole = await startPinhole(root, ownBuild(), { name, upstreams: {}, database: url });
  try {
    const { pid } = pinhole;
    const query = "group=key,day&from=2026-10-01&to=2026-10-28&format=csv";
    const path = `http://127.0.0.1:${pinhole.port}/admin/v1/usage?${query}`;
    const before = treeResident(pid);
    const memory = watchPeak(pid);
    const began = performance.now();
    const answer = await fetch(path, { headers: { authorization: `Bearer ${benchAdminToken}` } });
    let lines = 0;
    for await (const chunk of answer.body ?? [])
      for (const byte of chunk) if (byte === 10) lines += 1;
    const seconds = (performance.now() - began) / 1000;
    const grown = (memory.stop() - before) / 2 ** 20;
    return `${name}: ${lines} lines in ${seconds.toFixed(1)} s, ${Math.round(grown)} MB more than before`;
  } finally {
    await pinhole.stop();
  }
}

const root = mkdtempSync(join(tmpdir(), "pinhole-long-report-"));
const programs = postgresPrograms();
const server = programs === undefined ? undefined : await startPostgres(programs);
for (const rows of [most / 10, most]) {
  console.log(await measure(root, `SQLite-${rows}`, `sqlite:${join(root, `${rows}.db`)}`, rows));
  if (server === undefined) continue;
  const url = await server.create(`rows${rows}`);
  console.log(await measure(root, `Postgres-${rows}`, url, rows));
}
await server?.remove();
rmSync(root, { recursive: true, force: true });
