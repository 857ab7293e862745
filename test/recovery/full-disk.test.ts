import { setImmediate as turn } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { PinholeError } from "../../src/core/errors.ts";
import { createUnwritten } from "../../src/gateway/requests/unwritten.ts";

const full = (): PinholeError => new PinholeError("storage_full", { message: "The disk is full." });

function bench() {
  const lines: string[] = [];
  const log = {
    info: (_: object, line: string) => void lines.push(line),
    warn() {},
    error: (_: object, line: string) => void lines.push(line),
  };
  return { lines, unwritten: createUnwritten(log) };
}

test("an outcome that finds no room is written when there is some, and told of once each way", async () => {
  const { lines, unwritten } = bench();
  let isFull = true;
  const write = vi.fn<() => Promise<unknown>>(() =>
    isFull ? Promise.reject(full()) : Promise.resolve(true),
  );
  let isOver = false;
  const written = unwritten.written("r1", write).then(() => {
    isOver = true;
  });
  await turn();
  for (let tries = 0; tries < 3; tries += 1) await unwritten.retry();
  expect([isOver, write.mock.calls.length]).toEqual([false, 4]);
  isFull = false;
  await unwritten.retry();
  await written;
  await unwritten.retry();
  expect(write).toHaveBeenCalledTimes(5);
  expect(lines).toEqual([
    "the outcome of a request could not be written",
    "the outcome of a request has been written after all",
  ]);
});

test("one that is written at once costs one try", async () => {
  const { lines, unwritten } = bench();
  const write = vi.fn<() => Promise<unknown>>(() => Promise.resolve(true));
  await unwritten.written("r1", write);
  await unwritten.retry();
  expect([write.mock.calls.length, lines]).toEqual([1, []]);
});

test("a stop tries a last time and keeps nobody waiting", async () => {
  const { unwritten } = bench();
  const write = vi.fn<() => Promise<unknown>>(() => Promise.reject(full()));
  const before = unwritten.written("r1", write);
  await turn();
  await unwritten.close();
  await before;
  await unwritten.written("r2", write);
  expect(write).toHaveBeenCalledTimes(3);
});

test("what never can be written is given up after an hour of tries", async () => {
  const { unwritten } = bench();
  const written = unwritten.written("r1", () => Promise.reject(new Error("a mistake")));
  await turn();
  for (let tries = 1; tries < 720; tries += 1) await unwritten.retry();
  await expect(written).resolves.toBe(false);
});
