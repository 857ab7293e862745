import { readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Bytes, Picture } from "../../src/core/picture.ts";
import { openDiskBlobs, type DiskBlobsOptions } from "../../src/blobs/disk/disk.ts";
import { placeFile } from "../../src/blobs/files/place-file.ts";
import { noisy, openBench, scratchDirectory, take } from "../pictures/samples.ts";
import { blobBytes, blobId, blobStoreSuite } from "./blob-store-suite.ts";

const start = 1_800_000_000_000;
const hour = 3_600_000;

blobStoreSuite(
  "disk",
  async (wish) => {
    const directory = join(scratchDirectory(), "images");
    let time = start;
    const reopen = () =>
      openDiskBlobs({ directory, quotaBytes: wish?.quotaBytes, now: () => time, statfs });
    const count = () => Promise.resolve(filesIn(directory).length);
    return { store: await reopen(), reopen, count, setNow: (at) => (time = at) };
  },
  true,
);

test("a later expiry for the same id counts", async () => {
  let time = start;
  const { store } = await openStore({ now: () => time });
  const picture = await makePicture(0);
  await store.put(blobId(1), picture, start + hour);
  await store.put(blobId(1), picture, start + 2 * hour);
  time = start + hour;
  await store.sweep(start + hour + 1);
  expect(await store.open(blobId(1))).toMatchObject({ expiresAt: start + 2 * hour });
});

test("readiness writes nothing, and tells of a folder that cannot be written to", async () => {
  const { directory, store } = await openStore();
  await store.ping();
  const before = statSync(join(directory, "incoming")).mtimeMs;
  await store.ping();
  expect(statSync(join(directory, "incoming")).mtimeMs).toBe(before);
  rmSync(join(directory, "incoming"), { recursive: true });
  await expect(store.ping()).rejects.toThrow("ENOENT");
});

/** Paths of all files under a directory. */
function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

async function openStore(options: Partial<DiskBlobsOptions> = {}) {
  const directory = scratchDirectory();
  const fixed = { directory, quotaBytes: undefined, now: () => start, statfs };
  return { directory, store: await openDiskBlobs({ ...fixed, ...options }) };
}

async function makePicture(memoryBytesMax: number): Promise<Picture> {
  return take(openBench(memoryBytesMax).spool, await noisy(100, 100).png().toBuffer());
}

test("a spool file on the same disk is linked, not copied", async () => {
  const { directory, store } = await openStore();
  const picture = await makePicture(0);
  await store.put(blobId(1), picture, start + hour);
  const [file = ""] = filesIn(directory);
  expect(statSync(file).ino).toBe(statSync(picture.bytes.path ?? "").ino);
});

test("files are private, and nothing is left on the way in", async () => {
  const { directory, store } = await openStore();
  await store.put(blobId(1), await makePicture(64 * 1024 * 1024), start + hour);
  await store.ping();
  const files = filesIn(directory);
  expect(files).toHaveLength(1);
  expect(statSync(files[0] ?? "").mode & 0o777).toBe(0o600);
  expect(statSync(join(files[0] ?? "", "..")).mode & 0o777).toBe(0o700);
});

test("what a crash left half written is cleared away", async () => {
  const { directory, store } = await openStore();
  await store.ping();
  writeFileSync(join(directory, "incoming", "7.part"), "half");
  const again = await openDiskBlobs({ directory, quotaBytes: undefined, now: () => start, statfs });
  await again.ping();
  expect(filesIn(directory)).toEqual([]);
});

test("a file that a power cut left short is not served", async () => {
  const { directory, store } = await openStore();
  await store.put(blobId(1), await makePicture(0), start + hour);
  truncateSync(filesIn(directory)[0] ?? "", 10);
  expect(await store.open(blobId(1))).toBeUndefined();
});

test("files that are none of ours are left alone", async () => {
  const { directory, store } = await openStore();
  await store.put(blobId(1), await makePicture(0), start - hour);
  const note = join(filesIn(directory)[0] ?? "", "..", "README");
  writeFileSync(note, "mine");
  expect(await store.sweep(start)).toBe(1);
  expect(filesIn(directory)).toEqual([note]);
});

test("a sweep reads only directories where something is due", async () => {
  const { directory, store } = await openStore();
  await store.put(blobId(1), await makePicture(0), start + hour);
  const [file = ""] = filesIn(directory);
  // Expired by its name, in a directory of which the store remembers a later expiry.
  const stray = file.replace(
    `.${(start + hour).toString(36)}.`,
    `.${(start - hour).toString(36)}.`,
  );
  writeFileSync(stray, "");
  expect(await store.sweep(start)).toBe(0);
  expect(await store.sweep(start + 2 * hour)).toBe(2);
});

describe("a full disk", () => {
  const gigabyte = 1024 ** 3;
  /** Of a file system without a table of inodes. */
  const anyFiles = { files: 0, ffree: 0 };
  const disk100 = { bsize: 1, blocks: 100 * gigabyte, bavail: 50 * gigabyte, ...anyFiles };
  const disk = (total: number, free: number) => () =>
    Promise.resolve({ bsize: 4_096, blocks: total / 4_096, bavail: free / 4_096, ...anyFiles });

  test.each([
    [
      "a small disk keeps 5 % free",
      disk(10 * gigabyte, 0.5 * gigabyte + 1_000_000 - (1_000_000 % 4_096)),
      999_000,
    ],
    [
      "a large disk keeps 1 GiB free",
      disk(1_000 * gigabyte, gigabyte + 1_000_000 - (1_000_000 % 4_096)),
      999_000,
    ],
  ])("%s", async (_name, statfs, room) => {
    const { store } = await openStore({ statfs });
    await store.ensureRoom(room);
    await expect(store.ensureRoom(room + 2_000)).rejects.toMatchObject({ code: "storage_full" });
  });

  test("is noticed and forgotten within a second", async () => {
    let free = 0;
    let time = start;
    const { store } = await openStore({
      now: () => time,
      statfs: () => Promise.resolve({ ...disk100, bavail: free }),
    });
    await expect(store.ensureRoom(1)).rejects.toMatchObject({ code: "storage_full" });
    free = 50 * gigabyte;
    time += 1_000;
    await store.ensureRoom(1);
    free = 0;
    time += 1_000;
    await expect(store.ensureRoom(1)).rejects.toMatchObject({ code: "storage_full" });
  });

  test("that has room again is asked at once", async () => {
    let free = 0;
    const { store } = await openStore({
      statfs: () => Promise.resolve({ ...disk100, bavail: free }),
    });
    await expect(store.ensureRoom(1)).rejects.toMatchObject({ code: "storage_full" });
    free = 50 * gigabyte;
    await store.ensureRoom(1);
    expect(free).toBeGreaterThan(0);
  });

  test.each([
    ["a small disk keeps 5 % of its inodes", 10_000, 531, 532],
    ["a large one keeps 1,000", 10_000_000, 1_031, 1_032],
  ])("%s", async (_name, files, few, enough) => {
    let ffree = few;
    const { store } = await openStore({
      statfs: () => Promise.resolve({ ...disk100, files, ffree }),
    });
    await expect(store.ensureRoom(1)).rejects.toMatchObject({
      code: "storage_full",
      detail: expect.stringContaining("files") as unknown,
    });
    ffree = enough;
    await expect(store.ensureRoom(1)).resolves.toBeUndefined();
  });

  test("is one even where only the spools' disk is", async () => {
    const { store } = await openStore({
      roomAlsoIn: ["/spools"],
      statfs: (path) =>
        Promise.resolve({ ...disk100, bavail: path === "/spools" ? 0 : gigabyte * 9 }),
    });
    await expect(store.ensureRoom(1)).rejects.toMatchObject({
      code: "storage_full",
      detail: expect.stringContaining("/spools") as unknown,
    });
  });

  test("a file system that cannot be asked is an error, and is asked again", async () => {
    let broken = true;
    const { store } = await openStore({
      statfs: (path) => (broken ? Promise.reject(new Error("EIO")) : statfs(path)),
    });
    await expect(store.ensureRoom(1)).rejects.toThrow("EIO");
    broken = false;
    await store.ensureRoom(0);
    expect(broken).toBe(false);
  });

  test("in the middle of a write leaves nothing behind", async () => {
    const { directory, store } = await openStore();
    const picture = await makePicture(64 * 1024 * 1024);
    const bytes: Bytes = {
      byteLength: picture.bytes.byteLength,
      path: undefined,
      async *chunks() {
        yield Buffer.alloc(1_100_000);
        await Promise.resolve();
        throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      },
    };
    await expect(store.put(blobId(1), { ...picture, bytes }, start + hour)).rejects.toMatchObject({
      code: "storage_full",
    });
    expect(filesIn(directory)).toEqual([]);
    await expect(store.open(blobId(1))).resolves.toBeUndefined();
  });
});

test("bytes on another file system are copied, whole or not at all", async () => {
  const directory = scratchDirectory();
  const content = Buffer.alloc(3_000_000, 5);
  // A path that cannot be linked stands for one on another disk: the kernel's own process folder.
  const bytes: Bytes = {
    byteLength: content.length,
    path: "/proc/self/status",
    async *chunks() {
      for (let at = 0; at < content.length; at += 65_536) {
        await Promise.resolve();
        yield content.subarray(at, at + 65_536);
      }
    },
  };
  const target = join(directory, "target");
  expect(await placeFile(bytes, target, () => join(directory, "temporary"))).toBe(true);
  expect(await placeFile(bytes, target, () => join(directory, "temporary"))).toBe(false);
  expect(filesIn(directory)).toEqual([target]);
  expect(statSync(target).size).toBe(content.length);
});

test("a thousand blobs are found again after a restart", async () => {
  const { directory, store } = await openStore();
  const picture = await makePicture(0);
  await Promise.all(
    Array.from({ length: 1_000 }, (_value, index) =>
      store.put(blobId(index), picture, start + (index + 1) * 1_000),
    ),
  );
  const again = await openDiskBlobs({
    directory,
    quotaBytes: 1_000 * picture.bytes.byteLength,
    now: () => start,
    statfs,
  });
  expect((await blobBytes(await again.open(blobId(777)))).length).toBe(picture.bytes.byteLength);
  await expect(again.ensureRoom(1)).rejects.toMatchObject({ code: "storage_full" });
  expect(await again.sweep(start + 500_001)).toBe(500);
  await again.ensureRoom(500 * picture.bytes.byteLength);
});
