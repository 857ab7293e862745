import { type Selection, type Size, emptySelection } from "./selection.ts";

/** A file that is no mask for a picture, and why: it cannot be read, or it has another size. */
export type LoadFault =
  | { readonly fault: "unreadable" }
  | { readonly fault: "size"; readonly size: Size };

/** From this transparency on a pixel of a loaded mask is selected: half. */
const selectedBelow = 128;

/** Reads a mask of a file: transparent, or where it has no transparency white, is what may change. */
export async function loadMask(file: Blob, size: Size): Promise<Selection | LoadFault> {
  const bitmap = await createImageBitmap(file, {
    premultiplyAlpha: "none",
    colorSpaceConversion: "none",
  }).catch(() => undefined);
  if (bitmap === undefined) return { fault: "unreadable" };
  const { width, height } = bitmap;
  if (width !== size.width || height !== size.height)
    return { fault: "size", size: { width, height } };
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) return { fault: "unreadable" };
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return selectionOfPixels(context.getImageData(0, 0, width, height).data, size);
}

function selectionOfPixels(rgba: Uint8ClampedArray, size: Size): Selection {
  const selection = emptySelection(size);
  const { cells } = selection;
  let hasAlpha = false;
  for (let at = 3; at < rgba.length && !hasAlpha; at += 4) hasAlpha = rgba[at] !== 255;
  for (let at = 0; at < cells.length; at += 1) {
    const [red = 0, alpha = 0] = [rgba[at * 4], rgba[at * 4 + 3]];
    const isSelected = hasAlpha ? alpha < selectedBelow : red >= selectedBelow;
    if (isSelected) cells[at] = 255;
  }
  return selection;
}
