import { expect, test } from "vitest";
import type { UsageQuery, UsageRow } from "../../src/store/commands/usage-report.ts";
import type { Store } from "../../src/store/store.ts";
import { payer } from "./budget-suite.ts";
import type { OpenEmpty } from "./samples.ts";
import { pay } from "./totals-suite.ts";

type Question = Partial<UsageQuery>;

function ask({ groups = [], only = {}, ...days }: Question): UsageQuery {
  return { groups, only, first: "0000-00-00", last: "9999-99-99", ...days };
}

async function rowsOf(store: Store, question: Question): Promise<readonly UsageRow[]> {
  const rows: UsageRow[] = [];
  for await (const piece of store.totals.report(ask(question))) rows.push(...piece);
  return rows;
}

/** The names of each row with what it came to. */
async function report(store: Store, question: Question): Promise<unknown[]> {
  const rows = await rowsOf(store, question);
  const { groups = [] } = question;
  return rows
    .filter(({ isShown }) => isShown)
    .map((row) => [...groups.map((group) => row.names[group]), Number(row.customerNano)]);
}

const dayMs = 86_400_000;
const fox = { ...payer, day: "1970-01-02", labels: ["nightly", "project=fox"] };

/** Six settlements of two keys on two days, of which two have labels. */
async function fill(store: Store): Promise<void> {
  const other = { ...payer, keyId: "key_2", keyName: "second", userId: null, teamId: null };
  await pay(store, "a", { nano: 1, model: "one" });
  await pay(store, "b", { nano: 10, model: "two" });
  await pay(store, "c", { nano: 100, model: "one", payer: { ...other, teamName: null } });
  await pay(store, "d", { nano: 1000, model: "one", heldAt: dayMs + 5, payer: fox });
  const fewer = { ...fox, keyName: "renamed", labels: ["project=fox"] };
  await pay(store, "e", { nano: 10_000, model: "two", heldAt: dayMs + 6, payer: fewer });
  await pay(store, "f", {
    nano: null,
    model: "two",
    heldAt: dayMs + 7,
    payer: { ...other, day: "1970-01-02" },
  });
}

/** What reports of usage must tell in every database. */
export function usageSuite(open: OpenEmpty): void {
  groupSuite(open);
  readSuite(open);
}

function groupSuite(open: OpenEmpty): void {
  test("usage is told by each group and by several, sorted, with the sums of both days", async () => {
    const store = await open();
    await fill(store);
    const by = (...groups: UsageQuery["groups"]) => report(store, { groups });
    expect(await by()).toEqual([[11_111]]);
    expect(await by("key")).toEqual([
      ["key_1", 11_011],
      ["key_2", 100],
    ]);
    expect(await by("day", "model")).toEqual([
      ["1970-01-01", "one", 101],
      ["1970-01-01", "two", 10],
      ["1970-01-02", "one", 1000],
      ["1970-01-02", "two", 10_000],
    ]);
    expect(await by("channel")).toEqual([["main", 11_111]]);
    expect(await by("team", "user")).toEqual([
      [null, null, 100],
      ["art", "ann", 11_011],
    ]);
    expect(await report(store, { groups: ["key"], within: { team: "art" } })).toEqual([
      ["key_1", 11_011],
    ]);
    const others = { groups: ["key"] as const, only: { key: "key_2" }, within: { team: "art" } };
    expect(await report(store, others)).toEqual([]);
    expect(await report(store, { within: { user: "ann" } })).toEqual([[11_011]]);
    expect(await report(store, { within: { key: "key_2" } })).toEqual([[100]]);
    expect(await report(store, { groups: ["day"], first: "1970-01-02" })).toEqual([
      ["1970-01-02", 11_000],
    ]);
    expect(await report(store, { groups: ["day"], last: "1970-01-01" })).toEqual([
      ["1970-01-01", 111],
    ]);
  });

  test("a request is in the row of each of its labels, in the foot once, and what has none is a row too", async () => {
    const store = await open();
    await fill(store);
    expect(await report(store, { groups: ["label"] })).toEqual([
      [null, 111],
      ["nightly", 1000],
      ["project=fox", 11_000],
    ]);
    const rows = await rowsOf(store, { groups: ["label", "day"] });
    const foot = rows.reduce((sum, row) => sum + (row.isWhole ? row.customerNano : 0n), 0n);
    expect(foot).toBe(11_111n);
    const only = { label: "project=fox" };
    expect(await report(store, { only })).toEqual([[11_000]]);
    expect(await report(store, { groups: ["label"], only })).toEqual([["project=fox", 11_000]]);
    const [whole] = await rowsOf(store, { only });
    expect(whole?.isWhole).toBe(true);
  });

  test("filters hold together; nothing found is sums of nothing, or no rows", async () => {
    const store = await open();
    await fill(store);
    expect(
      await report(store, { groups: ["model"], only: { key: "key_1", model: "two" } }),
    ).toEqual([["two", 10_010]]);
    expect(await report(store, { only: { team: "art", user: "ann", channel: "main" } })).toEqual([
      [11_011],
    ]);
    expect(await report(store, { only: { key: "nobody" } })).toEqual([[0]]);
    expect(await report(store, { groups: ["day"], only: { key: "nobody" } })).toEqual([]);
  });
}

function readSuite(open: OpenEmpty): void {
  test("names are those of the last day, counts are of requests, images and unknown amounts", async () => {
    const store = await open();
    await fill(store);
    const [first, second] = await rowsOf(store, { groups: ["key"] });
    expect(first).toMatchObject({ titles: { key: "renamed" }, requests: 4, images: 4, unknown: 0 });
    expect(second).toMatchObject({ titles: { key: "second" }, requests: 2, unknown: 1 });
    expect(second).toMatchObject({ attempts: 0, providerNano: 0n, providerUnknown: 0 });
  });

  test("amounts beyond 2^53 come to the last digit", async () => {
    const store = await open();
    const most = Number.MAX_SAFE_INTEGER;
    for (const id of ["a", "b", "c"]) await pay(store, id, { nano: most });
    const [row] = await rowsOf(store, { groups: ["team"] });
    expect(row?.customerNano).toBe(3n * BigInt(most));
  });

  test("reports are read side by side in pieces, and one that is left gives back what it held", async () => {
    const store = await open();
    const ids = Array.from({ length: 2300 }, (_, at) => `r${String(at).padStart(4, "0")}`);
    await Promise.all(ids.map((id, at) => pay(store, id, { nano: at, model: id })));
    const left = store.totals.report(ask({ groups: ["model"] }));
    expect((await left.next()).value).toHaveLength(1000);
    // Short ones wait for no long one.
    expect(await report(store, { groups: ["key"] })).toEqual([["key_1", (2299 * 2300) / 2]]);
    expect(await store.requests.list({ limit: 5 })).toHaveLength(5);
    // Of its own moment, whatever is settled meanwhile.
    await pay(store, "later", { nano: 1, model: "z" });
    expect((await left.next()).value).toHaveLength(1000);
    await left.return(undefined);
    const [one, two] = await Promise.all([
      report(store, { groups: ["model"], only: { key: "key_1" }, last: "1970-01-01" }),
      report(store, { groups: ["model", "key"] }),
    ]);
    expect(one).toEqual([...ids.map((id, at) => [id, at]), ["z", 1]]);
    expect(two).toHaveLength(2301);
    for (let times = 0; times < 4; times += 1) {
      const again = store.totals.report(ask({ groups: ["model"] }));
      await again.next();
      await again.return(undefined);
    }
    expect(await report(store, {})).toEqual([[(2299 * 2300) / 2 + 1]]);
  });
}
