import { expect, test } from "vitest";
import { createNodeWatch } from "../../src/gateway/requests/nodes.ts";
import type { NodeRecord } from "../../src/store/request-records.ts";

/** A database's nodes, a clock of the day, the process's own clock, and one node that watches. */
function bench(options: { readonly lost?: number; readonly recent?: boolean } = {}) {
  const rows = new Map<string, NodeRecord>();
  const removed: string[] = [];
  const clock = { day: 1_000_000_000, own: 0, file: null as string | null };
  const warnings: object[] = [];
  let sweeps = 0;
  const store = {
    nodes: {
      renew(node: NodeRecord) {
        rows.set(node.id, node);
        return Promise.resolve([...rows.values()]);
      },
      remove(id: string) {
        removed.push(id);
        return Promise.resolve(void rows.delete(id));
      },
      bury(id: string) {
        removed.push(id);
        return Promise.resolve(void rows.delete(id));
      },
    },
    requests: {
      sweep: () => {
        sweeps += 1;
        return Promise.resolve(options.lost ?? 0);
      },
      anyRecent: () => Promise.resolve(options.recent ?? false),
    },
  };
  const watch = createNodeWatch({
    // Only what watching uses of the store.
    store: store as never,
    log: { info() {}, warn: (fields: object) => void warnings.push(fields), error() {} },
    node: "own",
    program: { version: "1", schemaStep: "0001" },
    host: "here",
    fileHash: () => clock.file,
    repeatWindowMs: () => 10_000,
    now: () => clock.day,
    uptime: () => clock.own,
  });
  return {
    rows,
    removed,
    clock,
    warnings,
    watch,
    sweeps: () => sweeps,
    seen(id: string, at = clock.day) {
      rows.set(id, {
        id,
        startedAt: 1,
        seenAt: at,
        version: null,
        schemaStep: null,
        host: null,
        fileHash: null,
        fileSince: null,
      });
    },
    async pass(ms: number, dayMs = ms) {
      clock.own += ms;
      clock.day += dayMs;
      await watch.renew();
    },
  };
}

test("the node that had the folder before is dead at once, and what it left is closed and told", async () => {
  const { watch, removed, sweeps, warnings } = bench({ lost: 3 });
  await watch.begin("before");
  expect([removed, sweeps()]).toEqual([["before"], 1]);
  expect(warnings).toEqual([{ count: 3 }]);
  await watch.end();
  expect(removed).toEqual(["before", "own"]);
});

test("a node unseen for 20 s is dead; one that renews is not, however long", async () => {
  const { watch, seen, pass, removed, sweeps } = bench();
  await watch.begin(undefined);
  seen("quiet");
  for (let second = 0; second < 15; second += 5) {
    seen("busy");
    await pass(5_000);
  }
  expect(removed).toEqual([]);
  await pass(5_000);
  expect(removed).toEqual(["quiet"]);
  expect(sweeps()).toBe(2);
});

test.each([
  ["back a day", -86_400_000],
  ["forward a day", 86_400_000],
])("a clock that is set %s kills nobody who renews", async (_, jump) => {
  const { watch, seen, pass, removed, clock } = bench();
  await watch.begin(undefined);
  seen("busy");
  await pass(5_000);
  clock.day += jump;
  for (let second = 0; second < 60; second += 5) {
    await pass(5_000);
    seen("busy");
  }
  expect(removed).toEqual([]);
});

test("a node that was long dead when this one began is found sooner", async () => {
  const { watch, seen, pass, removed, clock } = bench();
  seen("dead", clock.day - 3_600_000);
  await watch.begin(undefined);
  for (let second = 0; second < 15; second += 5) {
    expect(removed).toEqual([]);
    await pass(5_000);
  }
  expect(removed).toEqual(["dead"]);
});

test("a node that starts is alone at once where nothing of before it may be repeated, unless another is at work", async () => {
  const first = bench();
  await first.watch.begin("before");
  expect(first.watch.isAlone()).toBe(true);
  const second = bench();
  second.seen("other");
  await second.watch.begin(undefined);
  expect(second.watch.isAlone()).toBe(false);
});

test("alone is who has seen no other node for the repeat window, also after a start behind a request that may be repeated", async () => {
  const { watch, seen, pass, rows } = bench({ recent: true });
  expect(watch.isAlone()).toBe(false);
  await watch.begin("before");
  expect(watch.isAlone()).toBe(false);
  await pass(10_000);
  expect(watch.isAlone()).toBe(true);
  seen("other");
  await pass(5_000);
  expect(watch.isAlone()).toBe(false);
  rows.delete("other");
  await pass(5_000);
  expect(watch.isAlone()).toBe(false);
  await pass(5_000);
  expect(watch.isAlone()).toBe(true);
});

test("records of earlier versions, which name no node, are looked for every minute", async () => {
  const { watch, pass, sweeps } = bench();
  await watch.begin(undefined);
  for (let second = 0; second < 120; second += 5) await pass(5_000);
  expect(sweeps()).toBe(3);
});

test("a watch that could not look for a while blames no other for having been as silent", async () => {
  const { watch, seen, pass, removed } = bench();
  await watch.begin(undefined);
  seen("other");
  await pass(5_000);
  // The database was away for both; this one is back first.
  await pass(120_000);
  await pass(5_000);
  seen("other");
  await pass(5_000);
  expect(removed).toEqual([]);
  await pass(5_000);
  expect(removed).toEqual([]);
  for (let turn = 0; turn < 4; turn += 1) await pass(5_000);
  expect(removed).toEqual(["other"]);
});

test("a node renews its row every 2 s while there are others, and half as often alone", async () => {
  const { watch, seen, pass, rows, clock } = bench();
  const renewals: number[] = [];
  await watch.begin(undefined);
  const look = async (): Promise<void> => {
    await pass(2_000);
    const at = rows.get("own")?.seenAt ?? 0;
    if (renewals.at(-1) !== at) renewals.push(at);
  };
  const began = clock.day;
  for (let turn = 0; turn < 4; turn += 1) await look();
  expect(renewals.map((at) => at - began)).toEqual([0, 4_000, 8_000]);
  expect(watch.silentMs()).toBe(0);
  for (let turn = 0; turn < 4; turn += 1) {
    seen("other");
    await look();
  }
  expect(renewals.slice(3).map((at) => at - began)).toEqual([12_000, 14_000, 16_000]);
});

test("a node says since when it goes by its files, and that it has none", async () => {
  const { watch, rows, clock, pass } = bench();
  await watch.begin(undefined);
  expect(rows.get("own")).toMatchObject({ host: "here", fileHash: "none", fileSince: clock.day });
  const since = clock.day;
  await pass(5_000);
  expect(rows.get("own")).toMatchObject({ fileSince: since });
  clock.file = "f00d";
  await pass(5_000);
  expect(rows.get("own")).toMatchObject({ fileHash: "f00d", fileSince: clock.day });
  expect(watch.atWork().map(({ id }) => id)).toEqual(["own"]);
});

test("a node shows itself every half second until all that it answered must have arrived, where others may be asked for it", async () => {
  const { watch, seen, pass, rows, clock } = bench();
  await watch.begin(undefined);
  const signs: number[] = [];
  const began = clock.day;
  const look = async (): Promise<void> => {
    await pass(500);
    const at = (rows.get("own")?.seenAt ?? 0) - began;
    if (signs.at(-1) !== at) signs.push(at);
  };
  expect(watch.answering()).toBe(false);
  await look();
  seen("other");
  await pass(4_000);
  expect(watch.answering()).toBe(true);
  signs.length = 0;
  for (let turn = 0; turn < 9; turn += 1) {
    seen("other");
    await look();
  }
  expect(signs).toEqual([5_000, 5_500, 6_000, 6_500, 8_500]);
});
