import { blend, colourOf, type Colour } from "./colour.ts";
import {
  capHeight,
  isLegible,
  type Letter,
  lettersOf,
  lineHeight,
  widthOf,
  wrap,
} from "./lettering.ts";
import type { Palette } from "./palette.ts";

/** A part of a finished picture, in pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** 8-bit RGBA with straight alpha, being drawn on. */
export interface Sheet8 {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** No more of a prompt than this is ever lettered; what does not fit ends in an ellipsis. */
const letteredCharactersMax = 1000;

interface Text {
  readonly lines: readonly Letter[][];
  /** Pixels in one glyph unit. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}

function over8(sheet: Sheet8, x: number, y: number, colour: Colour, share: number): void {
  if (x < 0 || y < 0 || x >= sheet.width || y >= sheet.height || share <= 0) return;
  const at = (y * sheet.width + x) * 4;
  const old = (sheet.rgba[at + 3] ?? 0) / 255;
  const alpha = share + old * (1 - share);
  for (let channel = 0; channel < 3; channel++) {
    const below = (sheet.rgba[at + channel] ?? 0) / 255;
    const mixed = ((colour[channel] ?? 0) * share + below * old * (1 - share)) / alpha;
    sheet.rgba[at + channel] = Math.round(mixed * 255);
  }
  sheet.rgba[at + 3] = Math.round(alpha * 255);
}

/** A panel with round corners and the shadow it throws. */
export function panel(
  sheet: Sheet8,
  region: Region,
  radius: number,
  colour: Colour,
  share: number,
): void {
  const { left, top, width, height } = region;
  const reach = radius * 1.6;
  const [middleX, middleY] = [left + width / 2, top + height / 2];
  const drop = radius * 0.35;
  const distance = (x: number, y: number) => {
    const across = Math.abs(x + 0.5 - middleX) - width / 2 + radius;
    const down = Math.abs(y + 0.5 - middleY) - height / 2 + radius;
    const corner = Math.hypot(Math.max(across, 0), Math.max(down, 0));
    return corner + Math.min(Math.max(across, down), 0) - radius;
  };
  const shade: Colour = [0.03, 0.03, 0.06];
  for (let y = Math.floor(top - reach); y <= top + height + reach + drop; y++) {
    for (let x = Math.floor(left - reach); x <= left + width + reach; x++) {
      const inside = Math.min(1, Math.max(0, 0.5 - distance(x, y)));
      const near = Math.min(1, Math.max(0, 1 - distance(x, y - drop) / reach));
      over8(sheet, x, y, shade, near * near * 0.16 * (1 - inside));
      over8(sheet, x, y, colour, inside * share);
    }
  }
}

/** Draws the strokes through one mask, so that they do not darken where they cross. */
function drawText(sheet: Sheet8, text: Text, left: number, top: number, colour: Colour): void {
  const pen = Math.max(0.55, 0.78 * text.scale);
  const pad = Math.ceil(pen + 6 * text.scale);
  const wide = Math.ceil(text.width) + 2 * pad;
  const high = Math.ceil(text.height + lineHeight * text.scale) + 2 * pad;
  const mask = new Float32Array(wide * high);
  text.lines.forEach((line, index) => {
    const baseline = pad + (capHeight + index * lineHeight) * text.scale;
    let pen0 = pad;
    for (const letter of line) {
      for (const [x0, y0, x1, y1] of letter.strokes) {
        const from = [pen0 + x0 * text.scale, baseline - y0 * text.scale] as const;
        const to = [pen0 + x1 * text.scale, baseline - y1 * text.scale] as const;
        capsule(mask, wide, from, to, pen);
      }
      pen0 += letter.advance * text.scale;
    }
  });
  const [originX, originY] = [Math.round(left) - pad, Math.round(top) - pad];
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      over8(sheet, originX + x, originY + y, colour, mask[y * wide + x] ?? 0);
    }
  }
}

type Place = readonly [x: number, y: number];

/** A straight stroke of a round pen, kept where it covers more than what is there. */
function capsule(mask: Float32Array, wide: number, from: Place, to: Place, pen: number): void {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const lengthSquared = dx * dx + dy * dy || 1;
  // A dot is a stroke without length; a little heavier, or it would look lighter than the lines.
  const radius = dx === 0 && dy === 0 ? pen * 1.3 : pen;
  const lastX = Math.ceil(Math.max(from[0], to[0]) + radius + 1);
  const lastY = Math.ceil(Math.max(from[1], to[1]) + radius + 1);
  for (let y = Math.floor(Math.min(from[1], to[1]) - radius - 1); y <= lastY; y++) {
    for (let x = Math.floor(Math.min(from[0], to[0]) - radius - 1); x <= lastX; x++) {
      if (x < 0 || y < 0 || x >= wide) continue;
      const along = ((x + 0.5 - from[0]) * dx + (y + 0.5 - from[1]) * dy) / lengthSquared;
      const share = Math.min(1, Math.max(0, along));
      const distance = Math.hypot(x + 0.5 - from[0] - share * dx, y + 0.5 - from[1] - share * dy);
      const cover = Math.min(1, radius + 0.5 - distance);
      const at = y * wide + x;
      if (cover > (mask[at] ?? 1)) mask[at] = cover;
    }
  }
}

/** Between the picture's edge and what is lettered on it, as a share of the shorter side. */
const marginShare = 0.045;

/** Between a panel's edge and its letters, in pixels. */
const padOf = (scale: number): number => Math.max(3, scale * 17);

/** Sizes of lettering from large to small, as shares of the shorter side; the first that fits is used. */
const sizes = [0.05, 0.044, 0.038, 0.033, 0.029, 0.025];

/** As few lines as the room allows, then as even as that number allows: no word is left alone. */
function balanced(letters: readonly Letter[], widthMax: number, linesMax: number) {
  let best = wrap(letters, widthMax, linesMax);
  for (let share = 0.95; share > 0.5 && best.whole && best.lines.length > 1; share -= 0.05) {
    const narrower = wrap(letters, widthMax * share, best.lines.length);
    if (!narrower.whole) break;
    best = narrower;
  }
  return best;
}

function textFor(prompt: string, region: Region, linesMax: number): Text {
  const letters = lettersOf(prompt.slice(0, letteredCharactersMax));
  const least = Math.min(region.width, region.height);
  const room = region.width * (region.width > region.height * 1.2 ? 0.6 : 0.84);
  let text: Text | undefined;
  for (const size of sizes) {
    const scale = Math.max(least * size, Math.min(10, least * 0.17)) / 20;
    const inner = region.width - 2 * (least * marginShare + padOf(scale) * 1.05);
    const widthMax = Math.max(scale, Math.min(room, inner)) / scale;
    const { lines, whole } = balanced(letters, widthMax, linesMax);
    text = {
      lines,
      scale,
      width: Math.max(...lines.map((line) => widthOf(line)), 1) * scale,
      height: ((lines.length - 1) * lineHeight + capHeight) * scale,
    };
    const large = size > 0.04 && lines.length > 2;
    if (whole && !large) break;
  }
  return text ?? { lines: [], scale: 1, width: 0, height: 0 };
}

interface Inks {
  readonly paper: Colour;
  readonly ink: Colour;
  readonly share: number;
}

function inksOf(palette: Palette): Inks {
  const hue = palette.near[2];
  const deep = colourOf([0.2, Math.min(0.05, palette.near[1]), hue]);
  const pale = colourOf([0.975, Math.min(0.012, palette.sky[2][1]), palette.sky[2][2]]);
  return palette.dark
    ? { paper: deep, ink: pale, share: 0.78 }
    : { paper: pale, ink: deep, share: 0.9 };
}

/** Letters the prompt on a panel at the lower left, with the picture's colours under it; nothing where its script has no letters here. */
export function drawPrompt(sheet: Sheet8, region: Region, prompt: string, palette: Palette): void {
  if (!isLegible(lettersOf(prompt.slice(0, letteredCharactersMax)))) return;
  const least = Math.min(region.width, region.height);
  const text = textFor(prompt, region, least < 200 ? 3 : 5);
  const { paper, ink, share } = inksOf(palette);
  const pad = padOf(text.scale);
  const margin = least * marginShare;
  const chips = least >= 200;
  const chip = text.scale * 3.4;
  const height = text.height + pad * 2 + (chips ? chip * 4.8 : 0);
  const width = Math.max(text.width, chips ? chip * 14 : 0) + pad * 2.1;
  const left = region.left + margin;
  const top = region.top + region.height - margin - height;
  panel(sheet, { left, top, width, height }, Math.min(pad * 0.75, height / 2), paper, share);
  drawText(sheet, text, left + pad * 1.05, top + pad, ink);
  if (!chips) return;
  const row = [
    colourOf(palette.near),
    blend(palette.far, palette.near, 0.4),
    colourOf(palette.far),
    colourOf(palette.sky[1]),
    colourOf(palette.accent),
  ];
  row.forEach((colour, index) => {
    const x = left + pad * 1.05 + chip + index * chip * 2.9;
    const y = top + height - pad - chip;
    panel8Dot(sheet, x, y, chip, colour, ink);
  });
}

function panel8Dot(
  sheet: Sheet8,
  x: number,
  y: number,
  r: number,
  fill: Colour,
  line: Colour,
): void {
  for (let row = Math.floor(y - r - 1); row <= y + r + 1; row++) {
    for (let column = Math.floor(x - r - 1); column <= x + r + 1; column++) {
      const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      const cover = Math.min(1, Math.max(0, r + 0.5 - distance));
      const edge = Math.min(1, Math.max(0, 0.9 - Math.abs(distance - r)));
      over8(sheet, column, row, fill, cover);
      over8(sheet, column, row, line, edge * 0.18);
    }
  }
}

/** The word "sandbox" at the upper right: nobody should take this picture for a paid model's. */
export function drawMark(sheet: Sheet8, region: Region, palette: Palette): void {
  const least = Math.min(region.width, region.height);
  const scale = Math.max(least * 0.0225, Math.min(9, least * 0.14)) / 20;
  const letters = lettersOf("sandbox");
  const width = widthOf(letters) * scale;
  const text = { lines: [letters], scale, width, height: capHeight * scale };
  const { paper, ink, share } = inksOf(palette);
  const [padX, padY] = [scale * 12, scale * 9];
  const eye = scale * 6.4;
  const margin = least * marginShare;
  const box = {
    left: region.left + region.width - margin - width - padX * 2 - eye * 3,
    top: region.top + margin,
    width: width + padX * 2 + eye * 3,
    height: text.height + padY * 2,
  };
  panel(sheet, box, box.height / 2, paper, share * 0.86);
  const middle = box.top + box.height / 2;
  panel8Dot(sheet, box.left + padX + eye, middle, eye, ink, ink);
  panel8Dot(sheet, box.left + padX + eye, middle, eye * 0.4, paper, ink);
  drawText(sheet, text, box.left + padX + eye * 3, box.top + padY, ink);
}
