import { expect, test } from "vitest";
import type { BlobStore } from "../../src/blobs/types.ts";
import { createKeptPictures, type KeepRules } from "../../src/blobs/kept-pictures.ts";
import { PinholeError } from "../../src/core/errors.ts";
import type { KeptPicture } from "../../src/core/kept-picture.ts";

const start = 1_000_000;
const ttlMs = 100;
const retentionMs = 1000;

/** The books over a store that only says what was removed, and whether it has room. */
function open(rules: Partial<KeepRules> = {}) {
  let time = start;
  const removed: string[] = [];
  const warned: string[] = [];
  const asked: number[] = [];
  const state = { room: true as boolean | PinholeError, removeFails: false };
  const blobs = {
    async remove(id: string) {
      if (state.removeFails) throw new Error("the disk is gone");
      removed.push(id);
      return true;
    },
    async ensureRoom(bytes: number) {
      asked.push(bytes);
      // As after something has gone: the next look finds room.
      if (state.room === false) state.room = removed.length > 0;
      if (state.room !== true) throw state.room === false ? full() : state.room;
    },
  } as unknown as BlobStore;
  const log = { info() {}, error() {}, warn: (_: unknown, text: string) => void warned.push(text) };
  const kept = createKeptPictures(
    blobs,
    { ttlMs, retentionMs, recoveryBytesMax: 100, ...rules },
    log,
    () => time,
  );
  return {
    kept,
    removed,
    warned,
    asked,
    state,
    pass(ms: number) {
      time += ms;
    },
  };
}

const full = (): PinholeError => new PinholeError("storage_full", { message: "No room." });

function picture(blobId: string, change: Partial<KeptPicture> = {}): KeptPicture {
  return { blobId, byteLength: 40, urlUntil: null, keptUntil: start + retentionMs, ...change };
}

/** A picture with a URL that was made now. */
const hosted = (blobId: string, change: Partial<KeptPicture> = {}): KeptPicture =>
  picture(blobId, { urlUntil: start + ttlMs, ...change });

test("a picture with a URL is kept as long as its URL, and as long as recovery may need it", () => {
  const { kept, pass } = open();
  pass(5);
  expect(kept.plan(true)).toEqual({
    urlUntil: start + 5 + ttlMs,
    keptUntil: start + 5 + retentionMs,
  });
  expect(kept.plan(false)).toEqual({ urlUntil: null, keptUntil: start + 5 + retentionMs });
  const short = open({ retentionMs: 10 });
  expect(short.kept.plan(true)).toEqual({ urlUntil: start + ttlMs, keptUntil: start + ttlMs });
});

test("where nothing is kept for recovery, only a URL keeps a picture", () => {
  const { kept } = open({ recoveryBytesMax: 0 });
  expect(kept.plan(false)).toBeUndefined();
  expect(kept.plan(true)).toEqual({ urlUntil: start + ttlMs, keptUntil: start + ttlMs });
});

test("the longest kept go where there are too many bytes; those with a URL do not count", () => {
  const { kept, removed } = open();
  kept.add(hosted("url-1"));
  kept.add(picture("a"));
  kept.add(hosted("url-2", { byteLength: 1000 }));
  kept.add(picture("b"));
  expect(removed).toEqual([]);
  kept.add(picture("c", { byteLength: 20 }));
  expect(removed).toEqual([]);
  kept.add(picture("d", { byteLength: 1 }));
  expect(removed).toEqual(["a"]);
  kept.add(picture("e", { byteLength: 100 }));
  expect(removed).toEqual(["a", "b", "c", "d"]);
});

test("one that is counted twice counts once, at its new place and size", () => {
  const { kept, removed } = open();
  kept.add(picture("a"));
  kept.add(picture("b"));
  kept.add(picture("a", { byteLength: 60 }));
  expect(removed).toEqual([]);
  kept.add(picture("c", { byteLength: 1 }));
  expect(removed).toEqual(["b"]);
});

test("a picture whose URL has ended counts from then on", () => {
  const { kept, removed, pass } = open();
  kept.add(hosted("a"));
  kept.add(hosted("b", { urlUntil: start + ttlMs + 50 }));
  kept.add(picture("c", { byteLength: 80 }));
  pass(ttlMs - 1);
  kept.tick();
  expect(removed).toEqual([]);
  pass(1);
  kept.tick();
  // The last that lost its URL is the youngest of those that may go.
  expect(removed).toEqual(["c"]);
  pass(50);
  kept.tick();
  expect(removed).toEqual(["c"]);
  kept.add(picture("d", { byteLength: 30 }));
  expect(removed).toEqual(["c", "a"]);
});

test("one that comes with a URL that has ended already is not hosted", () => {
  const { kept, removed, pass } = open();
  pass(ttlMs);
  kept.add(hosted("a", { byteLength: 101 }));
  expect(removed).toEqual(["a"]);
});

test("a new URL keeps its picture, wherever it stood", () => {
  const { kept, removed, pass } = open();
  kept.add(hosted("a"));
  kept.add(hosted("b"));
  kept.add(picture("c"));
  kept.renew("c");
  pass(60);
  kept.renew("a");
  pass(50);
  // Of the three only `a` has a URL still.
  kept.add(picture("d", { byteLength: 100 }));
  expect(removed).toEqual(["b", "c"]);
  pass(50);
  kept.add(picture("e", { byteLength: 100 }));
  expect(removed).toEqual(["b", "c", "d", "a"]);
});

test("a URL that is handed out again does not outlive its picture", () => {
  const { kept, removed, pass } = open();
  kept.add(hosted("a", { keptUntil: start + ttlMs + 20, byteLength: 101 }));
  pass(60);
  kept.renew("a");
  pass(60);
  kept.tick();
  // Its time is over, so the store's own sweep has it: nothing is removed, and nothing counts.
  expect(removed).toEqual([]);
  kept.add(picture("b", { byteLength: 100 }));
  expect(removed).toEqual([]);
});

test("a picture that is not known cannot be renewed", () => {
  const { kept, removed } = open();
  kept.renew("nothing");
  kept.add(picture("a", { byteLength: 100 }));
  expect(removed).toEqual([]);
});

test("what was removed or has gone by itself counts no more", async () => {
  const { kept, removed } = open();
  kept.add(picture("a"));
  kept.add(picture("b"));
  await kept.remove("a");
  kept.forget("b");
  kept.add(hosted("h"));
  await kept.remove("h");
  kept.add(picture("c", { byteLength: 100 }));
  expect(removed).toEqual(["a", "h"]);
  kept.forget("unknown");
  kept.add(picture("d", { byteLength: 1 }));
  expect(removed).toEqual(["a", "h", "c"]);
});

test("pictures whose time is over make room by themselves", () => {
  const { kept, removed, pass } = open();
  kept.add(picture("a", { keptUntil: start + 10 }));
  kept.add(picture("b"));
  pass(10);
  kept.add(picture("c", { byteLength: 60 }));
  expect(removed).toEqual([]);
});

test("what an earlier process kept counts again, the oldest to go first", () => {
  const { kept, removed } = open();
  kept.restore([picture("new"), picture("old", { byteLength: 70 }), hosted("url")]);
  expect(removed).toEqual(["old"]);
  kept.add(picture("more", { byteLength: 61 }));
  expect(removed).toEqual(["old", "new"]);
});

test("where there is room nothing gives way", async () => {
  const { kept, removed, asked } = open();
  kept.add(picture("a"));
  await kept.ensureRoom(30);
  expect([removed, asked]).toEqual([[], [30]]);
});

test("kept pictures give way before a paid call is refused: as many as it needs", async () => {
  const { kept, removed, asked, state } = open();
  for (const id of ["a", "b"]) kept.add(picture(id));
  kept.add(hosted("url"));
  state.room = false;
  await kept.ensureRoom(40);
  expect([removed, asked]).toEqual([["a"], [40, 40]]);
  const more = open();
  for (const id of ["a", "b"]) more.kept.add(picture(id));
  more.state.room = false;
  await more.kept.ensureRoom(41);
  expect(more.removed).toEqual(["a", "b"]);
});

test("with nothing to give way the call is refused, and so where the store fails otherwise", async () => {
  const { kept, removed, state } = open();
  state.room = false;
  kept.add(hosted("url"));
  await expect(kept.ensureRoom(1)).rejects.toMatchObject({ code: "storage_full" });
  kept.add(picture("a"));
  state.room = new PinholeError("internal_error", { message: "It is gone." });
  await expect(kept.ensureRoom(1)).rejects.toMatchObject({ code: "internal_error" });
  expect(removed).toEqual([]);
});

test("a picture that cannot be removed is said to the operator and counts no more", async () => {
  const { kept, warned, state } = open();
  state.removeFails = true;
  kept.add(picture("a", { byteLength: 101 }));
  await Promise.resolve();
  expect(warned).toEqual(["a kept image could not be removed"]);
  state.removeFails = false;
  kept.add(picture("b", { byteLength: 100 }));
  expect(warned).toHaveLength(1);
});
