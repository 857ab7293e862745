import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import type { Bytes } from "../core/picture.ts";
import { blockBytes, type Memory } from "./memory.ts";
import { fileBytes, memoryBytes } from "./picture-bytes.ts";

/** Chunks of at least this many bytes go to the file as they are; smaller ones are gathered first. */
const directBytesMin = 32_768;

/** One picture's bytes while they arrive and after: in memory, then in a file. */
export interface ByteStore {
  /** Copies the chunk. Throws the file system's error. */
  append(chunk: Buffer): void;
  /** No more bytes come. */
  finish(): Bytes;
  /** Frees memory, closes and deletes the file. Safe to call more than once. */
  drop(): void;
}

export interface ByteStoreOptions {
  readonly memory: Memory;
  /** Bytes of this one picture in memory. */
  readonly memoryBytesMax: number;
  /** A path in the spool directory that nothing uses yet. */
  readonly newPath: () => string;
  /** Told of the path once the file has gone or was given up. */
  readonly onGone: (path: string) => void;
}

/** An empty store. */
export function createByteStore(options: ByteStoreOptions): ByteStore {
  const { memory } = options;
  let blocks: Buffer[] = [];
  /** Bytes in the last block. */
  let fill = blockBytes;
  let byteLength = 0;
  let path: string | undefined;
  let file: number | undefined;
  let shown = false;
  let dropped = false;

  const writeFully = (bytes: Buffer): void => {
    if (file === undefined) throw new Error("The spool file is closed.");
    let at = 0;
    while (at < bytes.length) at += writeSync(file, bytes, at, bytes.length - at);
  };
  /** Writes the blocks out and frees them. In file mode there is at most one, for gathering. */
  const flush = (): void => {
    const full = blocks;
    blocks = [];
    try {
      for (const [index, block] of full.entries())
        writeFully(block.subarray(0, index === full.length - 1 ? fill : blockBytes));
    } finally {
      for (const block of full) memory.give(block, true);
    }
    fill = blockBytes;
  };
  const spill = (): void => {
    const target = options.newPath();
    try {
      file = openSync(target, "wx", 0o600);
    } catch (thrown) {
      options.onGone(target);
      throw thrown;
    }
    path = target;
    flush();
  };
  /** Makes room for at least one byte in the last block; false where memory has none. */
  const makeRoom = (): boolean => {
    if (fill < blockBytes) return true;
    if (file !== undefined) flush();
    else if ((blocks.length + 1) * blockBytes > options.memoryBytesMax) return false;
    const block = memory.take();
    if (block === undefined) return false;
    blocks.push(block);
    fill = 0;
    return true;
  };
  const gather = (chunk: Buffer): number => {
    const block = blocks.at(-1);
    if (block === undefined) return 0;
    const count = Math.min(blockBytes - fill, chunk.length);
    chunk.copy(block, fill, 0, count);
    fill += count;
    return count;
  };

  return {
    append(chunk) {
      if (dropped) throw new Error("The picture's spool has been disposed.");
      byteLength += chunk.length;
      let rest = chunk;
      while (rest.length > 0) {
        if (file !== undefined && rest.length >= directBytesMin) {
          flush();
          writeFully(rest);
          return;
        }
        if (makeRoom()) rest = rest.subarray(gather(rest));
        else if (file === undefined) spill();
        else {
          writeFully(rest);
          return;
        }
      }
    },
    finish() {
      if (file !== undefined && path !== undefined) {
        flush();
        closeSync(file);
        file = undefined;
        return fileBytes(path, byteLength);
      }
      const last = blocks.pop();
      if (last !== undefined) blocks.push(fill < blockBytes ? memory.shrink(last, fill) : last);
      return memoryBytes(
        () => blocks,
        byteLength,
        () => {
          shown = true;
        },
      );
    },
    drop() {
      dropped = true;
      for (const block of blocks) memory.give(block, !shown);
      blocks = [];
      if (file !== undefined) closeSync(file);
      file = undefined;
      if (path === undefined) return;
      const gone = path;
      path = undefined;
      try {
        unlinkSync(gone);
      } catch (thrown) {
        // Moved away by whoever keeps it now.
        if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT"))
          throw thrown;
      } finally {
        options.onGone(gone);
      }
    },
  };
}
