import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { PinholeError } from "../../core/errors.ts";
import type { BytesReader } from "../../core/picture.ts";
import { errorCode } from "./place-file.ts";

/** Bytes read at once: each reader holds so much. */
const readBytes = 262_144;

/** Time for which bytes that were written or read count as being in the page cache, milliseconds. */
export const warmMs = 60_000;

/** A part of a file to be read. */
export interface FilePart {
  readonly path: string;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** A chunk is only read until the next one is asked for, so that its memory may be used again. */
  readonly lent: boolean;
  /**
   * Written or read moments ago, so in the page cache, where a read costs a fraction of handing it to
   * another thread. A cold file is read on other threads, since the disk may be slow.
   */
  readonly warm: boolean;
}

type Chunks = AsyncGenerator<Buffer, void, void>;

/** The bytes of a part. Throws result_expired where there is no such file. Who has begun to read reads to the end. */
export function fileChunks(part: FilePart): Chunks {
  return part.warm ? warmChunks(part) : coldChunks(part);
}

async function* warmChunks({ path, start, end, lent }: FilePart): Chunks {
  if (start >= end) return;
  const file = orExpired(() => openSync(path, "r"));
  try {
    let buffer: Buffer | undefined;
    for (let at = start; at < end;) {
      buffer ??= Buffer.allocUnsafeSlow(Math.min(readBytes, end - at));
      const count = readSync(file, buffer, 0, Math.min(buffer.length, end - at), at);
      at += checked(count);
      const chunk = buffer.subarray(0, count);
      if (!lent) buffer = undefined;
      yield chunk;
    }
  } finally {
    closeSync(file);
  }
}

async function* coldChunks({ path, start, end, lent }: FilePart): Chunks {
  if (start >= end) return;
  const file = await open(path, "r").catch((thrown: unknown) => orExpired(() => rethrow(thrown)));
  try {
    let buffer: Buffer | undefined;
    for (let at = start; at < end;) {
      buffer ??= Buffer.allocUnsafeSlow(Math.min(readBytes, end - at));
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - at), at);
      at += checked(bytesRead);
      const chunk = buffer.subarray(0, bytesRead);
      if (!lent) buffer = undefined;
      yield chunk;
    }
  } finally {
    await file.close();
  }
}

/** Reads the part of a file that begins at `offset`, without waiting: for what is warm. Throws result_expired where there is no such file. */
export function fileReader(path: string, offset: number, onClose: () => void): BytesReader {
  let file: number;
  try {
    file = orExpired(() => openSync(path, "r"));
  } catch (thrown) {
    onClose();
    throw thrown;
  }
  return {
    read(target, at, length, position) {
      for (let done = 0; done < length;)
        done += checked(readSync(file, target, at + done, length - done, offset + position + done));
    },
    close() {
      closeSync(file);
      onClose();
    },
  };
}

function checked(bytesRead: number): number {
  if (bytesRead === 0) throw expired(new Error("A stored image's file is shorter than it was."));
  return bytesRead;
}

function rethrow(thrown: unknown): never {
  throw thrown;
}

function orExpired<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw errorCode(thrown) === "ENOENT" ? expired(thrown) : thrown;
  }
}

export function expired(cause: unknown): PinholeError {
  return new PinholeError("result_expired", {
    message: "The image has expired or been deleted; generate it again.",
    cause,
  });
}
