import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startUpkeep, upkeepTasks } from "../../src/app/upkeep.ts";
import type { GatewayLog } from "../../src/core/log.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function collectLog(): { readonly lines: unknown[]; readonly log: GatewayLog } {
  const lines: unknown[] = [];
  const push = (fields: unknown, message: string): void => void lines.push([message, fields]);
  return { lines, log: { info: push, warn: push, error: push } };
}

test("a task runs at the start and every so often, until stopped", async () => {
  const { lines, log } = collectLog();
  let fast = 0;
  let slow = 0;
  const upkeep = startUpkeep(
    [
      { name: "fast", everyMs: 1_000, run: () => void (fast += 1) },
      { name: "slow", everyMs: 2_500, run: () => void (slow += 1) },
    ],
    log,
  );
  expect([fast, slow]).toEqual([1, 1]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect([fast, slow]).toEqual([6, 3]);
  await upkeep.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect([fast, slow]).toEqual([6, 3]);
  expect(lines).toEqual([]);
});

test("never twice at once, which keeps no other task waiting, and stopping waits for the one that runs", async () => {
  let started = 0;
  let others = 0;
  let finish: (() => void) | undefined;
  const upkeep = startUpkeep(
    [
      {
        name: "long",
        everyMs: 1_000,
        run() {
          started += 1;
          return new Promise<void>((resolve) => {
            finish = resolve;
          });
        },
      },
      { name: "other", everyMs: 1_000, run: () => void (others += 1) },
    ],
    collectLog().log,
  );
  await vi.advanceTimersByTimeAsync(2_000);
  expect([started, others]).toEqual([1, 3]);
  finish?.();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(started).toBe(2);
  let stopped = false;
  const stopping = upkeep.stop().then(() => (stopped = true));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(stopped).toBe(false);
  finish?.();
  await stopping;
});

test("a failure is logged with the task's name, and the next run tries again", async () => {
  const { lines, log } = collectLog();
  let runs = 0;
  const upkeep = startUpkeep(
    [
      {
        name: "sweeping",
        everyMs: 1_000,
        run() {
          runs += 1;
          if (runs === 1) throw new Error("the disk is gone");
          return runs === 2 ? Promise.reject(new Error("still gone")) : undefined;
        },
      },
    ],
    log,
  );
  await vi.advanceTimersByTimeAsync(2_000);
  await upkeep.stop();
  expect(runs).toBe(3);
  expect(lines).toEqual([
    ["sweeping failed", { detail: expect.stringContaining("the disk is gone") as string }],
    ["sweeping failed", { detail: expect.stringContaining("still gone") as string }],
  ]);
});

test("images and kept pictures are swept with the time of each, nodes are watched and outcomes written late", async () => {
  const seen: string[] = [];
  const beats: number[] = [];
  let at = 100;
  const tasks = upkeepTasks({
    blobs: {
      sweep(now) {
        seen.push(`images ${now}`);
        return Promise.resolve(1);
      },
    },
    kept: { tick: () => void seen.push("kept") },
    clock: { measure: () => Promise.resolve(void seen.push("clock")) },
    cluster: { isShared: true, beat: (nodes) => Promise.resolve(void beats.push(nodes)) },
    gateway: {
      nodes: {
        renew: () => Promise.resolve(void seen.push("nodes")),
        isFirst: () => false,
        count: () => 2,
      },
      retention: { sweep: () => Promise.resolve(void seen.push("records")) },
      gallery: { sweepLeft: () => Promise.resolve(void seen.push("left")) },
      reviewNotices: () => Promise.resolve(void seen.push("notices")),
      sendNotices: () => Promise.resolve(void seen.push("sent")),
      followErasures: () => Promise.resolve(void seen.push("erasures")),
      writeOutcomes: () => Promise.resolve(void seen.push("outcomes")),
      administration: {
        reseal: async () => seen.push("seals"),
        keys: { catchUp: () => Promise.resolve(void seen.push("keys")) },
      },
    },
    identity: { sessions: { sweep: () => Promise.resolve(void seen.push("sessions")) } },
    now: () => at,
  });
  for (const task of tasks) await task.run();
  at = 200;
  for (const task of tasks) await task.run();
  const rest = [
    "records",
    "left",
    "kept",
    "keys",
    "erasures",
    "sessions",
    "seals",
    "nodes",
    "notices",
    "sent",
    "outcomes",
  ];
  expect(seen).toEqual(["clock", "images 100", ...rest, "clock", "images 200", ...rest]);
  expect(beats).toEqual([2, 2]);
  const others = tasks.filter(({ name }) => !name.startsWith("counting"));
  expect(others.map(({ everyMs }) => everyMs)).toEqual([
    30_000, 60_000, 60_000, 60_000, 60_000, 2_000, 2_000, 3_600_000, 60_000, 500, 60_000, 2_000,
    5_000,
  ]);
});
