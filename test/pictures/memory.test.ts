import { expect, test } from "vitest";
import { blockBytes, createMemory } from "../../src/pictures/memory.ts";

const idleBlocks = 128;

function taken(count: number, memory = createMemory(1024 * blockBytes)): Buffer[] {
  return Array.from({ length: count }, () => memory.take() ?? expect.fail("there is no room"));
}

test("blocks that nobody was shown serve the next pictures; those beyond some are freed at once", () => {
  const memory = createMemory(1024 * blockBytes);
  const blocks = taken(idleBlocks + 2, memory);
  for (const block of blocks) memory.give(block, true);
  expect(blocks.map(({ length }) => length)).toEqual([
    ...Array.from({ length: idleBlocks }, () => blockBytes),
    0,
    0,
  ]);
  expect(memory.inUse()).toBe(0);
  expect(new Set(taken(idleBlocks, memory))).toEqual(new Set(blocks.slice(0, idleBlocks)));
});

test("a block that somebody was shown stays as it is, and serves nobody else", () => {
  const memory = createMemory(1024 * blockBytes);
  const [block = Buffer.alloc(0)] = taken(1, memory);
  block.fill(7);
  memory.give(block, false);
  expect(block.equals(Buffer.alloc(blockBytes, 7))).toBe(true);
  expect(memory.take()).not.toBe(block);
});

test("the end of a picture takes just its bytes, which are freed at once too", () => {
  const memory = createMemory(1024 * blockBytes);
  const [block = Buffer.alloc(0)] = taken(1, memory);
  const exact = memory.shrink(block.fill(3), 20_000);
  expect(exact.equals(Buffer.alloc(20_000, 3))).toBe(true);
  expect(memory.inUse()).toBe(20_000);
  memory.give(exact, true);
  expect(exact).toHaveLength(0);
  expect(memory.inUse()).toBe(0);
});
