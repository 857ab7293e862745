import { join } from "node:path";
import { expect, test } from "vitest";
import { countTotals } from "../../src/gateway/ledger/totals.ts";
import { createCalendar } from "../../src/money/calendar.ts";
import { openStore } from "../../src/store/open.ts";
import { temporaryFolder } from "../store/samples.ts";
import { pay } from "../store/totals-suite.ts";

test("a start counts the days of its own time zone, once: what was booked before, and after a change of the zone", async () => {
  const store = await openStore({
    url: `sqlite:${join(temporaryFolder(), "p.db")}`,
    now: () => 1,
  });
  const moments = ["2026-03-28T18:20:00Z", "2026-03-28T23:10:00Z", "2026-03-29T06:00:00Z"];
  for (const [at, text] of moments.entries())
    await pay(store, `r${at}`, { nano: 10 ** at, heldAt: Date.parse(text) });
  const daysIn = async (zone: string): Promise<unknown> => {
    await countTotals(store, createCalendar(zone, "monday"));
    const { sums } = await store.ledger.ofKey("key_1", ["2026-03-01", "2026-03-31"], 0);
    return sums.map(({ day, nano }) => [day, Number(nano)]);
  };
  try {
    expect(await daysIn("America/Los_Angeles")).toEqual([["2026-03-28", 111]]);
    expect(await daysIn("Asia/Kathmandu")).toEqual([["2026-03-29", 111]]);
    expect(await daysIn("Europe/Berlin")).toEqual([
      ["2026-03-28", 1],
      ["2026-03-29", 110],
    ]);
    // Nothing is counted again where the zone is the same.
    await store.totals.trim("0000-00-00", "2026-03-28");
    expect(await daysIn("Europe/Berlin")).toEqual([["2026-03-28", 1]]);
    expect(await daysIn("UTC")).toEqual([
      ["2026-03-28", 11],
      ["2026-03-29", 100],
    ]);
  } finally {
    await store.close();
  }
});
