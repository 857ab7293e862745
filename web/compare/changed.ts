import { differingShare } from "./differing.ts";

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
  const scale = Math.min(1, Math.sqrt(pixelsMax / (b.width * b.height)));
  const size = [
    Math.max(1, Math.round(b.width * scale)),
    Math.max(1, Math.round(b.height * scale)),
  ];
  const [width = 1, height = 1] = size;
  // A regular part of the pixels as they are; where the sizes differ the gateway has drawn one smoothly over the other.
  const isSmooth = a.width !== b.width || a.height !== b.height;
  const share = differingShare(
    pixelsOf(a, width, height, isSmooth),
    pixelsOf(b, width, height, isSmooth),
  );
  return maskShare >= 1 ? 0 : Math.min(1, share / (1 - maskShare));
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
