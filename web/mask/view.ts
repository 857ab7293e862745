import type { Size } from "./selection.ts";

/** The place of a picture on its canvas: pixels on the screen for each of its own, and where its corner lies. */
export interface View {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export const scaleMin = 0.05;
export const scaleMax = 32;
/** Room around a picture that fits. */
const margin = 24;

/** The whole picture in the middle of the canvas, never larger than it is. */
export function fitView(canvas: Size, picture: Size): View {
  const scale = Math.min(
    1,
    Math.max(scaleMin, (canvas.width - margin * 2) / picture.width),
    Math.max(scaleMin, (canvas.height - margin * 2) / picture.height),
  );
  return {
    scale,
    left: (canvas.width - picture.width * scale) / 2,
    top: (canvas.height - picture.height * scale) / 2,
  };
}

/** The view so many times larger, with the same place of the picture under a place of the canvas. */
export function zoomView(view: View, factor: number, x: number, y: number): View {
  const scale = Math.min(scaleMax, Math.max(scaleMin, view.scale * factor));
  const ratio = scale / view.scale;
  return { scale, left: x - (x - view.left) * ratio, top: y - (y - view.top) * ratio };
}

/** The place of the picture, in its own pixels, under a place of the canvas. */
export function placeAt(
  { scale, left, top }: View,
  x: number,
  y: number,
): { readonly x: number; readonly y: number } {
  // A tenth of a pixel says more than any hand.
  return { x: tenth((x - left) / scale), y: tenth((y - top) / scale) };
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
