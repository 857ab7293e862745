import { expect, test } from "vitest";
import { release, releaseSoon } from "../../src/runtime/release.ts";

test("a chunk that is a buffer of its own is emptied, its memory given back", () => {
  const chunk = Buffer.alloc(65_536, 1);
  release(chunk);
  expect(chunk).toHaveLength(0);
  expect(chunk.buffer.byteLength).toBe(0);
});

test("the memory is given back only when who brought the chunk is done", async () => {
  const chunk = Buffer.alloc(65_536, 1);
  releaseSoon(chunk);
  expect(chunk).toHaveLength(65_536);
  await Promise.resolve();
  expect(chunk).toHaveLength(0);
});

test("a part of a larger buffer, a small one and shared memory are left alone", () => {
  const whole = Buffer.alloc(65_536, 1);
  const parts = [whole.subarray(0, 65_535), whole.subarray(1)];
  const small = Buffer.alloc(16_383, 1);
  const shared = new Uint8Array(new SharedArrayBuffer(65_536));
  for (const chunk of [...parts, small, shared]) {
    const { length } = chunk;
    release(chunk);
    expect(chunk).toHaveLength(length);
  }
});
