import { closeSync, openSync } from "node:fs";
import { expect, test } from "vitest";
import { watchDescriptors } from "../../src/runtime/descriptors.ts";

test("what may still be opened is counted anew every few milliseconds", () => {
  const state = { now: 0, open: 30, counted: 0 };
  const facts = {
    max: () => 100,
    open() {
      state.counted += 1;
      return state.open;
    },
  };
  const watch = watchDescriptors(() => state.now, facts);
  expect([watch.max, watch.left()]).toEqual([100, 70]);
  state.open = 90;
  expect(watch.left()).toBe(70);
  state.now = 10;
  expect(watch.left()).toBe(10);
  expect(state.counted).toBe(2);
});

test("where nothing is told there is no bound, and where counting fails there is nothing left", () => {
  const never = { max: () => Infinity, open: () => 1 };
  expect(watchDescriptors(() => 0, never).left()).toBe(Infinity);
  const broken = {
    max: () => 100,
    open(): number {
      throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
    },
  };
  expect(watchDescriptors(() => 0, broken).left()).toBe(0);
});

test.runIf(process.platform === "linux")("this process's own files are counted", () => {
  let now = 0;
  const watch = watchDescriptors(() => now);
  const before = watch.left();
  const files = Array.from({ length: 20 }, () => openSync("/dev/null", "r"));
  now = 10;
  const after = watch.left();
  for (const file of files) closeSync(file);
  // Other parts of the test's process may open and close some meanwhile.
  expect(before - after).toBeGreaterThan(10);
  expect(before - after).toBeLessThan(30);
});
