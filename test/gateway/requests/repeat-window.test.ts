import { expect, test } from "vitest";
import { PinholeError } from "../../../src/core/errors.ts";
import { createRepeatWindow } from "../../../src/gateway/requests/repeat-window.ts";

const error = new PinholeError("upstream_failed", { message: "No." });

function open(windowMs = 10_000) {
  const clock = { now: 5_000 };
  return {
    clock,
    ends: createRepeatWindow(
      () => windowMs,
      () => clock.now,
    ),
  };
}

test("an end is found until its time has passed, and by its own key and fingerprint alone", () => {
  const { clock, ends } = open();
  ends.failed("k", "f", "r1", error);
  clock.now += 9_999;
  expect(ends.find("k", "f")).toMatchObject({ failed: { id: "r1", error }, hasLeft: false });
  expect(ends.find("k", "g")).toBeUndefined();
  expect(ends.find("l", "f")).toBeUndefined();
  clock.now += 1;
  expect(ends.find("k", "f")).toBeUndefined();
});

test("an error and a client that left each have a time of their own", () => {
  const { clock, ends } = open();
  ends.failed("k", "f", "r1", error);
  clock.now += 5_000;
  ends.left("k", "f");
  expect(ends.find("k", "f")).toMatchObject({ failed: { id: "r1" }, hasLeft: true });
  clock.now += 5_000;
  expect(ends.find("k", "f")).toEqual({ failed: undefined, hasLeft: true });
  ends.failed("k", "f", "r2", error);
  clock.now += 5_000;
  expect(ends.find("k", "f")).toMatchObject({ failed: { id: "r2" }, hasLeft: false });
});

test("the newest error is the one that is repeated", () => {
  const { ends } = open();
  ends.failed("k", "f", "r1", error);
  ends.failed("k", "f", "r2", error);
  expect(ends.find("k", "f")?.failed?.id).toBe("r2");
});

test("a window of nothing notes nothing", () => {
  const { ends } = open(0);
  ends.failed("k", "f", "r1", error);
  ends.left("k", "f");
  expect(ends.find("k", "f")).toBeUndefined();
});
