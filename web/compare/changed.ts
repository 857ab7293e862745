import { changedShare, differingShare } from "./differing.ts";

/** Pixels of which a share is counted; of larger pictures a regular part is looked at. */
const pixelsMax = 4_000_000;

/**
 * The share of what lies outside of a mask that an edit had changed, from the picture as it was made and the one that has the
 * original's pixels there: within the mask they are the same. `maskShare`: the part that the mask selects.
 */
export async function changedOutside(
  made: string,
  kept: string,
  maskShare: number,
  signal: AbortSignal,
): Promise<number> {
  const [a, b] = await Promise.all([bitmapOf(made, signal), bitmapOf(kept, signal)]);
  const [width, height] = countedSize(b);
  // A regular part of the pixels as they are; where the sizes differ the gateway has drawn one smoothly over the other.
  const isSmooth = a.width !== b.width || a.height !== b.height;
  const share = differingShare(
    pixelsOf(a, width, height, isSmooth),
    pixelsOf(b, width, height, isSmooth),
  );
  return maskShare >= 1 ? 0 : Math.min(1, share / (1 - maskShare));
}

/** The same without knowing the mask: where the picture with the rest kept is still the original is outside of it. */
export async function changedFromOriginal(
  original: string,
  made: string,
  kept: string,
  signal: AbortSignal,
): Promise<number | null> {
  const [first, edit, last] = await Promise.all(
    [original, made, kept].map((url) => bitmapOf(url, signal)),
  );
  if (first === undefined || edit === undefined || last === undefined) return null;
  // The rest is kept in the pixels of the original: of other sizes one is another picture's.
  if (first.width !== last.width || first.height !== last.height) return null;
  const [width, height] = countedSize(last);
  const isSmooth = edit.width !== last.width || edit.height !== last.height;
  const share = changedShare(
    pixelsOf(first, width, height, false),
    pixelsOf(edit, width, height, isSmooth),
    pixelsOf(last, width, height, isSmooth),
  );
  return share ?? null;
}

/** The size in which pixels are counted. */
function countedSize({ width, height }: ImageBitmap): readonly [width: number, height: number] {
  const scale = Math.min(1, Math.sqrt(pixelsMax / (width * height)));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

async function bitmapOf(url: string, signal: AbortSignal): Promise<ImageBitmap> {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error("the picture rests here no longer");
  return createImageBitmap(await answer.blob());
}

function pixelsOf(
  bitmap: ImageBitmap,
  width: number,
  height: number,
  isSmooth: boolean,
): Uint8ClampedArray {
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (context === null) throw new Error("there is no canvas");
  context.imageSmoothingEnabled = isSmooth;
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return context.getImageData(0, 0, width, height).data;
}
