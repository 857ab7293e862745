import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startSweeper } from "../../src/blobs/sweeper.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("sweeps every so often with the time of each, until stopped", async () => {
  const times: number[] = [];
  const sweeper = startSweeper({
    blobs: {
      sweep: (now) => {
        times.push(now);
        return Promise.resolve(0);
      },
    },
    everyMs: 1_000,
    now: () => 5_000 + times.length,
    onError: (thrown) => expect.unreachable(String(thrown)),
  });
  expect(times).toEqual([]);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(times).toEqual([5_000, 5_001, 5_002]);
  await sweeper.stop();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(times).toHaveLength(3);
});

test("never twice at once, and stopping waits for the one that runs", async () => {
  let started = 0;
  let finish: (() => void) | undefined;
  const sweeper = startSweeper({
    blobs: {
      sweep: async () => {
        started += 1;
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return 1;
      },
    },
    everyMs: 1_000,
    now: () => 0,
    onError: (thrown) => expect.unreachable(String(thrown)),
  });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(started).toBe(1);
  finish?.();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(started).toBe(2);
  let stopped = false;
  const stopping = sweeper.stop().then(() => {
    stopped = true;
  });
  await vi.advanceTimersByTimeAsync(10);
  expect(stopped).toBe(false);
  finish?.();
  await stopping;
  expect(stopped).toBe(true);
});

test("a sweep that fails is told of, and the next one comes", async () => {
  const faults: unknown[] = [];
  let sweeps = 0;
  const sweeper = startSweeper({
    blobs: {
      sweep: () => {
        sweeps += 1;
        throw new Error(`sweep ${sweeps}`);
      },
    },
    everyMs: 1_000,
    now: () => 0,
    onError: (thrown) => faults.push(thrown),
  });
  await vi.advanceTimersByTimeAsync(2_000);
  await sweeper.stop();
  expect(faults).toEqual([new Error("sweep 1"), new Error("sweep 2")]);
});
