import { glow, over, type Layer } from "./canvas.ts";
import { mixColours, type Colour } from "./colour.ts";

/** An ellipse with an anti-aliased edge, filled from `top` to `bottom` colour. Pixels throughout this file. */
export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly radiusY?: number;
  readonly top: Colour;
  readonly bottom: Colour;
  readonly share: number;
  /** Width of the edge's fade; 1 is sharp. */
  readonly softness?: number;
}

export function disc(shape: Disc): Layer {
  const { x, y, radius, share } = shape;
  const radiusY = shape.radiusY ?? radius;
  const softness = shape.softness ?? 1;
  const least = Math.min(radius, radiusY);
  return {
    top: Math.floor(y - radiusY - softness),
    bottom: Math.ceil(y + radiusY + softness),
    paint(rowY, row) {
      const down = (rowY - y) / radiusY;
      const colour = mixColours(shape.top, shape.bottom, Math.min(1, Math.max(0, down / 2 + 0.5)));
      const reach = radius + softness * (radius / least) + 1;
      const last = Math.min(row.length / 3 - 1, Math.ceil(x + reach));
      for (let column = Math.max(0, Math.floor(x - reach)); column <= last; column++) {
        const across = (column - x) / radius;
        const inside = (1 - Math.sqrt(across * across + down * down)) * least;
        const cover = Math.min(1, inside / softness + 0.5);
        if (cover > 0) over(row, column * 3, colour, cover * share);
      }
    },
  };
}

/** Light that fades from a centre; it never ends in an edge. */
export function halo(x: number, y: number, radius: number, colour: Colour, share: number): Layer {
  return {
    top: Math.floor(y - radius),
    bottom: Math.ceil(y + radius),
    paint(rowY, row) {
      const down = (rowY - y) / radius;
      const last = Math.min(row.length / 3 - 1, Math.ceil(x + radius));
      for (let column = Math.max(0, Math.floor(x - radius)); column <= last; column++) {
        const across = (column - x) / radius;
        const rest = 1 - across * across - down * down;
        if (rest > 0) glow(row, column * 3, colour, rest * rest * rest * share);
      }
    },
  };
}

export interface Ring {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly thickness: number;
  readonly colour: Colour;
  readonly share: number;
  /** Vertical squeeze: 1 is a circle, 0.3 a ring seen from the side. */
  readonly squeeze?: number;
  /** Only the lower half: what of a planet's ring passes in front. */
  readonly frontOnly?: boolean;
}

export function ring(shape: Ring): Layer {
  const { x, y, radius, thickness } = shape;
  const squeeze = shape.squeeze ?? 1;
  const reach = radius + thickness;
  return {
    top: shape.frontOnly === true ? Math.ceil(y) : Math.floor(y - reach * squeeze - 1),
    bottom: Math.ceil(y + reach * squeeze + 1),
    paint(rowY, row) {
      const down = (rowY - y) / squeeze;
      const last = Math.min(row.length / 3 - 1, Math.ceil(x + reach));
      for (let column = Math.max(0, Math.floor(x - reach)); column <= last; column++) {
        const across = column - x;
        const far = Math.sqrt(across * across + down * down);
        // Where a squeezed ring runs level its pixels are further apart; the edge widens with them.
        const pixel = far === 0 ? 1 : Math.abs(across) / far + Math.abs(down) / far / squeeze;
        const cover = (thickness / 2 - Math.abs(far - radius)) / Math.max(1, pixel) + 0.5;
        if (cover > 0) over(row, column * 3, shape.colour, Math.min(1, cover) * shape.share);
      }
    },
  };
}

/** Many small ellipses in one layer: stars, snow, glints on water. */
export interface Dot {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly radiusY?: number;
  readonly share: number;
}

export function dots(list: readonly Dot[], colour: Colour): Layer {
  const parts = list.map((dot) => {
    // Below half a pixel a dot fades instead of flickering away.
    const radius = Math.max(0.6, dot.radius);
    const fade = Math.min(1, (dot.radius / radius) ** 2);
    return disc({
      x: dot.x,
      y: dot.y,
      radius,
      radiusY: Math.max(0.6, dot.radiusY ?? dot.radius),
      top: colour,
      bottom: colour,
      share: dot.share * fade,
    });
  });
  return {
    top: Math.min(...parts.map((part) => part.top), Infinity),
    bottom: Math.max(...parts.map((part) => part.bottom), -Infinity),
    paint(y, row) {
      for (const part of parts) if (y >= part.top && y <= part.bottom) part.paint(y, row);
    },
  };
}

export type Point = readonly [x: number, y: number];

/** Rows are cut into this many lines, each measured exactly along its length. */
const scanlines = 6;

/** A filled outline of any shape (even-odd), anti-aliased by how much of each pixel it covers. */
export function polygon(points: readonly Point[], top: Colour, bottom: Colour): Layer {
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  const left = Math.floor(Math.min(...xs));
  const [high, low] = [Math.min(...ys), Math.max(...ys)];
  const cover = new Float32Array(Math.ceil(Math.max(...xs)) - left + 2);
  return {
    top: Math.floor(high),
    bottom: Math.ceil(low),
    paint(y, row) {
      cover.fill(0);
      for (let line = 0; line < scanlines; line++) {
        const crossings = crossingsAt(points, y + (line + 0.5) / scanlines);
        for (let at = 0; at + 1 < crossings.length; at += 2) {
          addSpan(cover, (crossings[at] ?? 0) - left, (crossings[at + 1] ?? 0) - left);
        }
      }
      const colour = mixColours(
        top,
        bottom,
        Math.min(1, Math.max(0, (y - high) / (low - high || 1))),
      );
      for (let at = 0; at < cover.length; at++) {
        const share = cover[at] ?? 0;
        const x = left + at;
        if (share > 0 && x >= 0 && x * 3 < row.length) over(row, x * 3, colour, Math.min(1, share));
      }
    },
  };
}

/** The crossings of a level line with the outline, left to right. */
function crossingsAt(points: readonly Point[], y: number): number[] {
  const found: number[] = [];
  points.forEach(([x0, y0], index) => {
    const [x1, y1] = points[(index + 1) % points.length] ?? [x0, y0];
    if (y0 > y !== y1 > y) found.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
  });
  return found.toSorted((one, two) => one - two);
}

/** Adds one line's share of what lies between two places, whole pixels whole and end pixels in part. */
function addSpan(cover: Float32Array, from: number, to: number): void {
  for (let at = Math.floor(from); at < to; at++) {
    const part = Math.min(to, at + 1) - Math.max(from, at);
    cover[at] = (cover[at] ?? 0) + part / scanlines;
  }
}
