import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type KeptLog, openKeptLog, type SegmentFacts } from "../../src/blobs/kept-log/log.ts";
import { keptId } from "../../src/blobs/kept-log/entry.ts";
import { Picture } from "../../src/core/picture.ts";
import { noisy, openBench, take } from "../pictures/samples.ts";
import { blobBytes } from "./blob-store-suite.ts";

const hour = 3_600_000;
const start = 1_800_000_000_000;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Bench {
  readonly directory: string;
  readonly log: KeptLog;
  /** What is counted now, by segment. */
  readonly counted: Map<string, SegmentFacts>;
  now: number;
  /** What the operator was told. */
  readonly said: Record<string, unknown>[];
  /** Another process after this one. */
  reopen(): Bench;
}

function openLog(bytesWanted = 1024 ** 3, known?: string): Bench {
  const directory = known ?? mkdtempSync(join(tmpdir(), "kept-log-"));
  folders.push(directory);
  const counted = new Map<string, SegmentFacts>();
  const said: Record<string, unknown>[] = [];
  const say = (fields: Readonly<Record<string, unknown>>, msg: string): void =>
    void said.push({ ...fields, msg });
  const bench: Bench = {
    directory,
    counted,
    said,
    now: start,
    log: openKeptLog({
      directory,
      bytesWanted,
      retentionMs: 24 * hour,
      now: () => bench.now,
      log: { info: say, warn: say, error: say },
    }),
    reopen() {
      bench.log.close();
      return openLog(bytesWanted, directory);
    },
  };
  bench.log.begin((segment) => {
    if (segment.byteLength === 0) counted.delete(segment.id);
    else counted.set(segment.id, segment);
  });
  return bench;
}

const id = (number: number): string => keptId(number.toString(16).padStart(32, "0"));

/** A picture of random bytes: the log does not look inside. */
function bytesPicture(byteLength: number): { picture: Picture; bytes: Buffer } {
  const bytes = randomBytes(byteLength);
  const facts = { format: "png", width: 1, height: 1, alpha: false, frames: 1, orientation: 1 };
  const stream = {
    byteLength,
    path: undefined,
    async *chunks() {
      for (let at = 0; at < byteLength; at += 65_536) {
        await Promise.resolve();
        yield bytes.subarray(at, at + 65_536);
      }
    },
  };
  return { picture: new Picture(stream, { ...facts, format: "png" }), bytes };
}

async function read(log: KeptLog, number: number): Promise<Buffer | undefined> {
  const blob = await log.open(id(number));
  return blob === undefined ? undefined : blobBytes(blob);
}

describe("the kept log", () => {
  test.each([
    ["in memory", 64 * 1024 * 1024],
    ["in a spool file", 0],
  ] as const)(
    "gives back a picture %s, whole and in part, also after a restart",
    async (_name, memory) => {
      const bench = openLog();
      const { spool } = openBench(memory);
      const bytes = await noisy(300, 300).png().toBuffer();
      expect(await bench.log.put(id(1), take(spool, bytes), start + hour)).toEqual({
        id: id(1),
        format: "png",
        byteLength: bytes.length,
        expiresAt: start + hour,
      });
      spool.dispose();
      for (const { log } of [bench, bench.reopen()]) {
        expect(await read(log, 1)).toEqual(bytes);
        expect(await blobBytes(await log.open(id(1)), 10, 100)).toEqual(bytes.subarray(10, 100));
      }
      expect(readdirSync(bench.directory)).toEqual(["00000000.kept"]);
    },
  );

  test("what was written or checked moments ago is read without waiting; later it is not", async () => {
    const bench = openLog();
    const { picture, bytes } = bytesPicture(200_000);
    await bench.log.put(id(1), picture, start + hour);
    const blob = await bench.log.open(id(1));
    const target = Buffer.alloc(1_000);
    const reader = blob?.reader();
    reader?.read(target, 100, 900, 50_000);
    expect(target.subarray(100).equals(bytes.subarray(50_000, 50_900))).toBe(true);
    expect(await bench.log.remove(id(1))).toBe(true);
    reader?.read(target, 0, 1_000, 199_000);
    expect(target.equals(bytes.subarray(199_000))).toBe(true);
    reader?.close();
    expect(() => blob?.reader()).toThrow(expect.objectContaining({ code: "result_expired" }));
    await bench.log.put(id(2), picture, start + hour);
    const later = bench.reopen();
    (await later.log.open(id(2)))?.reader()?.close();
    later.now += 120_000;
    expect((await later.log.open(id(2)))?.reader()).toBeUndefined();
  });

  test("a thousand small and a few long ones written at once keep apart", async () => {
    const bench = openLog(8 * 1024 * 1024);
    const made = Array.from({ length: 1_000 }, (_value, number) =>
      bytesPicture(number % 100 === 0 ? 5_000_000 + number : 100 + number),
    );
    await Promise.all(
      made.map(({ picture }, number) => bench.log.put(id(number), picture, start + hour)),
    );
    for (const { log } of [bench, bench.reopen()]) {
      for (const [number, { bytes }] of made.entries())
        expect((await read(log, number))?.equals(bytes)).toBe(true);
    }
  });

  test("what a process left half written is not there; what was whole before it is", async () => {
    const bench = openLog();
    const { picture, bytes } = bytesPicture(1_000);
    for (const number of [1, 2]) await bench.log.put(id(number), picture, start + hour);
    const [name = ""] = readdirSync(bench.directory);
    const path = join(bench.directory, name);
    truncateSync(path, readFileSync(path).length - 1);
    const cut = bench.reopen();
    expect(await read(cut.log, 1)).toEqual(bytes);
    expect(await read(cut.log, 2)).toBeUndefined();
    appendFileSync(path, Buffer.alloc(1_000, 0x50));
    const dirty = cut.reopen();
    expect(await read(dirty.log, 1)).toEqual(bytes);
    await dirty.log.put(id(3), picture, start + hour);
    expect(await read(dirty.reopen().log, 3)).toEqual(bytes);
  });

  test("a deleted picture's bytes are gone from the disk, its neighbours stay", async () => {
    const bench = openLog();
    const made = [1, 2, 3].map(() => bytesPicture(5_000));
    for (const [index, { picture }] of made.entries())
      await bench.log.put(id(index), picture, start + hour);
    expect(await bench.log.remove(id(1))).toBe(true);
    expect(await bench.log.remove(id(1))).toBe(false);
    const [name = ""] = readdirSync(bench.directory);
    const file = readFileSync(join(bench.directory, name));
    expect(file.includes(made[1]?.bytes.subarray(0, 100) ?? "")).toBe(false);
    expect(file.includes(id(1).slice(1), 0, "hex")).toBe(false);
    for (const { log } of [bench, bench.reopen()]) {
      expect(await read(log, 0)).toEqual(made[0]?.bytes);
      expect(await read(log, 1)).toBeUndefined();
      expect(await read(log, 2)).toEqual(made[2]?.bytes);
    }
  });

  test("what is deleted while it is read is not there after a restart in the middle", async () => {
    const bench = openLog();
    const { picture } = bytesPicture(1_000_000);
    await bench.log.put(id(1), picture, start + hour);
    await bench.log.put(id(2), picture, start + hour);
    const reader = (await bench.log.open(id(1)))?.chunks()[Symbol.asyncIterator]();
    expect((await reader?.next())?.done).toBe(false);
    expect(await bench.log.remove(id(1))).toBe(true);
    const { log } = bench.reopen();
    expect(await log.open(id(1))).toBeUndefined();
    expect(await log.open(id(2))).toBeDefined();
    await reader?.return?.();
  });

  test.each(["remove", "drop"] as const)(
    "who reads while a picture goes (%s) reads to the end",
    async (way) => {
      const bench = openLog();
      const { picture, bytes } = bytesPicture(1_000_000);
      await bench.log.put(id(1), picture, start + hour);
      const [segment = ""] = bench.counted.keys();
      const blob = await bench.log.open(id(1));
      const chunks: Buffer[] = [];
      for await (const chunk of blob?.chunks() ?? []) {
        if (way === "drop") bench.log.drop(segment);
        else await bench.log.remove(id(1));
        chunks.push(chunk);
      }
      expect(chunks.length).toBeGreaterThan(1);
      expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
      expect(await bench.log.open(id(1))).toBeUndefined();
      await expect(blobBytes(blob)).rejects.toMatchObject({ code: "result_expired" });
    },
  );

  test("segments are counted, sealed at their size, and dropped whole", async () => {
    const bench = openLog(16 * 256 * 1024);
    for (let number = 0; number < 10; number += 1)
      await bench.log.put(id(number), bytesPicture(100_000).picture, start + hour);
    const files = readdirSync(bench.directory);
    expect(files).toHaveLength(5);
    expect([...bench.counted.values()].map(({ byteLength }) => byteLength)).toEqual([
      200_128, 200_128, 200_128, 200_128, 262_144,
    ]);
    const [oldest = ""] = bench.counted.keys();
    expect(bench.log.drop(oldest)).toBe(true);
    expect(bench.log.drop(oldest)).toBe(false);
    expect(await read(bench.log, 1)).toBeUndefined();
    expect(await read(bench.log, 2)).toBeDefined();
    expect(readdirSync(bench.directory)).toEqual([...files.slice(1), "spare"]);
  });

  test("a small bound keeps what fits, the newest", async () => {
    const bench = openLog(100_000);
    for (let number = 0; number < 3; number += 1)
      await bench.log.put(id(number), bytesPicture(60_000).picture, start + hour);
    const sizes = [...bench.counted.values()].map(({ byteLength }) => byteLength);
    expect(sizes).toEqual([60_064, 60_064, 100_000]);
    await bench.log.put(id(9), bytesPicture(100_000).picture, start + hour);
    expect(await read(bench.log, 9)).toBeUndefined();
    expect(bench.counted.size).toBe(3);
  });

  test("many tiny pictures fill a segment by their number", async () => {
    const bench = openLog(16 * 256 * 1024);
    for (let number = 0; number < 17; number += 1)
      await bench.log.put(id(number), bytesPicture(10).picture, start + hour);
    expect(readdirSync(bench.directory)).toHaveLength(2);
  });

  test("what has expired is not given out, and goes with its segment", async () => {
    const bench = openLog();
    await bench.log.put(id(1), bytesPicture(10).picture, start + hour);
    bench.now = start + 2 * hour;
    expect(await read(bench.log, 1)).toBeUndefined();
    await bench.log.put(id(2), bytesPicture(10).picture, start + 3 * hour);
    expect(await bench.log.sweep(bench.now)).toBe(1);
    expect(bench.counted.size).toBe(1);
    expect(await read(bench.log, 2)).toBeDefined();
  });

  /** Three segments of two pictures each were dropped, and their file written over as far as there was need. */
  async function writtenOver(): Promise<{ bench: Bench; made: Buffer[] }> {
    const bench = openLog(16 * 256 * 1024);
    const made: Buffer[] = [];
    for (let number = 0; number < 9; number += 1) {
      const { picture, bytes } = bytesPicture(100_000);
      made.push(bytes);
      await bench.log.put(id(number), picture, start + hour);
      const [oldest = ""] = bench.counted.keys();
      if (bench.counted.size > 2 && bench.log.drop(oldest)) bench.counted.delete(oldest);
    }
    return { bench, made };
  }

  test("a dropped segment's file is written over, and what was in it is not found again", async () => {
    const { bench, made } = await writtenOver();
    const files = ["00000003.kept", "00000004.kept"];
    expect(readdirSync(bench.directory)).toEqual([...files, "spare"]);
    // As after a kill: nothing was closed.
    const next = openLog(16 * 256 * 1024, bench.directory);
    for (const { log } of [bench, next]) {
      for (let number = 0; number < 6; number += 1) expect(await read(log, number)).toBeUndefined();
      for (let number = 6; number < 9; number += 1)
        expect((await read(log, number))?.equals(made[number] ?? Buffer.alloc(0))).toBe(true);
    }
    expect(readdirSync(bench.directory)).toEqual(files);
    expect(statSync(join(bench.directory, "00000004.kept")).size).toBe(100_064);
    expect(next.said).toMatchObject([{ bytes: 100_064 }]);
  });

  test("a picture whose writing over an older one was cut is a miss, never the older one's bytes", async () => {
    const { bench } = await writtenOver();
    const file = join(bench.directory, "00000004.kept");
    const bytes = readFileSync(file);
    // The head of picture 8 is new, of its bytes half are: the rest is from before.
    bytes.fill(7, 64 + 50_000, 100_064);
    writeFileSync(file, bytes);
    const next = openLog(16 * 256 * 1024, bench.directory);
    expect(await read(next.log, 8)).toBeUndefined();
    expect(await read(next.log, 7)).toBeDefined();
  });

  test("the disk's bytes are counted with what is left of an earlier use", async () => {
    const { bench } = await writtenOver();
    const sizes = readdirSync(bench.directory).map(
      (name) => statSync(join(bench.directory, name)).size,
    );
    expect(bench.log.byteLength()).toBe(sizes.reduce((sum, one) => sum + one, 0));
  });

  test("a sweep and a stop leave nothing of what was dropped", async () => {
    for (const end of ["sweep", "close"] as const) {
      const { bench } = await writtenOver();
      if (end === "sweep") await bench.log.sweep(bench.now);
      else bench.log.close();
      expect(readdirSync(bench.directory)).toEqual(["00000003.kept", "00000004.kept"]);
    }
  });
});
