import { DatabaseSync } from "node:sqlite";
import { createCalendar } from "../../src/money/calendar.ts";
import { openStore } from "../../src/store/open.ts";
import { openConnection } from "../../src/store/postgres/connection.ts";
import { postgresSeries, type SeedOptions, seedStatements, sqliteSeries } from "./seed.ts";

/** Makes a database with a month of requests, whose totals are counted from the ledger as a start would. */
export async function seedDatabase(url: string, options: SeedOptions): Promise<void> {
  const now = (): number => options.from;
  await (await openStore({ url, now })).close();
  await (url.startsWith("sqlite:")
    ? seedSqlite(url.slice("sqlite:".length), options)
    : seedPostgres(url, options));
  const store = await openStore({ url, now });
  const calendar = createCalendar("UTC", "monday");
  const span = await store.totals.span();
  for (const day of calendar.daysFrom(span?.from ?? 0, span?.to ?? 0))
    await store.totals.count(day);
  await store.settings.set("totals_time_zone", calendar.timeZone);
  await store.close();
}

async function seedSqlite(file: string, options: SeedOptions): Promise<void> {
  const database = new DatabaseSync(file);
  database.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN");
  for (const sql of seedStatements(options, sqliteSeries(options.requests))) database.exec(sql);
  database.exec("COMMIT");
  database.close();
}

async function seedPostgres(url: string, options: SeedOptions): Promise<void> {
  const connection = await openConnection({ url, answerMsMax: 0 });
  for (const sql of seedStatements(options, postgresSeries(options.requests)))
    await connection.execute(sql);
  await connection.execute("VACUUM ANALYZE");
  await connection.close();
}
