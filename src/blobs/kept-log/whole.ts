import { setImmediate as nextTurn } from "node:timers/promises";
import { fileChunks } from "../files/file-chunks.ts";
import { createChecksum } from "./checksum.ts";
import { pieceBytes } from "./segment.ts";
import type { Entry } from "./segment-state.ts";

/**
 * Whether a picture's bytes are those that were written. Pictures of earlier versions, which have no checksum, count as
 * whole. `warm`: they are in the page cache. Throws result_expired where the file is gone or shorter, and the file system's error.
 */
export async function isWhole(
  path: string,
  { id, checksum, offset, byteLength }: Pick<Entry, "id" | "checksum" | "offset" | "byteLength">,
  warm = false,
): Promise<boolean> {
  if (checksum === undefined) return true;
  const sum = createChecksum(id, byteLength);
  let sinceTurn = 0;
  const part = { path, start: offset, end: offset + byteLength, lent: true, warm };
  for await (const chunk of fileChunks(part)) {
    sum.add(chunk);
    sinceTurn += chunk.length;
    if (sinceTurn < pieceBytes) continue;
    sinceTurn = 0;
    // What is in the page cache comes without a wait in which others could work.
    await nextTurn();
  }
  return sum.result() === checksum;
}
