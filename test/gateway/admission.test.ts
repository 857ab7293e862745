import { describe, expect, test } from "vitest";
import { PinholeError } from "../../src/core/errors.ts";
import { createAdmission } from "../../src/gateway/limits/admission.ts";
import { watchEventLoop } from "../../src/runtime/event-loop.ts";

function gate(limits: { requestsMax?: number; bytesMax?: number; eventLoopDelayMsMax?: number }) {
  const state = { spooled: 0, delay: 0, filesLeft: Infinity };
  const admission = createAdmission({
    limits: { requestsMax: 100, bytesMax: 1000, eventLoopDelayMsMax: 50, ...limits },
    spooledBytes: () => state.spooled,
    eventLoopDelayMs: () => state.delay,
    filesLeft: () => state.filesLeft,
    random: () => 0.5,
  });
  const enter = (bytes?: number) => {
    try {
      return admission.enter(bytes);
    } catch (thrown) {
      if (thrown instanceof PinholeError && thrown.code === "overloaded") return thrown;
      throw thrown;
    }
  };
  /** Let in, or the test is over. */
  const letIn = (bytes?: number) => {
    const ticket = enter(bytes);
    if (ticket instanceof PinholeError) throw ticket;
    return ticket;
  };
  return { state, admission, enter, letIn };
}

describe("requests at work", () => {
  test("are at most so many, and a place is free again once, however often its holder leaves", () => {
    const { enter, letIn } = gate({ requestsMax: 2 });
    const first = letIn();
    letIn();
    expect(enter()).toMatchObject({ code: "overloaded", retryAfterSeconds: 3 });
    first.leave();
    first.leave();
    letIn();
    expect(enter()).toBeInstanceOf(PinholeError);
  });
});

describe("bytes in flight", () => {
  test("are those that heads announce and those that spools hold, each counted once", () => {
    const { state, enter, letIn } = gate({ bytesMax: 1000 });
    const upload = letIn(600);
    expect(enter(401)).toBeInstanceOf(PinholeError);
    // What has come is now with the spools.
    upload.received(500);
    state.spooled = 500;
    expect(enter(401)).toBeInstanceOf(PinholeError);
    const second = letIn(400);
    second.leave();
    // What was announced beyond the pictures is over with the body.
    upload.bodyRead();
    letIn(500).leave();
    upload.leave();
    state.spooled = 0;
    letIn(1000);
  });

  test("alone, a request may be larger than the limit", () => {
    const { enter, letIn } = gate({ bytesMax: 1000 });
    letIn(5000).leave();
    letIn(0);
    expect(enter(5000)).toBeInstanceOf(PinholeError);
  });

  test("a body of unsaid length is refused in its middle, unless it is alone", () => {
    const { state, letIn } = gate({ bytesMax: 1000 });
    const chunked = letIn(undefined);
    state.spooled = 990;
    chunked.received(20);
    const other = letIn(0);
    expect(() => chunked.received(20)).toThrow(PinholeError);
    other.leave();
    chunked.received(20);
  });
});

test("late timers refuse until they are on time again", () => {
  const { state, enter, letIn } = gate({ eventLoopDelayMsMax: 50 });
  state.delay = 51;
  expect(enter()).toMatchObject({ code: "overloaded", detail: expect.stringContaining("51 ms") });
  state.delay = 50;
  letIn();
});

test("few files that can still be opened refuse, more of them the more requests are at work", () => {
  const { state, admission, enter, letIn } = gate({});
  state.filesLeft = 17;
  expect(enter()).toMatchObject({ code: "overloaded", detail: expect.stringContaining("17 more") });
  expect(() => admission.checkFiles()).toThrow(PinholeError);
  state.filesLeft = 18;
  admission.checkFiles();
  const first = letIn();
  expect(enter()).toBeInstanceOf(PinholeError);
  state.filesLeft = 20;
  letIn();
  expect(enter()).toBeInstanceOf(PinholeError);
  first.leave();
  letIn();
});

test("the event loop's delay is seen when it is blocked again and again, and forgotten after", async () => {
  let clock = 0;
  const watch = watchEventLoop(() => clock);
  const turns = async (count: number, blockedMs: number): Promise<void> => {
    for (let turn = 0; turn < count; turn += 1) {
      const until = performance.now() + blockedMs;
      while (performance.now() < until);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    clock += 500;
  };
  try {
    expect(watch.delayMs()).toBe(0);
    await turns(12, 150);
    const blocked = watch.delayMs();
    expect(blocked).toBeGreaterThan(60);
    // Nothing new was measured since, so what was known stands.
    expect(watch.delayMs()).toBe(blocked);
    await turns(30, 0);
    expect(watch.delayMs()).toBeLessThan(blocked);
  } finally {
    watch.stop();
  }
});
