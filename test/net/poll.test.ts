import { describe, expect, test } from "vitest";
import { PinholeError } from "../../src/core/errors.ts";
import { createPacing } from "../../src/net/upstream/poll.ts";

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

describe("alongside", () => {
  const settled = async <T>(steps: AsyncGenerator<string, T, void>) => {
    const seen: string[] = [];
    for (;;) {
      const step = await steps.next();
      if (step.done === true) return { seen, value: step.value };
      seen.push(step.value);
    }
  };

  test("yields what looks find until the work is done, and returns what it comes to", async () => {
    const work = Promise.withResolvers<number>();
    let looks = 0;
    const { alongside, slept } = stage(1_000_000);
    const look = async (): Promise<string | undefined> => {
      looks += 1;
      if (looks === 2) throw new Error("a look that fails finds nothing");
      if (looks === 5) work.resolve(7);
      return looks === 3 ? undefined : `look ${looks}`;
    };
    const { seen, value } = await settled(alongside(() => work.promise, look, 250));
    expect([seen.slice(0, 2), value]).toEqual([["look 1", "look 4"], 7]);
    expect(new Set(slept)).toEqual(new Set([250]));
  });

  test("throws what the work throws, without waiting for a look that hangs", async () => {
    const { alongside } = stage(1_000_000);
    const never = new Promise<undefined>(() => {});
    let begun = false;
    const work = async (): Promise<number> => {
      while (!begun) await new Promise((resolve) => setImmediate(resolve));
      throw new PinholeError("upstream_busy", { message: "No." });
    };
    const look = async (): Promise<string | undefined> => {
      begun = true;
      return never;
    };
    await expect(settled(alongside(work, look, 1))).rejects.toMatchObject({
      code: "upstream_busy",
    });
  });

  test("a cancelled request looks no more; the work says how it ends", async () => {
    const cancel = new AbortController();
    const pacing = createPacing({ signal: cancel.signal, deadline: Infinity, now: () => 0 });
    const work = Promise.withResolvers<number>();
    let looks = 0;
    const steps = pacing.alongside(
      () => work.promise,
      async () => `look ${(looks += 1)}`,
      1,
    );
    expect((await steps.next()).value).toBe("look 1");
    cancel.abort();
    const ending = steps.next();
    work.reject(new PinholeError("upstream_failed", { message: "Cancelled." }));
    await expect(ending).rejects.toMatchObject({ code: "upstream_failed" });
    expect(looks).toBe(1);
  });
});
