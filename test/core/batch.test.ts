import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Batch } from "../../src/runtime/batch.ts";

test("what is added in one turn of the event loop is done in its order, after what runs", async () => {
  const batch = new Batch();
  const done: number[] = [];
  for (const number of [1, 2, 3]) batch.add(() => void done.push(number));
  await Promise.resolve();
  expect(done).toEqual([]);
  await turn();
  expect(done).toEqual([1, 2, 3]);
});

test("what awaits goes on in step", async () => {
  const batch = new Batch();
  const done: string[] = [];
  const two = async (name: string): Promise<void> => {
    done.push(`${name} first`);
    await Promise.resolve();
    done.push(`${name} second`);
  };
  batch.add(() => void two("a"));
  batch.add(() => void two("b"));
  await turn();
  expect(done).toEqual(["a first", "b first", "a second", "b second"]);
});

test("many are done over several turns, none is lost, and what a batch adds comes in a later one", async () => {
  const batch = new Batch();
  const done: number[] = [];
  for (let number = 0; number < 200; number += 1) {
    batch.add(() => {
      done.push(number);
      if (number < 10) batch.add(() => void done.push(1000 + number));
    });
  }
  await turn();
  expect(done.length).toBeGreaterThan(0);
  expect(done.length).toBeLessThan(200);
  for (let turns = 0; turns < 10; turns += 1) await turn();
  const added = Array.from({ length: 10 }, (_, number) => 1000 + number);
  expect(done).toEqual([...Array.from({ length: 200 }, (_, number) => number), ...added]);
});

test("a throw takes nothing else along", async () => {
  const thrown: unknown[] = [];
  const listeners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.once("uncaughtException", (error) => thrown.push(error));
  try {
    const batch = new Batch();
    const done: string[] = [];
    batch.add(() => void done.push("before"));
    batch.add(() => {
      throw new Error("broken");
    });
    batch.add(() => void done.push("after"));
    for (let turns = 0; turns < 4; turns += 1) await turn();
    expect(done).toEqual(["before", "after"]);
    expect(thrown).toEqual([new Error("broken")]);
  } finally {
    for (const listener of listeners) process.on("uncaughtException", listener);
  }
});
