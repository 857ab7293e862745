import { expect, test } from "vitest";
import { createRetention } from "../../../src/gateway/requests/retention.ts";
import type { Store } from "../../../src/store/store.ts";

const ignore = (): void => undefined;

interface World {
  records: number;
  prompts: number;
  /** Time of one piece, milliseconds. */
  pieceMs: number;
  readonly asked: string[];
}

function start(world: World, isFirst = true, recordsMs = 900) {
  let uptime = 1000;
  const piece = (of: "records" | "prompts", before: number, limit: number): Promise<number> => {
    world.asked.push(`${of} ${before}`);
    uptime += world.pieceMs;
    const count = Math.min(limit, world[of]);
    world[of] -= count;
    return Promise.resolve(count);
  };
  const retention: Store["retention"] = {
    forget: (before, limit) => piece("records", before, limit),
    forgetPrompts: (before, limit) => piece("prompts", before, limit),
    forgetNotices: (before) => {
      world.asked.push(`notices ${before}`);
      return Promise.resolve(0);
    },
    backlog: () => Promise.resolve({ records: world.records, prompts: world.prompts }),
  };
  return createRetention(
    {
      store: { retention },
      nodes: { isFirst: () => isFirst },
      log: { info: ignore, warn: ignore, error: ignore },
      now: () => 10_000,
      uptime: () => uptime,
    },
    { recordsMs, promptsMs: 300 },
  );
}

test("both are forgotten in turn until nothing is old, each by its own time", async () => {
  const world: World = { records: 1200, prompts: 300, pieceMs: 10, asked: [] };
  const retention = start(world);
  await retention.sweep();
  expect(world).toMatchObject({ records: 0, prompts: 0 });
  const forgotten = world.asked.filter((one) => !one.startsWith("notices"));
  expect(forgotten).toEqual(["records 9100", "prompts 9700", "records 9100", "records 9100"]);
  // Notices stay for a month at least.
  const month = 32 * 86_400_000;
  expect(world.asked).toContain(`notices ${10_000 - month}`);
  await start(world, true, 2 * month).sweep();
  expect(world.asked.at(-1)).toBe(`notices ${10_000 - 2 * month}`);
  expect(retention.backlog()).toEqual({ records: 0, prompts: 0 });
});

test("no sweep takes more than 200 ms by its slowest piece, neither work starves, and the rest is known", async () => {
  const world = { records: 100_000, prompts: 100_000, pieceMs: 30, asked: [] };
  const retention = start(world);
  await retention.sweep();
  expect(world.asked).toHaveLength(7);
  expect(retention.backlog()).toEqual({ records: 98_500, prompts: 98_500 });
  await retention.sweep();
  expect(retention.backlog()).toEqual({ records: 97_000, prompts: 97_000 });
});

test("one slow piece is all of a sweep, and another node's sweep is not done here", async () => {
  const slow = { records: 1000, prompts: 1000, pieceMs: 300, asked: [] };
  await start(slow).sweep();
  expect(slow.asked).toHaveLength(1);
  const other = { records: 1000, prompts: 1000, pieceMs: 1, asked: [] };
  await start(other, false).sweep();
  expect(other.asked).toEqual([]);
});
