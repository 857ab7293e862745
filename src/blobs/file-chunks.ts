import type { FileHandle } from "node:fs/promises";
import { PinholeError } from "../core/errors.ts";

/** Bytes read at once: each read costs a turn on another thread, and each reader holds so much. */
const readBytes = 262_144;

/** The bytes of an open file from `start` to `end` (exclusive); closes it. */
export async function* fileChunks(
  file: FileHandle,
  start: number,
  end: number,
): AsyncGenerator<Buffer, void, void> {
  try {
    let at = start;
    while (at < end) {
      // A new buffer each time: the reader may still hold the one before.
      const chunk = Buffer.allocUnsafeSlow(Math.min(readBytes, end - at));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) throw new Error("A stored image's file is shorter than it was.");
      at += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

export function expired(cause: unknown): PinholeError {
  return new PinholeError("result_expired", {
    message: "The image has expired or been deleted; generate it again.",
    cause,
  });
}
