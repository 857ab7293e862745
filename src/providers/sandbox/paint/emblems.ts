import type { Layer } from "./canvas.ts";
import { blend, colourOf, mixColours, type Colour } from "./colour.ts";
import { black, depthColour, numbers, shadowColour, type Plan } from "./plan.ts";
import { between } from "./random.ts";
import { disc, polygon, type Point } from "./shapes.ts";
import type { Emblem } from "./words.ts";

/** A flat figure of folded paper standing on the ground line, right of the middle: the lettering is at the left. */
export function emblem(plan: Plan, groundLine: Float32Array): Layer[] {
  const kind = plan.motifs.emblem;
  if (kind === undefined) return [];
  const random = numbers(plan, "emblem");
  const x = plan.width * between(random, 0.6, 0.7);
  const size = plan.unit * between(random, 0.4, 0.46);
  const ground = groundLine[Math.round(x)] ?? plan.height * 0.8;
  // Figures are drawn 100 units high, from 0 at the ground to 100 at the top, around x = 0.
  const at = (points: readonly Point[]): Point[] =>
    points.map(([across, up]) => [
      x + (across / 100) * size,
      ground + size * 0.08 - (up / 100) * size,
    ]);
  const fold = (outline: string, top: Colour, bottom: Colour) =>
    polygon(at(readOutline(outline)), top, bottom);
  const dot = (across: number, up: number, radius: number, colour: Colour): Layer => {
    const [[cx, cy] = [0, 0]] = at([[across, up]]);
    return disc({
      x: cx,
      y: cy,
      radius: (radius / 100) * size,
      top: colour,
      bottom: colour,
      share: 1,
    });
  };
  return figures[kind]({ plan, fold, dot });
}

interface Scissors {
  readonly plan: Plan;
  /** `outline` is `x y, x y, …` in the figure's own units. */
  fold(outline: string, top: Colour, bottom: Colour): Layer;
  dot(across: number, up: number, radius: number, colour: Colour): Layer;
}

/** The outline as its text has it: `x y, x y, …`. */
const readOutline = (outline: string): Point[] =>
  outline.split(", ").map((pair) => {
    const [x = "0", y = "0"] = pair.split(" ");
    return [Number(x), Number(y)];
  });

const mirror = (outline: string): string =>
  readOutline(outline)
    .map(([x, y]) => `${-x} ${y}`)
    .join(", ");

const white: Colour = [0.985, 0.97, 0.95];

function fox({ plan, fold, dot }: Scissors): Layer[] {
  const hue = plan.palette.near[1] < 0.02 && plan.palette.far[1] < 0.02 ? 30 : 47;
  const coat = colourOf([0.68, 0.175, hue]);
  const shade = colourOf([0.6, 0.17, hue - 6]);
  const deep = colourOf([0.5, 0.15, hue - 10]);
  const dusk = shadowColour(plan.palette);
  const cream = mixColours(white, coat, 0.12);
  const ear = "12 74, 30 100, 38 66";
  const inner = "19 76, 29 92, 33.5 70";
  const cheek = "0 25, 8 52, 36 56, 44 47, 20 31";
  return [
    // The tail curls round from behind, white at its tip.
    fold("20 0, 52 6, 72 26, 70 48, 60 62, 54 44, 44 26, 24 16", coat, shade),
    fold("70 48, 60 62, 55.5 48, 61 40, 66 44, 71 38", white, cream),
    fold("-30 0, -26 26, -12 44, 12 44, 26 26, 30 0", shade, deep),
    fold("-11 0, -13 24, 0 36, 13 24, 11 0", white, cream),
    fold(ear, coat, coat),
    fold(mirror(ear), shade, shade),
    fold(inner, dusk, deep),
    fold(mirror(inner), dusk, deep),
    fold("0 78, 12 76, 36 66, 44 47, 0 25", coat, coat),
    fold("0 78, -12 76, -36 66, -44 47, 0 25", shade, shade),
    fold(cheek, white, cream),
    fold(mirror(cheek), mixColours(white, shade, 0.08), mixColours(cream, shade, 0.12)),
    fold("0 78, 7 60, 5 36, 0 25", mixColours(coat, white, 0.1), coat),
    fold("0 78, -7 60, -5 36, 0 25", coat, shade),
    dot(17, 54.5, 3.3, black),
    dot(-17, 54.5, 3.3, black),
    dot(18.1, 55.7, 1, white),
    dot(-15.9, 55.7, 1, white),
    fold("-6 31, 0 34, 6 31, 0 23", black, black),
  ];
}

function cat({ plan, fold, dot }: Scissors): Layer[] {
  const coat = depthColour(plan.palette, plan.palette.dark ? 1 : 0.92);
  const fur: Colour = mixColours(coat, [0.1, 0.09, 0.14], 0.65);
  const side = mixColours(fur, white, 0.08);
  const eye = colourOf([0.86, 0.17, 105]);
  const ear = "6 78, 26 98, 28 66";
  const inner = "13 80, 24 90, 25 72";
  const pink = colourOf([0.68, 0.1, 15]);
  return [
    fold("22 0, 50 2, 66 18, 66 44, 74 54, 68 60, 58 50, 56 26, 44 14, 22 14", fur, fur),
    fold("-30 0, -28 22, -16 46, 16 46, 28 22, 30 0", side, fur),
    fold(ear, fur, fur),
    fold(mirror(ear), side, side),
    fold(inner, pink, pink),
    fold(mirror(inner), pink, pink),
    fold("0 80, 14 80, 27 70, 31 56, 22 42, 0 36", fur, fur),
    fold("0 80, -14 80, -27 70, -31 56, -22 42, 0 36", side, side),
    dot(12, 59, 5.2, eye),
    dot(-12, 59, 5.2, eye),
    fold("12 64, 13.6 59, 12 54, 10.4 59", black, black),
    fold("-12 64, -10.4 59, -12 54, -13.6 59", black, black),
    fold("-3.4 51, 3.4 51, 0 47", pink, pink),
    fold("5 48, 34 53, 34 53.7", white, white),
    fold("5 46, 34 46, 34 46.7", white, white),
    fold("-5 48, -34 53, -34 53.7", white, white),
    fold("-5 46, -34 46, -34 46.7", white, white),
  ];
}

function boat({ plan, fold }: Scissors): Layer[] {
  const { palette } = plan;
  const hull = depthColour(palette, 0.95);
  const sail = mixColours(white, colourOf(palette.light), 0.3);
  const fold2 = mixColours(sail, colourOf(palette.far), 0.28);
  const red = colourOf(palette.accent);
  return [
    fold("-1.2 14, -1.2 98, 1.2 98, 1.2 14", hull, hull),
    fold("3 96, 40 24, 3 24", sail, sail),
    fold("3 96, 20 60, 14 24, 3 24", fold2, sail),
    fold("-3 86, -32 26, -3 26", red, blend(palette.accent, palette.near, 0.25)),
    fold("-44 19, 48 19, 34 0, -30 0", hull, mixColours(hull, black, 0.4)),
    fold("-44 19, 48 19, 45.8 16, -41.8 16", red, red),
  ];
}

function house({ plan, fold }: Scissors): Layer[] {
  const { palette } = plan;
  const wall = mixColours(white, colourOf(palette.light), 0.35);
  const shaded = mixColours(wall, colourOf(palette.near), 0.3);
  const roof = colourOf(palette.accent);
  const dark = blend(palette.accent, palette.near, 0.45);
  const door = depthColour(palette, 0.9);
  const lit = palette.dark ? colourOf([0.9, 0.13, 88]) : depthColour(palette, 0.6);
  const pane = (x: number, y: number) =>
    fold(`${x} ${y}, ${x + 8} ${y}, ${x + 8} ${y + 10}, ${x} ${y + 10}`, lit, lit);
  return [
    fold("24 50, 24 76, 33 76, 33 50", shaded, shaded),
    fold("-40 0, -40 34, -20 58, 0 34, 0 0", shaded, shaded),
    fold("0 0, 0 34, 44 34, 44 0", wall, wall),
    fold("-20 62, 6 31, 50 31, 26 62", roof, roof),
    fold("-20 62, -46 31, -40 29, -20 54, 0 30, 7 30", dark, dark),
    fold("16 0, 16 20, 27 20, 27 0", door, door),
    pane(-30, 14),
    pane(-18, 14),
    pane(5, 14),
    pane(32, 14),
  ];
}

const figures: Readonly<Record<Emblem, (scissors: Scissors) => Layer[]>> = {
  fox,
  cat,
  boat,
  house,
};
