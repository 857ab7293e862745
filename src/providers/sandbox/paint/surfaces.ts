import { over, type Layer } from "./canvas.ts";
import { mixColours, type Colour } from "./colour.ts";

/** A background that is different everywhere and smooth everywhere. `sample` gets places from 0 to 1. */
export function mesh(
  width: number,
  height: number,
  sample: (across: number, down: number) => Colour,
): Layer {
  const cells = 40;
  const grid = new Float32Array((cells + 1) * (cells + 1) * 3);
  for (let down = 0; down <= cells; down++) {
    for (let across = 0; across <= cells; across++) {
      grid.set(sample(across / cells, down / cells), (down * (cells + 1) + across) * 3);
    }
  }
  const line = new Float32Array((cells + 1) * 3);
  return {
    top: 0,
    bottom: height,
    paint(y, row) {
      const place = Math.min(cells - 1e-6, (y / Math.max(1, height - 1)) * cells);
      const above = Math.floor(place);
      const start = above * line.length;
      for (let at = 0; at < line.length; at++) {
        const value = grid[start + at] ?? 0;
        line[at] = value + ((grid[start + line.length + at] ?? 0) - value) * (place - above);
      }
      for (let x = 0; x < width; x++) {
        const spot = Math.min(cells - 1e-6, (x / Math.max(1, width - 1)) * cells);
        const left = Math.floor(spot);
        const share = spot - left;
        for (let channel = 0; channel < 3; channel++) {
          const value = line[left * 3 + channel] ?? 0;
          row[x * 3 + channel] = value + ((line[left * 3 + 3 + channel] ?? 0) - value) * share;
        }
      }
    },
  };
}

/** A surface that fills all below a line: a hill, a wave, a row of trees, a skyline. */
export interface Ridge {
  /** The line's row for each column. */
  readonly heights: Float32Array;
  readonly crest: Colour;
  readonly foot: Colour;
  /** Rows over which crest turns into foot, counted from the line smoothed over `calm` columns: trees do not streak the ground. */
  readonly fade: number;
  readonly calm: number;
  /** The shadow on the layer behind it. */
  readonly shadow: { readonly colour: Colour; readonly reach: number; readonly share: number };
  /** A thin lit edge; share 0 for none. */
  readonly rim: { readonly colour: Colour; readonly width: number; readonly share: number };
}

export function ridge(shape: Ridge): Layer {
  const { heights, fade, shadow, rim } = shape;
  const width = heights.length;
  // A steep line's true distance is shorter than its vertical one; without this, slopes look jagged.
  const straightness = new Float32Array(width);
  const soft = smoothed(heights, Math.max(1, Math.round(shape.calm)));
  let highest = Infinity;
  for (let x = 0; x < width; x++) {
    const slope = ((heights[x + 1] ?? heights[x] ?? 0) - (heights[x - 1] ?? heights[x] ?? 0)) / 2;
    straightness[x] = 1 / Math.sqrt(1 + slope * slope);
    highest = Math.min(highest, heights[x] ?? 0);
  }
  return {
    top: Math.floor(highest - shadow.reach - 1),
    bottom: Infinity,
    paint(y, row) {
      for (let x = 0; x < width; x++) {
        const below = y - (heights[x] ?? 0);
        const distance = below * (straightness[x] ?? 1);
        const deep = y - (soft[x] ?? 0);
        if (distance <= -0.5) {
          const near = 1 + deep / shadow.reach;
          if (near > 0) over(row, x * 3, shadow.colour, Math.min(1, near * near) * shadow.share);
          continue;
        }
        const depth = deep <= 0 ? 0 : deep >= fade ? 1 : deep / fade;
        const cover = distance >= 0.5 ? 1 : distance + 0.5;
        const lit = distance < rim.width ? rim.share * (1 - Math.max(0, distance) / rim.width) : 0;
        const at = x * 3;
        for (let channel = 0; channel < 3; channel++) {
          const crest = shape.crest[channel] ?? 0;
          const plain = crest + ((shape.foot[channel] ?? 0) - crest) * depth;
          const colour = plain + ((rim.colour[channel] ?? 0) - plain) * lit;
          const old = row[at + channel] ?? 0;
          row[at + channel] = old + (colour - old) * cover;
        }
      }
    },
  };
}

/** The mean of each value's neighbourhood. */
function smoothed(values: Float32Array, reach: number): Float32Array {
  const sums = new Float64Array(values.length + 1);
  for (let at = 0; at < values.length; at++) sums[at + 1] = (sums[at] ?? 0) + (values[at] ?? 0);
  return values.map((_, at) => {
    const [from, to] = [Math.max(0, at - reach), Math.min(values.length, at + reach + 1)];
    return ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from);
  });
}

/** A translucent fold of silk between two lines: dense at its upper edge, gone at its lower. */
export interface Ribbon {
  readonly upper: Float32Array;
  readonly lower: Float32Array;
  readonly left: Colour;
  readonly right: Colour;
  readonly share: number;
  /** A bright thread along the upper edge; share 0 for none. */
  readonly thread: { readonly colour: Colour; readonly width: number; readonly share: number };
}

export function ribbon(shape: Ribbon): Layer {
  const { upper, lower, thread } = shape;
  const width = upper.length;
  const colours = Array.from({ length: 33 }, (_, step) =>
    mixColours(shape.left, shape.right, step / 32),
  );
  return {
    top: Math.floor(Math.min(minimum(upper), minimum(lower)) - 1),
    bottom: Math.ceil(Math.max(maximum(upper), maximum(lower)) + 1),
    paint(y, row) {
      for (let x = 0; x < width; x++) {
        const high = upper[x] ?? 0;
        const low = lower[x] ?? 0;
        const span = low - high;
        const below = span < 0 ? high - y : y - high;
        const size = Math.abs(span);
        if (below < -0.5 || below > size) continue;
        const edge = Math.min(1, below + 0.5);
        const rest = 1 - Math.max(0, below) / (size + 1e-6);
        const colour = colours[Math.round((x / width) * 32)] ?? shape.left;
        over(row, x * 3, colour, edge * rest * rest * shape.share);
        if (below < thread.width) over(row, x * 3, thread.colour, edge * thread.share);
      }
    },
  };
}

function minimum(values: Float32Array): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

function maximum(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}
