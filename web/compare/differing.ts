/** A channel's difference that eyes see, of 255: what an encoder rounds is smaller. */
const seenMin = 12;

/** The share of pixels that differ visibly, of two pictures as four bytes a pixel. */
export function differingShare(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  let differing = 0;
  for (let at = 0; at < a.length; at += 4) if (differs(a, b, at)) differing += 1;
  return a.length === 0 ? 0 : (differing * 4) / a.length;
}

function differs(a: Uint8ClampedArray, b: Uint8ClampedArray, at: number): boolean {
  for (let channel = at; channel < at + 4; channel += 1)
    if (Math.abs((a[channel] ?? 0) - (b[channel] ?? 0)) > seenMin) return true;
  return false;
}
