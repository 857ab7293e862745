import { describe, expect, test } from "vitest";
import { PinholeError } from "../../src/core/errors.ts";
import { createPacing } from "../../src/net/poll.ts";

/** A clock that only sleeping moves. */
function stage(deadline: number, signal: AbortSignal = new AbortController().signal) {
  let time = 0;
  const slept: number[] = [];
  const pacing = createPacing({
    signal,
    deadline,
    now: () => time,
    async sleep(ms) {
      slept.push(ms);
      time += ms;
    },
  });
  return { ...pacing, slept };
}

describe("poll", () => {
  test("reads at once, then ever more slowly, until there is something", async () => {
    const { poll, slept } = stage(1_000_000);
    let reads = 0;
    const found = await poll(async () => ((reads += 1) < 9 ? undefined : "done"));
    expect(found).toBe("done");
    expect(slept.map(Math.round)).toEqual([500, 750, 1125, 1688, 2531, 3797, 5000, 5000]);
  });

  test("keeps a pace of its own", async () => {
    const { poll, slept } = stage(1_000_000);
    let reads = 0;
    await poll(async () => ((reads += 1) < 5 ? undefined : 1), { firstMs: 100, maxMs: 200 });
    expect(slept).toEqual([100, 150, 200, 200]);
  });

  test("something that is false or null is something", async () => {
    expect(await stage(10).poll(async () => false)).toBe(false);
    expect(await stage(10).poll(async () => null)).toBeNull();
  });

  test("ends at the deadline", async () => {
    const { poll, slept } = stage(2000);
    await expect(poll(async () => undefined)).rejects.toMatchObject({ code: "upstream_timeout" });
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(2000);
  });

  test("passes on what the read throws", async () => {
    const error = new Error("x");
    const reading = stage(2000).poll(async () => {
      throw error;
    });
    await expect(reading).rejects.toBe(error);
  });

  test("ends with the request, before the next read", async () => {
    const controller = new AbortController();
    let reads = 0;
    const polling = stage(1_000_000, controller.signal).poll(async () => {
      reads += 1;
      if (reads === 3) controller.abort();
      return undefined;
    });
    await expect(polling).rejects.toMatchObject({ code: "upstream_failed" });
    expect(reads).toBe(3);
  });
});

describe("sleep", () => {
  test("ends early when the request is cancelled, with the canceller's error", async () => {
    const reason = new PinholeError("overloaded", { message: "Stopping." });
    const controller = new AbortController();
    const { sleep } = createPacing({
      signal: controller.signal,
      deadline: Date.now() + 600_000,
      now: Date.now,
    });
    const sleeping = sleep(500_000);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(sleep(1)).rejects.toBe(reason);
  });

  test("ends at the deadline instead of after it", async () => {
    const { sleep, slept } = stage(1000);
    await sleep(400);
    await expect(sleep(700)).rejects.toMatchObject({ code: "upstream_timeout" });
    expect(slept).toEqual([400, 600]);
  });
});
