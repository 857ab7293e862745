/** A channel's difference that eyes see, of 255: what an encoder rounds is smaller. */
const seenMin = 12;

/** The share of a picture below which nothing is said of what lies outside of its mask. */
const outsideMin = 0.01;

/** The share of pixels that differ visibly, of two pictures as four bytes a pixel. */
export function differingShare(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  let differing = 0;
  for (let at = 0; at < a.length; at += 4) if (differs(a, b, at)) differing += 1;
  return a.length === 0 ? 0 : (differing * 4) / a.length;
}

/**
 * The share of what lies outside of a mask that an edit had changed visibly, from the original, the edit as it was made and
 * the one with the rest kept: outside is where that one is still the original. Undefined where next to nothing is.
 */
export function changedShare(
  original: Uint8ClampedArray,
  made: Uint8ClampedArray,
  kept: Uint8ClampedArray,
): number | undefined {
  let [outside, changed] = [0, 0];
  for (let at = 0; at < kept.length; at += 4) {
    if (differs(original, kept, at)) continue;
    outside += 1;
    if (differs(made, kept, at)) changed += 1;
  }
  return outside * 4 < kept.length * outsideMin ? undefined : changed / outside;
}

function differs(a: Uint8ClampedArray, b: Uint8ClampedArray, at: number): boolean {
  for (let channel = at; channel < at + 4; channel += 1)
    if (Math.abs((a[channel] ?? 0) - (b[channel] ?? 0)) > seenMin) return true;
  return false;
}
