import { describe, expect, test } from "vitest";
import type { Picture } from "../../src/core/picture.ts";
import type { BlobStore, OpenBlob } from "../../src/blobs/types.ts";
import { noisy, openBench, take } from "../pictures/samples.ts";

export interface StoreUnderTest {
  readonly store: BlobStore;
  /** Blobs that rest there, expired ones too. */
  count(): Promise<number>;
  /** Moves the store's clock; Unix milliseconds. */
  setNow(time: number): void;
  /** A store over the same blobs, as after a restart. */
  reopen(): Promise<BlobStore>;
}

export interface StoreWish {
  readonly quotaBytes?: number;
}

const start = 1_800_000_000_000;
const hour = 3_600_000;

/** An id as the gateway makes them: 128 bits, hex. */
export function blobId(number: number): string {
  return number.toString(16).padStart(32, "0");
}

export async function blobBytes(
  blob: OpenBlob | undefined,
  from?: number,
  to?: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of blob?.chunks(from, to) ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

type Open = (wish?: StoreWish) => Promise<StoreUnderTest>;

/**
 * What every blob store must do. `open` gives a fresh one whose clock stands at 1,800,000,000,000. `hasQuota`: it counts
 * the bytes that it holds.
 */
export function blobStoreSuite(name: string, open: Open, hasQuota: boolean): void {
  describe(`${name} blob store`, () => {
    bytesTests(open);
    identityTests(open);
    expiryTests(open);
    if (hasQuota) quotaTests(open);
    roomTests(open);
    raceTests(open);
  });
}

/** The id that a store gives a picture of this number. */
export function placed(store: BlobStore, number: number, picture: Picture, until: number): string {
  return store.place(blobId(number), picture, until, true);
}

/** Puts a picture as the gateway does, under an id that the store gives; returns that. */
export async function putNew(
  store: BlobStore,
  number: number,
  picture: Picture,
  until: number,
): Promise<string> {
  const id = placed(store, number, picture, until);
  await store.put(id, picture, until);
  return id;
}

async function small(): Promise<Picture> {
  return take(openBench().spool, await noisy(16, 16, 3).jpeg().toBuffer());
}

function bytesTests(open: Open): void {
  describe.each([
    ["a picture in memory", 64 * 1024 * 1024],
    ["a picture in a spool file", 0],
  ] as const)("%s", (_name, memoryBytesMax) => {
    const makePicture = async (): Promise<{
      picture: Picture;
      bytes: Buffer;
      dispose: () => void;
    }> => {
      const { spool } = openBench(memoryBytesMax);
      const bytes = await noisy(300, 300).png().toBuffer();
      return { picture: take(spool, bytes), bytes, dispose: () => spool.dispose() };
    };

    test("is kept whole, and outlives its spool", async () => {
      const { store } = await open();
      const { picture, bytes, dispose } = await makePicture();
      const id = placed(store, 1, picture, start + hour);
      const stored = await store.put(id, picture, start + hour);
      expect(stored).toEqual({
        id,
        format: "png",
        byteLength: bytes.length,
        expiresAt: start + hour,
      });
      // The request goes on with its own picture.
      const own: Buffer[] = [];
      for await (const chunk of picture.bytes.chunks()) own.push(chunk);
      expect(Buffer.concat(own).equals(bytes)).toBe(true);
      dispose();
      const blob = await store.open(id);
      expect(blob).toMatchObject(stored);
      expect((await blobBytes(blob)).equals(bytes)).toBe(true);
    });

    test("can be read in parts", async () => {
      const { store } = await open();
      const { picture, bytes } = await makePicture();
      const blob = await store.open(await putNew(store, 1, picture, start + hour));
      for (const [from, to] of [
        [0, 1],
        [65_000, 70_000],
        [100_000, undefined],
        [7, 7],
        [bytes.length - 3, bytes.length + 50],
      ] as const) {
        expect((await blobBytes(blob, from, to)).equals(bytes.subarray(from, to))).toBe(true);
      }
    });

    test("survives a restart", async () => {
      const { store, reopen } = await open();
      const { picture, bytes } = await makePicture();
      const id = await putNew(store, 1, picture, start + hour);
      const blob = await (await reopen()).open(id);
      expect(blob).toMatchObject({ format: "png", expiresAt: start + hour });
      expect((await blobBytes(blob)).equals(bytes)).toBe(true);
    });
  });
}

function identityTests(open: Open): void {
  test("knows nothing of ids that nobody put", async () => {
    const { store } = await open();
    for (const id of [blobId(404), placed(store, 404, await small(), start + hour)]) {
      expect(await store.open(id)).toBeUndefined();
      await store.remove(id);
    }
  });

  test.each([
    "",
    ".",
    "..",
    "../../etc/passwd",
    "a/b",
    "A".repeat(32),
    "0".repeat(65),
    `${blobId(1)}\0`,
    `${blobId(1)}.png`,
  ])("takes %j for no id", async (id) => {
    const { store } = await open();
    expect(await store.open(id)).toBeUndefined();
    await store.remove(id);
    await expect(store.put(id, await small(), start + hour)).rejects.toThrow(/blob id/);
  });

  test("gives an id of its own to each picture, of the letters that URLs have", async () => {
    const { store } = await open();
    const picture = await small();
    const ids = [1, 2, 3].map((number) => placed(store, number, picture, start + hour));
    expect(new Set(ids).size).toBe(3);
    for (const [at, id] of ids.entries()) {
      expect(id).toMatch(/^[a-z0-9]{16,64}$/);
      expect(id).toContain(blobId(at + 1));
    }
  });

  test("removes, as often as it is asked to", async () => {
    const { store, count } = await open();
    const picture = await small();
    const id = await putNew(store, 1, picture, start + hour);
    const other = await putNew(store, 2, picture, start + hour);
    expect(await count()).toBe(2);
    await Promise.all([store.remove(id), store.remove(id)]);
    await store.remove(id);
    expect(await store.open(id)).toBeUndefined();
    expect(await store.open(other)).toBeDefined();
    expect(await count()).toBe(1);
  });
}

function expiryTests(open: Open): void {
  test("forgets at the moment of expiry, before any sweep", async () => {
    const { store, setNow } = await open();
    const id = await putNew(store, 1, await small(), start + hour);
    setNow(start + hour - 1);
    expect(await store.open(id)).toBeDefined();
    setNow(start + hour);
    expect(await store.open(id)).toBeUndefined();
  });

  test("sweeps what has expired and nothing else, also after a restart", async () => {
    const { store, reopen, count } = await open();
    const picture = await small();
    const ids: string[] = [];
    for (let index = 0; index < 40; index += 1)
      ids.push(await putNew(store, index, picture, start + (index % 4) * hour));
    expect(await store.sweep(start)).toBe(0);
    expect(await store.sweep(start + 1)).toBe(10);
    expect(await count()).toBe(30);
    const again = await reopen();
    expect(await again.sweep(start + hour + 1)).toBe(10);
    expect(await again.sweep(start + hour + 1)).toBe(0);
    expect(await again.open(ids[2] ?? "")).toBeDefined();
    expect(await again.open(ids[1] ?? "")).toBeUndefined();
    expect(await again.sweep(start + 10 * hour)).toBe(20);
    expect(await count()).toBe(0);
  });
}

function quotaTests(open: Open): void {
  test("a quota is asked for before the work and gives room back when blobs go", async () => {
    const picture = await small();
    const one = picture.bytes.byteLength;
    const { store, reopen } = await open({ quotaBytes: 3 * one });
    await store.ensureRoom(3 * one);
    await expect(store.ensureRoom(3 * one + 1)).rejects.toMatchObject({ code: "storage_full" });
    await store.put(blobId(1), picture, start + hour);
    await store.put(blobId(2), picture, start + 2 * hour);
    await store.ensureRoom(one);
    await expect(store.ensureRoom(one + 1)).rejects.toMatchObject({ code: "storage_full" });
    await expect((await reopen()).ensureRoom(one + 1)).rejects.toMatchObject({
      code: "storage_full",
    });
    await store.remove(blobId(1));
    await store.ensureRoom(2 * one);
    await store.sweep(start + 3 * hour);
    await store.ensureRoom(3 * one);
  });

  test("what is put twice or removed twice is counted once", async () => {
    const picture = await small();
    const one = picture.bytes.byteLength;
    const { store } = await open({ quotaBytes: 2 * one });
    await Promise.all([
      store.put(blobId(1), picture, start + hour),
      store.put(blobId(1), picture, start + hour),
    ]);
    await store.ensureRoom(one);
    await expect(store.ensureRoom(one + 1)).rejects.toMatchObject({ code: "storage_full" });
    await Promise.all([store.remove(blobId(1)), store.remove(blobId(1))]);
    await store.ensureRoom(2 * one);
    await expect(store.ensureRoom(2 * one + 1)).rejects.toMatchObject({ code: "storage_full" });
  });
}

function roomTests(open: Open): void {
  test("the same put twice is there once", async () => {
    const picture = await small();
    const { store, count } = await open();
    const id = placed(store, 1, picture, start + hour);
    await Promise.all([store.put(id, picture, start + hour), store.put(id, picture, start + hour)]);
    expect(await count()).toBe(1);
    await store.remove(id);
    expect(await store.open(id)).toBeUndefined();
  });

  test("is ready, and has room for a picture with a URL and for one without", async () => {
    const { store, count } = await open();
    await store.ping();
    await store.ensureRoom(1_000, true);
    await store.ensureRoom(1_000, false);
    expect(await count()).toBe(0);
  });
}

function raceTests(open: Open): void {
  test("putting, reading, removing and sweeping at once lose and leave nothing", async () => {
    const picture = await small();
    const { store, count } = await open();
    const ids: string[] = [];
    const work: Promise<unknown>[] = [];
    for (let index = 0; index < 120; index += 1) {
      const expires = index % 3 === 0 ? start - hour : start + hour;
      const id = placed(store, index, picture, expires);
      ids.push(id);
      work.push(
        store.put(id, picture, expires).then(async () => {
          if (index % 3 === 1) await store.remove(id);
          return blobBytes(await store.open(id));
        }),
      );
      if (index % 10 === 0) work.push(store.sweep(start));
    }
    await Promise.all(work);
    await store.sweep(start);
    for (const [index, id] of ids.entries())
      expect((await store.open(id)) !== undefined).toBe(index % 3 === 2);
    expect(await count()).toBe(40);
  });

  test("who reads, reads to the end, even if the blob goes meanwhile", async () => {
    const { store } = await open();
    const bytes = await noisy(400, 400).png().toBuffer();
    const id = await putNew(store, 1, take(openBench().spool, bytes), start + hour);
    const chunks: Buffer[] = [];
    for await (const chunk of (await store.open(id))?.chunks() ?? []) {
      chunks.push(chunk);
      await store.remove(id);
    }
    expect(chunks.length).toBeGreaterThan(1);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  test("what was opened and went before it was read is result_expired", async () => {
    const { store } = await open();
    const id = await putNew(store, 1, await small(), start + hour);
    const blob = await store.open(id);
    await store.remove(id);
    await expect(blobBytes(blob)).rejects.toMatchObject({ code: "result_expired" });
  });
}
