import { expect, test, vi } from "vitest";
import { abortListeners } from "../../src/runtime/abort-listeners.ts";

test("an abort tells all who are still there, once each", () => {
  const controller = new AbortController();
  const told: string[] = [];
  const add = (name: string): number =>
    abortListeners(controller.signal).add(() => void told.push(name));
  add("a");
  const b = add("b");
  add("c");
  abortListeners(controller.signal).remove(b);
  controller.abort();
  controller.abort();
  expect(told.toSorted()).toEqual(["a", "c"]);
});

test("each signal has its own", () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const told: string[] = [];
  abortListeners(one.signal).add(() => void told.push("one"));
  abortListeners(other.signal).add(() => void told.push("other"));
  other.abort();
  expect(told).toEqual(["other"]);
});

test("who is told may leave, and take another one off", () => {
  const controller = new AbortController();
  const listeners = abortListeners(controller.signal);
  const places: number[] = [];
  let told = 0;
  const listener = (): void => {
    told += 1;
    for (const place of places) listeners.remove(place);
  };
  places.push(listeners.add(listener), listeners.add(listener));
  controller.abort();
  expect(told).toBe(1);
});

test("a throw is reported afterwards and keeps nobody else from being told", () => {
  const report = vi.spyOn(process, "nextTick").mockImplementation(() => undefined);
  const controller = new AbortController();
  const listeners = abortListeners(controller.signal);
  let told = 0;
  listeners.add(() => {
    throw new Error("a fault");
  });
  listeners.add(() => void (told += 1));
  controller.abort();
  const [reported] = report.mock.calls.at(-1) ?? [];
  report.mockRestore();
  expect(told).toBe(1);
  expect(reported).toThrow("a fault");
});
