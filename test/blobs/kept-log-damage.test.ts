import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { type KeptLog, openKeptLog } from "../../src/blobs/kept-log/log.ts";
import { headBytes, keptId } from "../../src/blobs/kept-log/entry.ts";
import { Picture } from "../../src/core/picture.ts";
import { blobBytes } from "./blob-store-suite.ts";

const start = 1_800_000_000_000;
const expiresAt = start + 3_600_000;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Opened {
  readonly log: KeptLog;
  readonly directory: string;
  readonly said: Record<string, unknown>[];
  /** Another process on the same folder. */
  reopen(): Opened;
}

function openLog(known?: string): Opened {
  const directory = known ?? mkdtempSync(join(tmpdir(), "kept-damage-"));
  folders.push(directory);
  const said: Record<string, unknown>[] = [];
  const say = (fields: Readonly<Record<string, unknown>>, msg: string): void =>
    void said.push({ ...fields, msg });
  const log = openKeptLog({
    directory,
    bytesWanted: 1024 ** 3,
    retentionMs: 24 * 3_600_000,
    now: () => start,
    log: { info: say, warn: say, error: say },
  });
  log.begin(() => undefined);
  return { log, directory, said, reopen: () => openLog(directory) };
}

const id = (number: number): string => keptId(number.toString(16).padStart(32, "0"));

function picture(bytes: Buffer): Picture {
  const facts = { format: "png", width: 1, height: 1, alpha: false, frames: 1, orientation: 1 };
  const held = {
    byteLength: bytes.length,
    path: undefined,
    inMemory: () => [bytes],
    async *chunks() {
      await Promise.resolve();
      yield bytes;
    },
  };
  return new Picture(held, { ...facts, format: "png" });
}

const length = 10_000;
/** Bytes from one picture's head to the next one's. */
const stride = headBytes + length;

/** Pictures 0 to 4 in one file, each of `length` bytes. */
async function filled(): Promise<{ opened: Opened; made: readonly Buffer[]; file: string }> {
  const opened = openLog();
  const made = Array.from({ length: 5 }, () => randomBytes(length));
  for (const [number, bytes] of made.entries())
    await opened.log.put(id(number), picture(bytes), expiresAt);
  return { opened, made, file: join(opened.directory, "00000000.kept") };
}

function overwrite(file: string, at: number, bytes: Buffer): void {
  const opened = openSync(file, "r+");
  writeSync(opened, bytes, 0, bytes.length, at);
  closeSync(opened);
}

function flip(file: string, at: number): void {
  const byte = readFileSync(file)[at] ?? 0;
  overwrite(file, at, Buffer.of(byte ^ 1));
}

async function read(log: KeptLog, number: number): Promise<Buffer | undefined> {
  const blob = await log.open(id(number));
  return blob === undefined ? undefined : blobBytes(blob);
}

/** The numbers of the pictures that are there; none may be another's bytes. */
async function there(log: KeptLog, made: readonly Buffer[]): Promise<number[]> {
  const found: number[] = [];
  for (const [number, bytes] of made.entries()) {
    const got = await read(log, number);
    if (got === undefined) continue;
    expect(got.equals(bytes)).toBe(true);
    found.push(number);
  }
  return found;
}

interface Damage {
  readonly name: string;
  readonly to: (file: string) => void;
  /** Seen by the process that wrote it; else only the next one, which reads the heads. */
  readonly atOnce: boolean;
  readonly left: readonly number[];
}

const damages: readonly Damage[] = [
  {
    name: "a bit of a picture",
    to: (file) => flip(file, 2 * stride + 5_000),
    atOnce: true,
    left: [0, 1, 3, 4],
  },
  {
    name: "a picture's first byte",
    to: (file) => flip(file, 2 * stride + headBytes),
    atOnce: true,
    left: [0, 1, 3, 4],
  },
  {
    name: "a picture's last byte",
    to: (file) => flip(file, 3 * stride - 1),
    atOnce: true,
    left: [0, 1, 3, 4],
  },
  {
    name: "a page of zeros over two pictures",
    to: (file) => overwrite(file, 2 * stride - 2_000, Buffer.alloc(4_096)),
    atOnce: false,
    left: [0, 3, 4],
  },
  {
    name: "two pictures that changed places",
    to(file) {
      const bytes = readFileSync(file);
      const part = (number: number): Buffer =>
        bytes.subarray(number * stride + headBytes, (number + 1) * stride);
      overwrite(file, stride + headBytes, part(3));
      overwrite(file, 3 * stride + headBytes, part(1));
    },
    atOnce: true,
    left: [0, 2, 4],
  },
  {
    name: "a head's id",
    to: (file) => flip(file, 2 * stride + 30),
    atOnce: false,
    left: [0, 1, 3, 4],
  },
  {
    name: "a head's length",
    to: (file) => flip(file, 2 * stride + 20),
    atOnce: false,
    left: [0, 1, 3, 4],
  },
  {
    name: "a head's checksum",
    to: (file) => flip(file, 2 * stride + 45),
    atOnce: false,
    left: [0, 1, 3, 4],
  },
  {
    name: "the first head's magic",
    to: (file) => flip(file, 0),
    atOnce: false,
    left: [1, 2, 3, 4],
  },
  {
    name: "the last head",
    to: (file) => flip(file, 4 * stride + 8),
    atOnce: false,
    left: [0, 1, 2, 3],
  },
  {
    name: "two heads in a row",
    to: (file) => [1, 2].forEach((number) => flip(file, number * stride + 8)),
    atOnce: false,
    left: [0, 3, 4],
  },
  {
    name: "a file that ends in the middle of a picture",
    to: (file) => truncateSync(file, 3 * stride + 500),
    atOnce: true,
    left: [0, 1, 2],
  },
  {
    name: "a file that ends in the middle of a head",
    to: (file) => truncateSync(file, 4 * stride + 10),
    atOnce: true,
    left: [0, 1, 2, 3],
  },
  { name: "a file that was deleted", to: (file) => rmSync(file), atOnce: true, left: [] },
  {
    name: "a file of zeros",
    to: (file) => writeFileSync(file, Buffer.alloc(5 * stride)),
    atOnce: true,
    left: [],
  },
];

describe.each(damages)("damaged: $name", ({ to, atOnce, left }) => {
  test("what is damaged is not there, and nothing else is lost", async () => {
    const { opened, made, file } = await filled();
    // Seen as whole before, so that the damage must be noticed again.
    expect(await there(opened.log, made)).toEqual([0, 1, 2, 3, 4]);
    to(file);
    if (atOnce) {
      expect(await there(opened.log, made)).toEqual(left);
      expect(opened.said).toHaveLength(made.length - left.length);
      expect(await there(opened.log, made)).toEqual(left);
      expect(opened.said).toHaveLength(made.length - left.length);
    }
    const next = opened.reopen();
    expect(await there(next.log, made)).toEqual(left);
    await next.log.put(id(9), picture(Buffer.from("next")), expiresAt);
    expect((await read(next.reopen().log, 9))?.toString()).toBe("next");
  });
});

test("the operator is told of a damaged picture and of a damaged head", async () => {
  const { opened, made, file } = await filled();
  flip(file, 2 * stride + 5_000);
  await there(opened.log, made);
  expect(opened.said).toEqual([{ blob: id(2), file, msg: "a kept image is damaged" }]);
  flip(file, 3 * stride + 8);
  const next = opened.reopen();
  expect(await there(next.log, made)).toEqual([0, 1, 4]);
  expect(next.said[0]).toEqual({
    bytes: stride,
    file,
    msg: "a part of a file of kept images is damaged",
  });
});

test("a deleted picture is no damage, and its neighbours are found behind it", async () => {
  const { opened, made } = await filled();
  for (const number of [0, 2, 3]) await opened.log.remove(id(number));
  const next = opened.reopen();
  expect(await there(next.log, made)).toEqual([1, 4]);
  expect(next.said).toEqual([]);
});

test("what looks like a head within a damaged picture is none", async () => {
  const opened = openLog();
  await opened.log.put(id(7), picture(randomBytes(100)), expiresAt);
  const file = join(opened.directory, "00000000.kept");
  const copy = readFileSync(file);
  // A whole entry, one of which the bytes do not fit, and beginnings of heads.
  const tricks = Buffer.concat([
    copy.subarray(0, 164).fill(0, 100),
    Buffer.from("PKL2PKL1PKLPK".repeat(2_000)),
  ]);
  await opened.log.put(id(0), picture(tricks), expiresAt);
  await opened.log.put(id(1), picture(Buffer.from("after")), expiresAt);
  flip(file, 164 + 8);
  const next = opened.reopen();
  expect(await read(next.log, 0)).toBeUndefined();
  expect((await read(next.log, 1))?.toString()).toBe("after");
  expect((await read(next.log, 7))?.length).toBe(100);
});

test("a file that cannot be read loses its own pictures only", async () => {
  const { opened, made } = await filled();
  mkdirSync(join(opened.directory, "00000001.kept"));
  const next = opened.reopen();
  expect(await there(next.log, made)).toEqual([0, 1, 2, 3, 4]);
  expect(next.said[0]).toMatchObject({ msg: "a file of kept images could not be read" });
  await next.log.put(id(9), picture(Buffer.from("next")), expiresAt);
  expect(readdirSync(opened.directory).toSorted().at(-1)).toBe("00000002.kept");
});

test("a long picture whose writing a kill cut is not there; what was written meanwhile is", async () => {
  const opened = openLog();
  const reached = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const long = {
    byteLength: 3_000_000,
    path: undefined,
    async *chunks() {
      yield Buffer.alloc(1_000_000, 1);
      reached.resolve();
      await held.promise;
      yield Buffer.alloc(2_000_000, 2);
    },
  };
  const facts = { width: 1, height: 1, alpha: false, frames: 1, orientation: 1 } as const;
  const writing = opened.log.put(id(0), new Picture(long, { ...facts, format: "png" }), expiresAt);
  await reached.promise;
  const bytes = randomBytes(length);
  await opened.log.put(id(1), picture(bytes), expiresAt);
  const next = opened.reopen();
  expect(await read(next.log, 0)).toBeUndefined();
  expect(await read(next.log, 1)).toEqual(bytes);
  held.resolve();
  await writing;
  expect((await read(opened.log, 0))?.length).toBe(3_000_000);
});

/** A picture as earlier versions wrote it: a head of 48 bytes without a checksum. */
function oldEntry(number: number, bytes: Buffer, sequence: number, expiry = expiresAt): Buffer {
  const head = Buffer.alloc(48);
  head.write("PKL1", 0, "latin1");
  head.writeDoubleLE(expiry, 8);
  head.writeDoubleLE(bytes.length, 16);
  head.write(id(number).slice(1), 24, "hex");
  head.writeUInt32LE(crc32(head.subarray(0, 40), sequence), 40);
  return Buffer.concat([head, bytes]);
}

describe("files of an earlier version", () => {
  function oldFile(): { directory: string; file: string; made: Buffer[] } {
    const directory = mkdtempSync(join(tmpdir(), "kept-old-"));
    folders.push(directory);
    const made = Array.from({ length: 5 }, () => randomBytes(length));
    const file = join(directory, "00000003.kept");
    for (const [number, bytes] of made.entries()) appendFileSync(file, oldEntry(number, bytes, 3));
    return { directory, file, made };
  }

  test("are read, and new ones are written behind them", async () => {
    const { directory, made } = oldFile();
    const { log, reopen } = openLog(directory);
    expect(await there(log, made)).toEqual([0, 1, 2, 3, 4]);
    await log.put(id(9), picture(Buffer.from("new")), expiresAt);
    expect(readdirSync(directory)).toEqual(["00000003.kept", "00000004.kept"]);
    expect(await there(reopen().log, made)).toEqual([0, 1, 2, 3, 4]);
  });

  test("lose what is deleted, and keep the rest", async () => {
    const { directory, file, made } = oldFile();
    const { log, reopen } = openLog(directory);
    expect(await log.remove(id(1))).toBe(true);
    expect(readFileSync(file).includes(made[1]?.subarray(0, 50) ?? "")).toBe(false);
    expect(await there(reopen().log, made)).toEqual([0, 2, 3, 4]);
  });

  test("keep the places that they marked as deleted", async () => {
    const { directory, file, made } = oldFile();
    overwrite(file, 2 * (48 + length), oldEntry(0, Buffer.alloc(length), 3, 0));
    const { log, said } = openLog(directory);
    expect(await there(log, made)).toEqual([0, 1, 3, 4]);
    expect(said).toEqual([]);
  });

  test("lose only the picture whose head is damaged", async () => {
    const { directory, file, made } = oldFile();
    flip(file, 2 * (48 + length) + 20);
    expect(await there(openLog(directory).log, made)).toEqual([0, 1, 3, 4]);
  });

  test("go where they were written over, since they may hold anything", async () => {
    const { directory, made } = oldFile();
    const names = ["spare", `00000004.${"a".repeat(32)}.kept`];
    for (const name of names)
      writeFileSync(join(directory, name), oldEntry(9, Buffer.from("x"), 4));
    const { log } = openLog(directory);
    expect(await there(log, made)).toHaveLength(5);
    expect(await read(log, 9)).toBeUndefined();
    expect(readdirSync(directory)).toEqual(["00000003.kept"]);
  });
});
