import { over, type Layer, type Row } from "./canvas.ts";
import type { Colour } from "./colour.ts";

/** A sheet of paper whose edge runs round a centre: a petal wheel (inside) or a frame with a hole (outside). */
export interface Sheet {
  /** Distance of the edge from the centre by angle, evenly spaced from 0 to a full turn. Pixels. */
  readonly edge: Float32Array;
  readonly covers: "inside" | "outside";
  readonly inner: Colour;
  readonly outer: Colour;
  /** Pixels over which inner turns into outer, measured from the edge outward or from the centre. */
  readonly fade: number;
  readonly shadow: { readonly colour: Colour; readonly reach: number; readonly share: number };
  readonly rim: { readonly colour: Colour; readonly width: number; readonly share: number };
}

/** The angle of shadows: the light comes from above and the left, so shadows fall below and to the right. */
const shadowAngle = Math.PI * 0.3;
const lightX = Math.cos(shadowAngle);
const lightY = Math.sin(shadowAngle);

/** The edge's distance and the correction for its slope, by angle. One more entry than steps: the last is the first. */
interface Cut extends Sheet {
  readonly distances: Float32Array;
  readonly straightness: Float32Array;
  /** Nearer (outside sheets) or farther (inside sheets) than this from the centre, neither the sheet nor its shadow is seen. */
  readonly reach: number;
}

function cut(sheet: Sheet): Cut {
  const count = sheet.edge.length;
  const at = (step: number) => sheet.edge[(step + count) % count] ?? 0;
  const distances = Float32Array.from({ length: count + 1 }, (_, step) => at(step));
  const straightness = Float32Array.from({ length: count + 1 }, (_, step) => {
    const slope = ((at(step + 1) - at(step - 1)) * count) / (4 * Math.PI * Math.max(at(step), 1));
    return 1 / Math.sqrt(1 + slope * slope);
  });
  const far = sheet.shadow.reach + 1;
  const reach =
    sheet.covers === "outside"
      ? sheet.edge.reduce((least, distance) => Math.min(least, distance), Infinity) - far * 1.2
      : sheet.edge.reduce((most, distance) => Math.max(most, distance), 0) + far;
  return { ...sheet, distances, straightness, reach };
}

/**
 * A stack of sheets round one centre, first at the bottom; all edges have the same number of steps.
 * `stretch` widens circles to fit the canvas.
 */
export function sheets(
  centre: { readonly x: number; readonly y: number; readonly stretch: number },
  stack: readonly Sheet[],
): Layer {
  const cuts = stack.map(cut);
  const reach = Math.max(
    0,
    ...cuts.map((sheet) => (sheet.covers === "outside" ? Infinity : sheet.reach)),
  );
  // Nearer than this, all sheets lie outside.
  const hole = cuts.reduce(
    (least, sheet) => Math.min(least, sheet.covers === "outside" ? sheet.reach : 0),
    Infinity,
  );
  const count = stack[0]?.edge.length ?? 1;
  const perRadian = count / (2 * Math.PI);
  const into = new Float32Array(cuts.length);
  return {
    top: Math.floor(centre.y - reach),
    bottom: Math.ceil(centre.y + reach),
    paint(y, row) {
      const down = y - centre.y;
      const wide = Math.min(row.length, reach * centre.stretch);
      const last = Math.min(row.length / 3 - 1, Math.ceil(centre.x + wide));
      for (let x = Math.max(0, Math.floor(centre.x - wide)); x <= last; x++) {
        const across = (x - centre.x) / centre.stretch;
        const distance = Math.sqrt(across * across + down * down);
        if (distance > reach || distance < hole) continue;
        const angle = Math.atan2(down, across);
        const turn = (angle < 0 ? angle + 2 * Math.PI : angle) * perRadian;
        const step = Math.min(count - 1, Math.floor(turn));
        const share = turn - step;
        // From the top down to the first sheet that hides all below it, then up again.
        let bottom = cuts.length - 1;
        for (; bottom >= 0; bottom--) {
          const sheet = cuts[bottom];
          if (sheet === undefined) break;
          if (sheet.covers === "outside" ? distance < sheet.reach : distance > sheet.reach) {
            into[bottom] = -Infinity;
            continue;
          }
          const here = sheet.distances[step] ?? 0;
          const edge = here + ((sheet.distances[step + 1] ?? 0) - here) * share;
          const outward = (distance - edge) * (sheet.straightness[step] ?? 1);
          into[bottom] = sheet.covers === "inside" ? -outward : outward;
          if ((into[bottom] ?? 0) >= 0.5) break;
        }
        // cos(angle - shadowAngle) without the cosine.
        const along = (across * lightX + down * lightY) / (distance + 1e-6);
        const falls = 0.6 + 0.4 * along;
        for (let index = Math.max(0, bottom); index < cuts.length; index++) {
          const sheet = cuts[index];
          if (sheet !== undefined) paintSheet(row, x * 3, sheet, distance, into[index] ?? 0, falls);
        }
      }
    },
  };
}

function paintSheet(
  row: Row,
  at: number,
  sheet: Cut,
  distance: number,
  into: number,
  falls: number,
): void {
  const inside = sheet.covers === "inside";
  if (into <= -0.5) {
    const near = 1 + into / (sheet.shadow.reach * (inside ? falls : 1.2 - falls));
    if (near > 0) over(row, at, sheet.shadow.colour, near * near * sheet.shadow.share);
    return;
  }
  const travelled = inside ? distance : into < 0 ? 0 : into;
  const share = travelled > sheet.fade ? 1 : travelled / sheet.fade;
  const cover = into >= 0.5 ? 1 : into + 0.5;
  const lit =
    into < sheet.rim.width ? (1 - (into < 0 ? 0 : into) / sheet.rim.width) * sheet.rim.share : 0;
  for (let channel = 0; channel < 3; channel++) {
    const inner = sheet.inner[channel] ?? 0;
    const plain = inner + ((sheet.outer[channel] ?? 0) - inner) * share;
    const colour = plain + ((sheet.rim.colour[channel] ?? 0) - plain) * lit;
    const old = row[at + channel] ?? 0;
    row[at + channel] = old + (colour - old) * cover;
  }
}
