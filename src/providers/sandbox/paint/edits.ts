import type { Raster } from "../../../core/picture.ts";
import { colourOf, gradient } from "./colour.ts";
import { panel, type Region, type Sheet8 } from "./label.ts";
import type { Palette } from "./palette.ts";
import { letter, paintScene, paletteOf, type Look } from "./picture.ts";
import { lighter } from "./plan.ts";
import { cover } from "./resample.ts";

/** The input pictures of a painting, and the way they come into it. */
export interface Inputs {
  readonly pictures: readonly Raster[];
  /** 0: recoloured altogether; 1: left as they are. */
  readonly fidelity: number;
  /** True: pinned on the painting as prints; false: one picture fills it all. */
  readonly pinned: boolean;
}

/** From the palette's dark to its light, by brightness: 256 colours as bytes. */
function rampOf(palette: Palette): Uint8Array {
  const near = palette.near[0] < palette.far[0] ? palette.near : palette.sky[0];
  const table = gradient(
    [
      [Math.min(0.2, near[0]), near[1], near[2]],
      lighter(palette.far, -0.12),
      palette.accent[0] > palette.far[0] ? palette.accent : palette.far,
      palette.sky[2],
      palette.light,
    ],
    256,
  );
  return Uint8Array.from(table, (value) => Math.round(value * 255));
}

/** Recolours one picture in place of its own colours, as far as its fidelity lets. */
function graded(picture: Raster, palette: Palette, fidelity: number): Raster {
  const ramp = rampOf(palette);
  const rgba = Uint8Array.from(picture.rgba);
  const strength = 1 - fidelity;
  for (let at = 0; at < rgba.length; at += 4) {
    const [red, green, blue] = [rgba[at] ?? 0, rgba[at + 1] ?? 0, rgba[at + 2] ?? 0];
    const bright = (red * 54 + green * 183 + blue * 19) >> 8;
    for (let channel = 0; channel < 3; channel++) {
      const own = rgba[at + channel] ?? 0;
      rgba[at + channel] = own + ((ramp[bright * 3 + channel] ?? 0) - own) * strength + 0.5;
    }
  }
  return { ...picture, rgba };
}

/** One picture over the whole scene, which shows through at the borders and where the picture is transparent. */
function fill(scene: Sheet8, picture: Raster, transparent: boolean): void {
  const { width, height } = scene;
  const seeThrough = transparent && hasTransparency(picture);
  for (let y = 0; y < height; y++) {
    const down = ((y + 0.5) / height) * 2 - 1;
    for (let x = 0; x < width; x++) {
      const across = ((x + 0.5) / width) * 2 - 1;
      const border = Math.max(0, (across * across + down * down) / 2 - 0.12);
      const at = (y * width + x) * 4;
      const alpha = picture.rgba[at + 3] ?? 0;
      const share = (alpha / 255) * (0.9 - Math.min(0.6, border * 0.75));
      for (let channel = 0; channel < 3; channel++) {
        const below = scene.rgba[at + channel] ?? 0;
        scene.rgba[at + channel] =
          below + ((picture.rgba[at + channel] ?? 0) - below) * share + 0.5;
      }
      if (seeThrough) scene.rgba[at + 3] = alpha;
    }
  }
}

function hasTransparency(picture: Raster): boolean {
  for (let at = 3; at < picture.rgba.length; at += 4) if (picture.rgba[at] !== 255) return true;
  return false;
}

/** The cells in which `count` prints hang: rows of equal height, as near to square cells as the shape allows. */
export function cellsOf(count: number, width: number, height: number): Region[] {
  const unit = Math.min(width, height);
  const margin = unit * (count === 1 ? 0.14 : 0.07);
  const gap = unit * 0.035;
  const columns = Math.min(count, Math.max(1, Math.round(Math.sqrt((count * width) / height))));
  const rows = Math.ceil(count / columns);
  const high = (height - 2 * margin - (rows - 1) * gap) / rows;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    // The last row may be shorter; its prints are wider, so that no hole is left.
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const wide = (width - 2 * margin - (inRow - 1) * gap) / inRow;
    const column = index - row * columns;
    return {
      left: margin + column * (wide + gap),
      top: margin + row * (high + gap),
      width: wide,
      height: high,
    };
  });
}

/** Prints with a white border and a shadow. */
function pin(scene: Sheet8, pictures: readonly Raster[], palette: Palette, fidelity: number): void {
  const unit = Math.min(scene.width, scene.height);
  const border = Math.max(1, unit * 0.012);
  const paper = colourOf([0.985, 0.006, palette.light[2]]);
  cellsOf(pictures.length, scene.width, scene.height).forEach((cell, index) => {
    const picture = pictures[index];
    if (picture === undefined) return;
    panel(scene, cell, border * 1.5, paper, 1);
    const left = Math.round(cell.left + border);
    const top = Math.round(cell.top + border);
    const width = Math.max(1, Math.round(cell.width - 2 * border));
    const height = Math.max(1, Math.round(cell.height - 2 * border));
    const print = graded(cover(picture, width, height), palette, fidelity);
    for (let y = 0; y < height && top + y < scene.height; y++) {
      for (let x = 0; x < width && left + x < scene.width; x++) {
        const from = (y * width + x) * 4;
        const to = ((top + y) * scene.width + left + x) * 4;
        const share = (print.rgba[from + 3] ?? 0) / 255;
        for (let channel = 0; channel < 3; channel++) {
          const below = scene.rgba[to + channel] ?? 0;
          scene.rgba[to + channel] =
            below + ((print.rgba[from + channel] ?? 0) - below) * share + 0.5;
        }
      }
    }
  });
}

/** A painting that shows its inputs, without lettering. */
export function paintWithInputs(
  look: Look,
  width: number,
  height: number,
  inputs: Inputs,
): Uint8Array {
  const scene = { width, height, rgba: paintScene(look, width, height) };
  const palette = paletteOf(look);
  const [only] = inputs.pictures;
  if (inputs.pinned) pin(scene, inputs.pictures, palette, Math.max(0.55, inputs.fidelity));
  else if (only !== undefined) {
    fill(scene, graded(cover(only, width, height), palette, inputs.fidelity), look.transparent);
  }
  return scene.rgba;
}

/** Alpha below this counts as open when the mask's shape is measured; blending uses every level. */
const openBelow = 128;

/** The smallest rectangle that holds everything that may change; undefined where nothing may. */
function openBounds(mask: Raster, below: number): Region | undefined {
  let [left, top, right, bottom] = [mask.width, mask.height, -1, -1];
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      if ((mask.rgba[(y * mask.width + x) * 4 + 3] ?? 255) >= below) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  if (right < 0) return undefined;
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** The largest rectangle, on a coarse grid, that lies in the open part altogether: lettering goes there. */
function openRectangle(mask: Raster, bounds: Region): Region {
  const cells = 32;
  const [stepX, stepY] = [bounds.width / cells, bounds.height / cells];
  const tall = new Int32Array(cells);
  let best = { area: 0, left: 0, top: 0, wide: cells, high: cells };
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const x = Math.floor(bounds.left + (column + 0.5) * stepX);
      const y = Math.floor(bounds.top + (row + 0.5) * stepY);
      const open = (mask.rgba[(y * mask.width + x) * 4 + 3] ?? 255) < openBelow;
      tall[column] = open ? (tall[column] ?? 0) + 1 : 0;
    }
    for (let left = 0; left < cells; left++) {
      let high = cells;
      for (let right = left; right < cells; right++) {
        high = Math.min(high, tall[right] ?? 0);
        const wide = right - left + 1;
        // Width counts more than height: lettering runs across.
        const area = Math.min(wide * high, wide * wide);
        if (area > best.area) best = { area, left, top: row - high + 1, wide, high };
      }
    }
  }
  return {
    left: best.left * stepX,
    top: best.top * stepY,
    width: best.wide * stepX,
    height: best.high * stepY,
  };
}

/**
 * Repaints what the mask opens and nothing else: a pixel whose mask alpha is 255 keeps its four bytes.
 * `paint` makes the new picture for the open part's bounding rectangle.
 */
export function paintMasked(
  look: Look,
  source: Raster,
  mask: Raster,
  paint: (width: number, height: number) => Uint8Array,
): Uint8Array {
  const rgba = Uint8Array.from(source.rgba);
  const bounds = openBounds(mask, openBelow) ?? openBounds(mask, 255);
  if (bounds === undefined) return rgba;
  const patch = {
    width: bounds.width,
    height: bounds.height,
    rgba: paint(bounds.width, bounds.height),
  };
  letter(look, patch, openRectangle(mask, bounds));
  for (let y = 0; y < source.height; y++) {
    for (let x = 0; x < source.width; x++) {
      const at = (y * source.width + x) * 4;
      const keep = (mask.rgba[at + 3] ?? 255) / 255;
      if (keep === 1) continue;
      // Half-open pixels just outside the bounds take the patch's nearest pixel.
      const column = Math.min(patch.width - 1, Math.max(0, x - bounds.left));
      const row = Math.min(patch.height - 1, Math.max(0, y - bounds.top));
      blendPixel(rgba, at, patch.rgba, (row * patch.width + column) * 4, keep);
    }
  }
  return rgba;
}

/** Mixes two straight-alpha pixels; what is more opaque has more say in the colour. */
function blendPixel(
  to: Uint8Array,
  at: number,
  from: Uint8Array,
  fromAt: number,
  keep: number,
): void {
  const old = (to[at + 3] ?? 0) * keep;
  const fresh = (from[fromAt + 3] ?? 0) * (1 - keep);
  const alpha = old + fresh;
  for (let channel = 0; channel < 3; channel++) {
    const sum = (to[at + channel] ?? 0) * old + (from[fromAt + channel] ?? 0) * fresh;
    to[at + channel] = alpha > 0 ? Math.round(sum / alpha) : 0;
  }
  to[at + 3] = Math.round(alpha);
}
