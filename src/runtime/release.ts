/** Smaller buffers may be a parser's own, and are not worth the call. */
const releasedBytesMin = 16_384;

/**
 * Gives a chunk's memory back at once instead of at the next garbage collection, which lets tens of
 * megabytes of them pile up before it comes. Only for who has the chunk to himself and is done with it:
 * the chunk is empty afterwards. One that is a part of a larger buffer is left alone.
 */
export function release(chunk: Uint8Array): void {
  const { buffer } = chunk;
  if (isWhole(chunk) && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** Releases a chunk after this turn of the event loop: the caller that brought it may still look at it until then. */
export function releaseSoon(chunk: Uint8Array): void {
  if (isWhole(chunk)) queueMicrotask(() => release(chunk));
}

function isWhole({ byteLength, buffer }: Uint8Array): boolean {
  return byteLength === buffer.byteLength && byteLength >= releasedBytesMin;
}
