import type { Colour } from "./colour.ts";
import { scramble } from "./random.ts";

/** One row of opaque pixels being painted: red, green, blue as sRGB 0 to 1. */
export type Row = Float32Array;

/**
 * One thing on the canvas, painted a row at a time from back to front. Rows keep the memory of a
 * picture at one byte a channel however many layers it has.
 */
export interface Layer {
  /** First and last row it may touch, in pixels. */
  readonly top: number;
  readonly bottom: number;
  paint(y: number, row: Row): void;
}

/** The share of the pixel at (x, y) that stays, 0 to 1. Outside is transparent. */
export type Clip = (x: number, y: number) => number;

export interface Finish {
  /** Strength of the film grain, 0 for none. 0.02 is plainly visible. */
  readonly grain: number;
  readonly seed: number;
  readonly clip?: Clip | undefined;
}

/** Lays `colour` over one pixel. `at` is three times the column. */
export function over(row: Row, at: number, colour: Colour, share: number): void {
  const red = row[at] ?? 0;
  const green = row[at + 1] ?? 0;
  const blue = row[at + 2] ?? 0;
  row[at] = red + (colour[0] - red) * share;
  row[at + 1] = green + (colour[1] - green) * share;
  row[at + 2] = blue + (colour[2] - blue) * share;
}

/** Paints the layers into 8-bit RGBA. Half a level of noise hides the steps of smooth gradients. */
export function paintLayers(
  width: number,
  height: number,
  layers: readonly Layer[],
  finish: Finish,
): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  const row = new Float32Array(width * 3);
  for (let y = 0; y < height; y++) {
    row.fill(0);
    for (const layer of layers) if (y >= layer.top && y <= layer.bottom) layer.paint(y, row);
    let bits = scramble(finish.seed ^ Math.imul(y + 1, 0x9e3779b1));
    for (let x = 0, from = 0, to = y * width * 4; x < width; x++, from += 3, to += 4) {
      bits = (Math.imul(bits, 1664525) + 1013904223) | 0;
      // Two overlapping 16-bit parts make a triangular spread, which looks like film and not like static.
      const noise = ((bits >>> 16) + ((bits >>> 4) & 0xffff)) / 65536 - 1;
      const shift = noise * finish.grain * 255 + noise * 0.5 + 0.5;
      rgba[to] = clampByte((row[from] ?? 0) * 255 + shift);
      rgba[to + 1] = clampByte((row[from + 1] ?? 0) * 255 + shift);
      rgba[to + 2] = clampByte((row[from + 2] ?? 0) * 255 + shift);
      rgba[to + 3] = finish.clip === undefined ? 255 : clampByte(finish.clip(x, y) * 255 + 0.5);
    }
  }
  return rgba;
}

function clampByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : value | 0;
}

/** Adds light: brightens towards the colour without ever darkening. */
export function glow(row: Row, at: number, colour: Colour, share: number): void {
  for (let channel = 0; channel < 3; channel++) {
    const old = row[at + channel] ?? 0;
    const light = (colour[channel] ?? 0) * share;
    row[at + channel] = old + light - old * light;
  }
}
