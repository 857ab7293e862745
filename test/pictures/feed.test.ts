import { expect, test } from "vitest";
import { createFeed, type Reader } from "../../src/pictures/feed.ts";

test("what a reader waits with keeps no chunk alive", () => {
  const chunk = Buffer.alloc(65_536, 7);
  let taken: Buffer | undefined;
  function* read(): Reader {
    taken = yield { take: 8 };
    yield { skip: 1_000_000 };
  }
  createFeed("PNG", read()).write(chunk);
  expect(taken).toEqual(Buffer.alloc(8, 7));
  expect(taken?.buffer).not.toBe(chunk.buffer);
  expect(taken?.buffer.byteLength).toBeLessThan(1024);
});
