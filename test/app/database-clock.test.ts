import { expect, test } from "vitest";
import { createDatabaseClock } from "../../src/app/database-clock.ts";

const noon = Date.UTC(2026, 10, 27, 12);

/** A clock whose machine is wrong by so much, with a database that takes `tookMs` to answer. */
function bench(wrongMs: number, tookMs = 0) {
  const state = { uptime: 1000.25, wrongMs, tookMs, isAway: false };
  const lines: string[] = [];
  const push = (_fields: unknown, message: string): void => void lines.push(message);
  const real = (): number => noon + state.uptime;
  const clock = createDatabaseClock({
    async serverTime() {
      if (state.isAway) throw new Error("away");
      await Promise.resolve();
      state.uptime += state.tookMs / 2;
      const time = Math.floor(real());
      state.uptime += state.tookMs / 2;
      return time;
    },
    machine: () => Math.floor(real()) + state.wrongMs,
    uptime: () => state.uptime,
    log: { info: push, warn: push, error: push },
  });
  return { clock, state, lines, real };
}

test.each([0, 240_000, -240_000, 3_600_000, -3_600_000])(
  "two nodes agree however wrong one's machine is: %d ms",
  async (wrongMs) => {
    const { clock, state, real } = bench(wrongMs, 80);
    expect(clock.now()).toBe(Math.floor(real()) + wrongMs);
    await clock.measure();
    expect(Math.abs(clock.now() - real())).toBeLessThanOrEqual(2);
    state.uptime += 29_000;
    expect(Math.abs(clock.now() - real())).toBeLessThanOrEqual(2);
    expect(Number.isInteger(clock.now())).toBe(true);
  },
);

test("a machine's clock that is set, and a database that is away, change nothing in between", async () => {
  const { clock, state, real } = bench(0);
  await clock.measure();
  state.wrongMs = -7_200_000;
  state.isAway = true;
  await expect(clock.measure()).rejects.toThrow("away");
  state.uptime += 600_000;
  expect(Math.abs(clock.now() - real())).toBeLessThanOrEqual(2);
});

test("an answer that took too long says nothing", async () => {
  const { clock, state, real } = bench(5000, 2100);
  await clock.measure();
  expect(clock.now()).toBe(Math.floor(real()) + 5000);
  state.tookMs = 1900;
  await clock.measure();
  expect(Math.abs(clock.now() - real())).toBeLessThanOrEqual(2);
});

test.each([
  [30_000, []],
  [
    31_000,
    [
      "the machine's clock is 31 s ahead of the database's; times go by the database's, set the machine's clock",
    ],
  ],
  [
    -40_000,
    [
      "the machine's clock is 40 s behind the database's; times go by the database's, set the machine's clock",
    ],
  ],
])(
  "a clock that is wrong by %d ms is told once, and that it is right again",
  async (wrongMs, told) => {
    const { clock, state, lines } = bench(wrongMs);
    await clock.measure();
    await clock.measure();
    expect(lines).toEqual(told);
    clock.check();
    state.wrongMs = 0;
    await clock.measure();
    await clock.measure();
    expect(lines.slice(told.length)).toEqual(
      told.length === 0 ? [] : ["the machine's clock agrees with the database's again"],
    );
  },
);

test.each([299_000, -299_000])("a clock wrong by %d ms is ready", async (wrongMs) => {
  const { clock } = bench(wrongMs);
  await clock.measure();
  expect(() => clock.check()).not.toThrow();
});

test.each([
  [302_000, /302 s ahead of/],
  [-3_600_000, /3600 s behind/],
])("a clock wrong by %d ms is not ready, until it is set", async (wrongMs, words) => {
  const { clock, state } = bench(wrongMs);
  clock.check();
  await clock.measure();
  expect(() => clock.check()).toThrow(
    expect.objectContaining({
      code: "internal_error",
      detail: expect.stringMatching(words) as unknown,
    }),
  );
  state.wrongMs = 0;
  clock.check();
});

test("a database without a clock leaves the machine's", async () => {
  const clock = createDatabaseClock({
    serverTime: () => Promise.resolve(undefined),
    machine: () => 7,
    uptime: () => 1,
    log: { info() {}, warn() {}, error() {} },
  });
  await clock.measure();
  expect(clock.now()).toBe(7);
  clock.check();
});
