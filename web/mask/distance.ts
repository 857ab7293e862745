import type { Selection } from "./selection.ts";

/** The selection grown by so many pixels on all sides, or shrunk where it is negative; corners become round. */
export function grow(selection: Selection, pixels: number): Selection {
  if (pixels === 0) return selection;
  const cells = new Uint8Array(selection.cells.length);
  const { width, height } = selection;
  const limit = pixels * pixels;
  eachDistance(selection, pixels > 0, (at, square) => {
    // Growing looks at how far the selection is, shrinking at how far the rest is.
    const isSelected = pixels > 0 ? square <= limit : square > limit;
    cells[at] = isSelected ? 255 : 0;
  });
  return { width, height, cells };
}

/**
 * The strength of the selection with a soft edge: 255 where at least `pixels` lie between a pixel and what is not
 * selected, and less towards it. Nothing outside of the selection gets any, and the picture's own border is no edge.
 */
export function soften(selection: Selection, pixels: number): Selection {
  if (pixels === 0) return selection;
  const cells = new Uint8Array(selection.cells.length);
  const { width, height } = selection;
  eachDistance(selection, false, (at, square) => {
    const depth = Math.min(1, Math.sqrt(square) / (pixels + 1));
    cells[at] = Math.round(255 * depth * depth * (3 - 2 * depth));
  });
  return { width, height, cells };
}

/**
 * Tells for each pixel the square of the distance to the next one that is selected (or, where `toSelected` is false, that is
 * not); Infinity where there is none. In two passes over the picture (Meijster, Roerdink and Hesselink, 2000).
 */
function eachDistance(
  { width, height, cells }: Selection,
  toSelected: boolean,
  tell: (at: number, square: number) => void,
): void {
  const far = width + height;
  const down = downDistances({ width, height, cells }, toSelected, far);
  const starts = new Int32Array(width);
  const sites = new Int32Array(width);
  for (let y = 0; y < height; y += 1) {
    const row = y * width;
    const squareAt = (x: number, site: number): number =>
      (x - site) ** 2 + (down[row + site] ?? 0) ** 2;
    let last = -1;
    for (let x = 0; x < width; x += 1) {
      while (
        last >= 0 &&
        squareAt(starts[last] ?? 0, sites[last] ?? 0) > squareAt(starts[last] ?? 0, x)
      )
        last -= 1;
      const start = last < 0 ? 0 : 1 + meeting(down, row, sites[last] ?? 0, x);
      if (start >= width) continue;
      last += 1;
      sites[last] = x;
      starts[last] = start;
    }
    for (let x = width - 1; x >= 0; x -= 1) {
      const square = squareAt(x, sites[last] ?? 0);
      tell(row + x, square >= far * far ? Infinity : square);
      if (x === starts[last]) last -= 1;
    }
  }
}

/** The last place of a row at which `before` is as near as `after`, a site further right. */
function meeting(down: Uint16Array, row: number, before: number, after: number): number {
  const [a, b] = [down[row + before] ?? 0, down[row + after] ?? 0];
  return Math.floor((after * after - before * before + b * b - a * a) / (2 * (after - before)));
}

/** The distance of each pixel to the next one of its column that is looked for; `far` where there is none. */
function downDistances(
  { width, height, cells }: Selection,
  toSelected: boolean,
  far: number,
): Uint16Array {
  const down = new Uint16Array(cells.length);
  for (let at = 0; at < cells.length; at += 1) {
    const isThere = (cells[at] ?? 0) >= 128 === toSelected;
    const above = at < width ? far : (down[at - width] ?? far);
    down[at] = isThere ? 0 : Math.min(far, above + 1);
  }
  for (let at = width * (height - 1) - 1; at >= 0; at -= 1)
    down[at] = Math.min(down[at] ?? far, (down[at + width] ?? far) + 1);
  return down;
}
