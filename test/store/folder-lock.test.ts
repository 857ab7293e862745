import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import {
  type FolderLock,
  type FolderOwner,
  lockFolder,
} from "../../src/store/sqlite/folder-lock.ts";
import { temporaryFolder } from "./samples.ts";

const program = fileURLToPath(new URL("./lock-holder.ts", import.meta.url));
const owner: FolderOwner = {
  node: "node_b",
  pid: 7,
  host: "box",
  startedAt: Date.parse("2026-11-26T20:15:00Z"),
};
const holders: ChildProcess[] = [];
const locks: FolderLock[] = [];
afterEach(() => {
  for (const holder of holders.splice(0)) holder.kill("SIGKILL");
  for (const lock of locks.splice(0)) lock.release();
});

async function lock(folder: string, by = owner): Promise<FolderLock> {
  const taken = await lockFolder({ folder, kind: "data", settings: "--data or PINHOLE_DATA" }, by);
  locks.push(taken);
  return taken;
}

/** A process of its own that has the folder. */
async function holder(folder: string, node = "node_a"): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, folder, node], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  holders.push(child);
  await once(child.stdout, "data");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

test("a folder that another process has is refused in words that name it", async () => {
  const folder = temporaryFolder();
  const { pid } = await holder(folder);
  await expect(lock(folder)).rejects.toThrow(
    `The data folder ${folder} is in use by another Pinhole (process ${pid} on elsewhere, since 1970-01-01T00:00:00.000Z); stop that one, or give this one a folder of its own with --data or PINHOLE_DATA.`,
  );
});

test("a killed process gives its folder back at once, and the next one knows who it was", async () => {
  const folder = temporaryFolder();
  await kill(await holder(folder, "node_a"));
  await kill(await holder(folder, "node_c"));
  expect((await lock(folder)).before).toEqual({
    node: "node_c",
    pid: expect.any(Number) as unknown,
    host: "elsewhere",
    startedAt: 0,
  });
});

test("a refused start leaves the note of who has the folder alone", async () => {
  const folder = temporaryFolder();
  const child = await holder(folder, "node_a");
  await expect(lock(folder)).rejects.toThrow("in use");
  await kill(child);
  expect((await lock(folder)).before?.node).toBe("node_a");
});

test("the same process is refused too, until it has given the folder back", async () => {
  const folder = temporaryFolder();
  const first = await lock(folder);
  await expect(lock(folder)).rejects.toThrow("process 7 on box, since 2026-11-26T20:15:00.000Z");
  await expect(lock(folder)).rejects.toThrow("in use");
  first.release();
  first.release();
  expect((await lock(folder)).before).toEqual(owner);
});

test("a folder by another path is the same folder", async () => {
  const folder = temporaryFolder();
  const link = join(temporaryFolder(), "link");
  symlinkSync(folder, link);
  await holder(folder);
  await expect(lock(link)).rejects.toThrow("in use");
});

test("two kinds of lock in one folder are two locks", async () => {
  const folder = temporaryFolder();
  await lock(folder);
  const images = await lockFolder({ folder, kind: "images", settings: "images.url" }, owner);
  expect(images.before).toBeUndefined();
  images.release();
});

test("a new folder has no holder before, nor has one whose note is lost or damaged", async () => {
  const folder = temporaryFolder();
  const first = await lock(folder);
  expect(first.before).toBeUndefined();
  first.release();
  for (const damage of ["", "{", "[]", `{"node":5}`]) {
    writeFileSync(join(folder, "data.lock.json"), damage);
    const next = await lock(folder);
    expect(next.before).toBeUndefined();
    next.release();
  }
  rmSync(join(folder, "data.lock.json"));
  expect((await lock(folder)).before).toBeUndefined();
});

test("locks and notes are for their owner only, and nothing else is left in the folder", async () => {
  const folder = temporaryFolder();
  await lock(folder);
  expect(readdirSync(folder).toSorted()).toEqual(["data.lock", "data.lock.json"]);
});

test("what is no lock file is refused in words", async () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, "data.lock"),
    "not a database, but long enough to be read as one".repeat(9),
  );
  await expect(lock(folder)).rejects.toThrow(/data folder .* cannot be locked/);
});

test("a lock that cannot be made is refused in words", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "data.lock"));
  await expect(lock(folder)).rejects.toThrow(/cannot be locked; let Pinhole's user write in it/);
});
