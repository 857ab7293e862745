/** The size of a picture in its own pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The part of a picture that may change: a byte for each of its pixels, 255 where it is selected, 0 where it is not. */
export interface Selection extends Size {
  readonly cells: Uint8Array<ArrayBuffer>;
}

/** Part of a picture, in its pixels; it may lie partly outside. */
export interface Area extends Size {
  readonly x: number;
  readonly y: number;
}

/** Places in a picture's pixels, one after the other: x, y, x, y. They may lie outside. */
export type Points = readonly number[];

/** A selection of nothing. */
export function emptySelection({ width, height }: Size): Selection {
  return { width, height, cells: new Uint8Array(width * height) };
}

/** Adds, or takes away, the line from one place to another, `breadth` pixels broad and round at its ends. Returns the area that it may have changed. */
export function drawLine(
  selection: Selection,
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  breadth: number,
  adds: boolean,
): Area {
  const radius = Math.max(breadth / 2, 0.5);
  const top = Math.floor(Math.min(from.y, to.y) - radius);
  const bottom = Math.ceil(Math.max(from.y, to.y) + radius);
  const outline = outlineOf(from, to, radius);
  for (let y = Math.max(0, top); y < Math.min(selection.height, bottom); y += 1) {
    const middle = y + 0.5;
    const ends = [
      ...discAt(from, radius, middle),
      ...discAt(to, radius, middle),
      ...crossings(outline, middle),
    ];
    if (ends.length > 0) fillRow(selection, y, Math.min(...ends), Math.max(...ends), adds);
  }
  // A line thinner than a pixel may pass between the middles of pixels.
  const [x, y] = [Math.floor(to.x), Math.floor(to.y)];
  fillRow(selection, y, x, x + 1, adds);
  const left = Math.floor(Math.min(from.x, to.x) - radius);
  const right = Math.ceil(Math.max(from.x, to.x) + radius);
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** Adds, or takes away, all lines of a stroke. */
export function drawStroke(
  selection: Selection,
  points: Points,
  breadth: number,
  adds: boolean,
): void {
  let from = { x: points[0] ?? 0, y: points[1] ?? 0 };
  for (let at = 0; at < points.length; at += 2) {
    const to = { x: points[at] ?? 0, y: points[at + 1] ?? 0 };
    drawLine(selection, from, to, breadth, adds);
    from = to;
  }
}

/** Adds, or takes away, a rectangle. */
export function drawRectangle(selection: Selection, area: Area, adds: boolean): void {
  const bottom = Math.min(selection.height, area.y + area.height);
  for (let y = Math.max(0, area.y); y < bottom; y += 1)
    fillRow(selection, y, area.x, area.x + area.width, adds);
}

/** Adds, or takes away, what a line encloses that ends where it began; where it crosses itself, all of it. */
export function drawEnclosed(selection: Selection, points: Points, adds: boolean): void {
  const edges = edgesOf(points);
  const ys = points.filter((_, at) => at % 2 === 1);
  const bottom = Math.min(selection.height, Math.ceil(extreme(ys, Math.max)));
  for (let y = Math.max(0, Math.floor(extreme(ys, Math.min))); y < bottom; y += 1) {
    const crossed = crossedBy(edges, y + 0.5).toSorted((a, b) => a.x - b.x);
    let winding = 0;
    for (const [at, { x, turn }] of crossed.entries()) {
      winding += turn;
      const next = crossed[at + 1];
      if (winding !== 0 && next !== undefined) fillRow(selection, y, x, next.x, adds);
    }
  }
}

/** Selects what was not, and the other way round. */
export function invert({ cells }: Selection): void {
  for (let at = 0; at < cells.length; at += 1) cells[at] = 255 - (cells[at] ?? 0);
}

/** The selected part of the picture, from 0 to 1. */
export function shareOf({ cells }: Pick<Selection, "cells">): number {
  let count = 0;
  for (let at = 0; at < cells.length; at += 1) if (cells[at] !== 0) count += 1;
  return cells.length === 0 ? 0 : count / cells.length;
}

/** The selection as one bit a pixel: a picture of 3840 × 2160 in a megabyte. */
export function pack({ cells }: Selection): Uint8Array<ArrayBuffer> {
  const bits = new Uint8Array(Math.ceil(cells.length / 8));
  for (let at = 0; at < cells.length; at += 1)
    if ((cells[at] ?? 0) >= 128) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  return bits;
}

/** The selection that was packed. */
export function unpack(size: Size, bits: Uint8Array): Selection {
  const selection = emptySelection(size);
  const { cells } = selection;
  for (let at = 0; at < cells.length; at += 1)
    if (((bits[at >> 3] ?? 0) & (1 << (at & 7))) !== 0) cells[at] = 255;
  return selection;
}

/** Fills the pixels of a row whose middles lie between two places. */
function fillRow(selection: Selection, y: number, from: number, to: number, adds: boolean): void {
  const { width, height, cells } = selection;
  if (y < 0 || y >= height) return;
  const first = Math.max(0, Math.ceil(from - 0.5));
  const end = Math.min(width, Math.floor(to - 0.5) + 1);
  if (first < end) cells.fill(adds ? 255 : 0, y * width + first, y * width + end);
}

/** The two places at which a disc's edge crosses a row. */
function discAt(
  centre: { readonly x: number; readonly y: number },
  radius: number,
  y: number,
): readonly number[] {
  const square = radius * radius - (y - centre.y) ** 2;
  if (square < 0) return [];
  const half = Math.sqrt(square);
  return [centre.x - half, centre.x + half];
}

/** The corners of a broad line without its round ends. */
function outlineOf(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  radius: number,
): readonly Edge[] {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy);
  if (length === 0) return [];
  const [nx, ny] = [(-dy / length) * radius, (dx / length) * radius];
  const there = [from.x + nx, from.y + ny, to.x + nx, to.y + ny];
  const back = [to.x - nx, to.y - ny, from.x - nx, from.y - ny];
  return edgesOf([...there, ...back]);
}

interface Edge {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

function edgesOf(points: Points): readonly Edge[] {
  const edges: Edge[] = [];
  for (let at = 0; at < points.length; at += 2) {
    const next = (at + 2) % points.length;
    const [x0 = 0, y0 = 0] = [points[at], points[at + 1]];
    const [x1 = 0, y1 = 0] = [points[next], points[next + 1]];
    if (y0 !== y1) edges.push({ x0, y0, x1, y1 });
  }
  return edges;
}

function crossings(edges: readonly Edge[], y: number): readonly number[] {
  return crossedBy(edges, y).map(({ x }) => x);
}

/** The edges' crossings of a row, and whether each goes down or up. */
function crossedBy(
  edges: readonly Edge[],
  y: number,
): { readonly x: number; readonly turn: 1 | -1 }[] {
  const crossed: { readonly x: number; readonly turn: 1 | -1 }[] = [];
  for (const { x0, y0, x1, y1 } of edges)
    if (y0 <= y !== y1 <= y)
      crossed.push({ x: x0 + ((y - y0) / (y1 - y0)) * (x1 - x0), turn: y1 > y0 ? 1 : -1 });
  return crossed;
}

function extreme(values: readonly number[], choose: (a: number, b: number) => number): number {
  return values.reduce((a, b) => choose(a, b), values[0] ?? 0);
}
