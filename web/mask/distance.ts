import type { Selection } from "./selection.ts";

/** The selection grown by so many pixels on all sides, or shrunk where it is negative; corners become round. */
export function grow(selection: Selection, pixels: number): Selection {
  if (pixels === 0) return selection;
  const limit = pixels * pixels;
  return aroundSelected(selection, Math.max(1, pixels), (part, cells) =>
    eachDistance(part, pixels > 0, (at, square) => {
      // Growing looks at how far the selection is, shrinking at how far the rest is.
      const isSelected = pixels > 0 ? square <= limit : square > limit;
      cells[at] = isSelected ? 255 : 0;
    }),
  );
}

/**
 * The strength of the selection with a soft edge: 255 where at least `pixels` lie between a pixel and what is not
 * selected, and less towards it. Nothing outside of the selection gets any, and the picture's own border is no edge.
 */
export function soften(selection: Selection, pixels: number): Selection {
  if (pixels === 0) return selection;
  return aroundSelected(selection, 1, (part, cells) =>
    eachDistance(part, false, (at, square) => {
      const depth = Math.min(1, Math.sqrt(square) / (pixels + 1));
      cells[at] = Math.round(255 * depth * depth * (3 - 2 * depth));
    }),
  );
}

/**
 * Works on the part of a picture that has something selected, and on so many pixels around it; the rest stays without.
 * The nearest pixel that is not selected is never further out than that, and most masks are small in large pictures.
 */
function aroundSelected(
  selection: Selection,
  margin: number,
  work: (part: Selection, cells: Uint8Array) => void,
): Selection {
  const { width, height, cells } = selection;
  const made = new Uint8Array(cells.length);
  const box = boxOf(selection);
  if (box === undefined) return { width, height, cells: made };
  const [left, top] = [Math.max(0, box.left - margin), Math.max(0, box.top - margin)];
  const right = Math.min(width, box.right + margin);
  const bottom = Math.min(height, box.bottom + margin);
  const across = right - left;
  const part = {
    width: across,
    height: bottom - top,
    cells: new Uint8Array(across * (bottom - top)),
  };
  for (let y = top; y < bottom; y += 1)
    part.cells.set(cells.subarray(y * width + left, y * width + right), (y - top) * across);
  const changed = new Uint8Array(part.cells.length);
  work(part, changed);
  for (let y = top; y < bottom; y += 1)
    made.set(changed.subarray((y - top) * across, (y - top + 1) * across), y * width + left);
  return { width, height, cells: made };
}

/** The smallest box that holds all that is selected, right and bottom exclusive; undefined where nothing is. */
function boxOf({
  width,
  height,
  cells,
}: Selection):
  | { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }
  | undefined {
  let [left, right, top, bottom] = [width, 0, height, 0];
  for (let y = 0; y < height; y += 1) {
    const row = cells.subarray(y * width, (y + 1) * width);
    const first = row.indexOf(selected);
    if (first === -1) continue;
    left = Math.min(left, first);
    right = Math.max(right, row.lastIndexOf(selected) + 1);
    top = Math.min(top, y);
    bottom = y + 1;
  }
  return right === 0 ? undefined : { left, top, right, bottom };
}

/** The byte of a pixel that is selected. */
const selected = 255;

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
