import { release } from "../runtime/release.ts";

/** Bytes of a block: what sockets deliver at once, and what is read and written at once. */
export const blockBytes = 65_536;
/** Free blocks kept for the next picture, so that a busy process does not ask the system for each. */
const idleBlocksMax = 128;

/** The memory that all pictures of the process share. Counted in bytes taken and not yet given back. */
export interface Memory {
  /** A block of `blockBytes` with unknown content; undefined where the limit would be passed. */
  take(): Buffer | undefined;
  /** An exact copy of the block's first bytes, counted as just those; the block itself is free again. */
  shrink(block: Buffer, bytes: number): Buffer;
  /**
   * Counts a buffer as gone. `reusable` only where nobody outside was ever shown it: a slow socket may
   * hold on to what it was handed long after the request is over, and must not send another's picture.
   */
  give(buffer: Buffer, reusable: boolean): void;
  inUse(): number;
}

/** Memory of at most `bytesMax` bytes. */
export function createMemory(bytesMax: number): Memory {
  const idle: Buffer[] = [];
  let inUse = 0;
  const give = (buffer: Buffer, reusable: boolean): void => {
    inUse -= buffer.length;
    if (!reusable) return;
    if (buffer.length === blockBytes && idle.length < idleBlocksMax) idle.push(buffer);
    // The garbage collector learns of such memory late, and collects everything to get it back.
    else release(buffer);
  };
  return {
    take() {
      if (inUse + blockBytes > bytesMax) return undefined;
      inUse += blockBytes;
      return idle.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
    },
    shrink(block, bytes) {
      const exact = Buffer.allocUnsafeSlow(bytes);
      block.copy(exact, 0, 0, bytes);
      give(block, true);
      inUse += bytes;
      return exact;
    },
    give,
    inUse: () => inUse,
  };
}
