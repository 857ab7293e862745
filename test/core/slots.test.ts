import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { Slots } from "../../src/runtime/slots.ts";

test("each is found at its own place until it is taken out, once", () => {
  const slots = new Slots<{ readonly name: string }>();
  const [a, b, c] = ["a", "b", "c"].map((name) => slots.add({ name })) as [number, number, number];
  expect(slots.size).toBe(3);
  expect(slots.take(b)).toEqual({ name: "b" });
  expect(slots.take(b)).toBeUndefined();
  expect(slots.size).toBe(2);
  const d = slots.add({ name: "d" });
  expect([a, c]).not.toContain(d);
  expect([a, b, c, d].map((place) => slots.get(place)?.name)).toEqual(["a", "d", "c", "d"]);
  expect(slots.take(99)).toBeUndefined();
  expect(slots.size).toBe(3);
});

test("all can be taken out one by one", () => {
  const slots = new Slots<{ readonly name: string }>();
  const places = ["a", "b", "c"].map((name) => slots.add({ name }));
  slots.take(places[0] ?? -1);
  const drained: string[] = [];
  slots.drain(({ name }) => {
    drained.push(name);
    slots.take(places[2] ?? -1);
  });
  expect(drained).toEqual(["b"]);
  expect(slots.size).toBe(0);
  expect(slots.get(slots.add({ name: "e" }))).toEqual({ name: "e" });
  expect(slots.size).toBe(1);
});

/** The collector, of the whole heap or of young objects only. */
function collector(): (options?: { readonly type: "minor" }) => void {
  setFlagsFromString("--expose-gc");
  // Node's own, which the flag makes visible in contexts made after it.
  return runInNewContext("gc") as ReturnType<typeof collector>;
}

test("what was taken out is garbage for the collector of young objects", () => {
  const collect = collector();
  const slots = new Slots<{ readonly ballast: readonly number[] }>();
  const inside: number[] = [];
  const pass = (): void => {
    // About 4 KB each, many at a time, as with requests that overlap.
    inside.push(slots.add({ ballast: Array.from({ length: 500 }, (_, index) => index) }));
    if (inside.length > 32) slots.take(inside.shift() ?? -1);
  };
  for (let count = 0; count < 100; count += 1) pass();
  // From here on what it holds is old.
  collect();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let count = 0; count < 10_000; count += 1) {
    pass();
    if (count % 100 === 0) collect({ type: "minor" });
  }
  collect({ type: "minor" });
  // With a Map in its place 7 MB and more.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
});
