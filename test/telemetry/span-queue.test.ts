import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { RefusedBatch, SpanQueue } from "../../src/telemetry/traces/span-queue.ts";

/** The queue looks at no part of a span. */
const span = {} as ReadableSpan;

function setUp() {
  const sent: number[] = [];
  const away: unknown[] = [];
  let fault: Error | undefined;
  const queue = new SpanQueue(
    async (spans) => {
      if (fault !== undefined) throw fault;
      sent.push(spans.length);
    },
    (thrown) => away.push(thrown),
  );
  const add = (count: number): void => {
    for (let index = 0; index < count; index += 1) queue.onEnd(span);
  };
  return {
    queue,
    sent,
    away,
    add,
    fail(thrown: Error | undefined) {
      fault = thrown;
    },
  };
}

test("all that waits goes in messages of at most 512", async () => {
  const { queue, sent, add } = setUp();
  add(1100);
  await queue.forceFlush();
  await queue.forceFlush();
  expect([sent, queue.dropped]).toEqual([[512, 512, 76], 0]);
});

test("while the collector is away at most 4096 wait, the rest is counted, and nothing is sent twice", async () => {
  const { queue, sent, away, add, fail } = setUp();
  fail(new Error("refused"));
  add(4000);
  await queue.forceFlush();
  await queue.forceFlush();
  add(4000);
  expect([queue.dropped, away.length]).toEqual([3904, 1]);
  fail(undefined);
  await queue.forceFlush();
  expect(sent.reduce((sum, count) => sum + count, 0)).toBe(4096);
  fail(new Error("again"));
  add(1);
  await queue.forceFlush();
  expect(away.length).toBe(2);
});

test("what will never be taken is dropped and counted, and what comes after is sent", async () => {
  const { queue, sent, add, fail } = setUp();
  fail(new RefusedBatch("too large"));
  add(600);
  await queue.forceFlush();
  expect(queue.dropped).toBe(600);
  fail(undefined);
  add(3);
  await queue.forceFlush();
  expect(sent).toEqual([3]);
});

test("at a stop a collector that was away is not asked again", async () => {
  const { queue, sent, add, fail } = setUp();
  fail(new Error("hangs"));
  add(2);
  await queue.forceFlush();
  fail(undefined);
  await queue.shutdown();
  expect([sent, queue.dropped]).toEqual([[], 2]);
});
