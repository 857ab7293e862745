import { closeSync, openSync, readSync } from "node:fs";
import type { Bytes, BytesReader } from "../core/picture.ts";
import { blockBytes } from "./memory.ts";

/** Bytes that are in blocks: all of `blockBytes` but the last. `onRead` is told when they are first handed out. */
export function memoryBytes(
  blocks: () => readonly Buffer[],
  byteLength: number,
  onRead: () => void,
): Bytes {
  return {
    byteLength,
    path: undefined,
    inMemory: () => (byteLength > 0 && blocks().length === 0 ? undefined : blocks()),
    reader: () => memoryReader(blocks),
    async *chunks(start = 0, end = byteLength) {
      const last = Math.min(end, byteLength);
      let at = Math.max(0, start);
      while (at < last) {
        // Asked anew each time, since the spool may have been disposed meanwhile.
        const block = blocks()[Math.floor(at / blockBytes)];
        if (block === undefined) throw new Error("The picture's spool has been disposed.");
        onRead();
        const offset = at % blockBytes;
        const chunk = block.subarray(offset, Math.min(blockBytes, offset + last - at));
        at += chunk.length;
        yield chunk;
      }
    },
  };
}

/**
 * Bytes that are in a file. Reading is synchronous: the file was written moments ago, so it is in
 * the page cache, where a read costs less than handing it to another thread.
 */
export function fileBytes(path: string, byteLength: number): Bytes {
  return {
    byteLength,
    path,
    reader: () => fileReader(path),
    async *chunks(start = 0, end = byteLength, lent = false) {
      const last = Math.min(end, byteLength);
      let at = Math.max(0, start);
      if (at >= last) return;
      const file = openSync(path, "r");
      let block: Buffer | undefined;
      try {
        while (at < last) {
          // A new buffer each time, unless it is lent: the reader may still hold the one before.
          block ??= Buffer.allocUnsafeSlow(Math.min(blockBytes, last - at));
          const count = readSync(file, block, 0, Math.min(block.length, last - at), at);
          if (count === 0) throw new Error(`The file ${path} is shorter than it was.`);
          at += count;
          const chunk = block.subarray(0, count);
          // A socket holds on to less than a block without saying so.
          if (!lent || count < blockBytes) block = undefined;
          yield chunk;
        }
      } finally {
        closeSync(file);
      }
    },
  };
}

/** The copy is the reader's own, so nobody outside was shown a block. */
function memoryReader(blocks: () => readonly Buffer[]): BytesReader {
  return {
    read(target, at, length, position) {
      for (let done = 0; done < length;) {
        const from = position + done;
        const block = blocks()[Math.floor(from / blockBytes)];
        if (block === undefined) throw new Error("The picture's spool has been disposed.");
        const offset = from % blockBytes;
        const count = block.copy(target, at + done, offset, offset + length - done);
        if (count === 0) throw new Error("The picture's spool holds fewer bytes than it said.");
        done += count;
      }
    },
    close: () => undefined,
  };
}

function fileReader(path: string): BytesReader {
  const file = openSync(path, "r");
  return {
    read(target, at, length, position) {
      for (let done = 0; done < length;) {
        const count = readSync(file, target, at + done, length - done, position + done);
        if (count === 0) throw new Error(`The file ${path} is shorter than it was.`);
        done += count;
      }
    },
    close: () => closeSync(file),
  };
}
