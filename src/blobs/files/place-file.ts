import { closeSync, linkSync, openSync, unlinkSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import type { Bytes } from "../../core/picture.ts";
import { writeBuffers } from "./write-buffers.ts";

/** Longer pictures in memory are written in pieces, so that other work goes on between. */
const oneGoBytesMax = 2 * 1024 * 1024;

/** Bytes that are gathered for one write: enough to make few calls, little enough to be held. */
const gatherBytes = 1024 * 1024;

/** Link failures that mean "not on this file system" rather than "something is wrong". */
const copyInstead: readonly string[] = [
  "EXDEV",
  "EPERM",
  "ENOTSUP",
  "EOPNOTSUPP",
  "EMLINK",
  "ENOSYS",
];

/** A system call's error code. */
export function errorCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string"
    ? thrown.code
    : undefined;
}

/**
 * Puts bytes at `target`, at once or not at all. A spool file on the same disk is linked: nothing is
 * copied, and the spool can delete its own name whenever it likes. A short one in memory is written
 * there in one go; everything else goes to a temporary file first. The calls are synchronous as far
 * as they only touch names and the page cache: handing them to other threads costs several times what
 * they take. Not fsynced: what was answered survives the process in any case, and a power cut that
 * costs an hour's image may not cost every image two disk flushes; half files are told by their length
 * (see `disk.ts`). False where the target was there already.
 */
export async function placeFile(
  bytes: Bytes,
  target: string,
  temporary: () => string,
): Promise<boolean> {
  const source = bytes.path;
  if (source !== undefined) {
    const outcome = linkFile(source, target);
    if (outcome !== "copy") return outcome === "linked";
  }
  const held = bytes.byteLength <= oneGoBytesMax ? bytes.inMemory?.() : undefined;
  return held === undefined ? copyFile(bytes, target, temporary()) : writeNew(held, target);
}

/** False where the file was there already; where it cannot be written whole, nothing of it stays. */
function writeNew(buffers: readonly Buffer[], target: string): boolean {
  let file: number;
  try {
    file = openSync(target, "wx", 0o600);
  } catch (thrown) {
    if (errorCode(thrown) === "EEXIST") return false;
    throw thrown;
  }
  try {
    writeBuffers(file, buffers, 0);
  } catch (thrown) {
    unlinkSync(target);
    throw thrown;
  } finally {
    closeSync(file);
  }
  return true;
}

async function copyFile(bytes: Bytes, target: string, temporary: string): Promise<boolean> {
  try {
    await writeAll(bytes, temporary);
    // Linked like a spool file where that is possible, since a rename would not say that the name was taken.
    const outcome = linkFile(temporary, target);
    if (outcome === "copy") await rename(temporary, target);
    return outcome !== "taken";
  } finally {
    await rm(temporary, { force: true });
  }
}

/** `taken`: the blob is there already, since its name holds all its facts. `copy`: this file system makes no links. */
function linkFile(source: string, target: string): "linked" | "taken" | "copy" {
  try {
    linkSync(source, target);
    return "linked";
  } catch (thrown) {
    const code = errorCode(thrown);
    if (code === "EEXIST") return "taken";
    if (code !== undefined && copyInstead.includes(code)) return "copy";
    throw thrown;
  }
}

async function writeAll(bytes: Bytes, path: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    let gathered: Buffer[] = [];
    let length = 0;
    const flush = async (): Promise<void> => {
      if (length === 0) return;
      const { bytesWritten } = await file.writev(gathered);
      // A write may stop short without an error; the rest goes on from there.
      if (bytesWritten < length)
        await file.writeFile(Buffer.concat(gathered).subarray(bytesWritten));
      gathered = [];
      length = 0;
    };
    for await (const chunk of bytes.chunks()) {
      gathered.push(chunk);
      length += chunk.length;
      if (length >= gatherBytes) await flush();
    }
    await flush();
  } finally {
    await file.close();
  }
}
