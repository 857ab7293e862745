import type { Lch } from "./colour.ts";
import { between, pick, type Random } from "./random.ts";

/** The colours of one picture. */
export interface Palette {
  /** Top, middle and low of the background. */
  readonly sky: readonly [Lch, Lch, Lch];
  /** Sun, moon, highlights. */
  readonly light: Lch;
  /** The farthest and the nearest layer; those between are mixed. */
  readonly far: Lch;
  readonly near: Lch;
  /** The one colour that stands out. */
  readonly accent: Lch;
  /** The background is dark: stars show, and lettering is light on dark. */
  readonly dark: boolean;
}

function palette(
  sky: readonly [Lch, Lch, Lch],
  light: Lch,
  far: Lch,
  near: Lch,
  accent: Lch,
  dark = false,
): Palette {
  return { sky, light, far, near, accent, dark };
}

/** Moods chosen by hand: harmony is easier to pick than to compute. Hues are in degrees of OKLCH. */
const moods = {
  dusk: palette(
    [
      [0.36, 0.12, 283],
      [0.58, 0.16, 350],
      [0.82, 0.13, 58],
    ],
    [0.93, 0.1, 86],
    [0.56, 0.13, 342],
    [0.2, 0.07, 294],
    [0.74, 0.17, 45],
    true,
  ),
  dawn: palette(
    [
      [0.78, 0.07, 245],
      [0.87, 0.06, 20],
      [0.94, 0.06, 75],
    ],
    [0.98, 0.06, 92],
    [0.74, 0.07, 262],
    [0.33, 0.09, 272],
    [0.72, 0.16, 28],
  ),
  night: palette(
    [
      [0.17, 0.06, 278],
      [0.28, 0.1, 272],
      [0.46, 0.11, 252],
    ],
    [0.95, 0.05, 95],
    [0.4, 0.1, 262],
    [0.12, 0.04, 276],
    [0.78, 0.12, 75],
    true,
  ),
  forest: palette(
    [
      [0.85, 0.06, 165],
      [0.92, 0.06, 120],
      [0.95, 0.07, 98],
    ],
    [0.96, 0.1, 98],
    [0.76, 0.08, 155],
    [0.25, 0.06, 168],
    [0.72, 0.15, 58],
  ),
  ocean: palette(
    [
      [0.7, 0.11, 235],
      [0.85, 0.07, 215],
      [0.95, 0.05, 88],
    ],
    [0.97, 0.07, 90],
    [0.7, 0.1, 220],
    [0.27, 0.09, 255],
    [0.74, 0.15, 38],
  ),
  autumn: palette(
    [
      [0.8, 0.07, 215],
      [0.92, 0.05, 85],
      [0.87, 0.11, 66],
    ],
    [0.97, 0.06, 92],
    [0.79, 0.13, 58],
    [0.3, 0.08, 32],
    [0.68, 0.18, 46],
  ),
  rose: palette(
    [
      [0.78, 0.1, 350],
      [0.88, 0.07, 12],
      [0.95, 0.04, 60],
    ],
    [0.98, 0.04, 80],
    [0.74, 0.13, 5],
    [0.31, 0.12, 348],
    [0.64, 0.2, 18],
  ),
  desert: palette(
    [
      [0.68, 0.09, 222],
      [0.88, 0.05, 95],
      [0.89, 0.1, 68],
    ],
    [0.98, 0.06, 92],
    [0.79, 0.11, 56],
    [0.37, 0.11, 32],
    [0.66, 0.17, 24],
  ),
  arctic: palette(
    [
      [0.66, 0.08, 252],
      [0.84, 0.05, 245],
      [0.94, 0.04, 48],
    ],
    [0.98, 0.04, 80],
    [0.7, 0.07, 256],
    [0.97, 0.012, 235],
    [0.68, 0.18, 42],
  ),
  citrus: palette(
    [
      [0.84, 0.12, 190],
      [0.93, 0.1, 110],
      [0.88, 0.15, 82],
    ],
    [0.99, 0.04, 100],
    [0.8, 0.15, 62],
    [0.38, 0.13, 22],
    [0.68, 0.2, 28],
  ),
  lavender: palette(
    [
      [0.5, 0.15, 288],
      [0.73, 0.12, 312],
      [0.91, 0.07, 350],
    ],
    [0.97, 0.05, 90],
    [0.64, 0.13, 300],
    [0.25, 0.1, 283],
    [0.84, 0.14, 88],
  ),
  ember: palette(
    [
      [0.2, 0.07, 12],
      [0.42, 0.16, 24],
      [0.72, 0.18, 50],
    ],
    [0.94, 0.11, 88],
    [0.5, 0.18, 29],
    [0.14, 0.05, 18],
    [0.82, 0.16, 78],
    true,
  ),
  ink: palette(
    [
      [0.86, 0.008, 85],
      [0.92, 0.008, 85],
      [0.96, 0.012, 85],
    ],
    [0.62, 0.21, 29],
    [0.74, 0.008, 85],
    [0.19, 0.01, 85],
    [0.62, 0.21, 29],
  ),
  jade: palette(
    [
      [0.24, 0.06, 205],
      [0.43, 0.09, 190],
      [0.76, 0.11, 155],
    ],
    [0.96, 0.08, 108],
    [0.5, 0.1, 182],
    [0.14, 0.04, 205],
    [0.83, 0.14, 85],
    true,
  ),
} as const satisfies Record<string, Palette>;

export type Mood = keyof typeof moods;

// The keys of a literal object are exactly its type's keys; Object.keys only widens them to string.
export const moodNames = Object.keys(moods) as [Mood, ...Mood[]];

export interface PaletteWish {
  /** Undefined: the seed picks. */
  readonly mood: Mood | undefined;
  /** 1 is as designed; less is greyer. */
  readonly saturation: number;
  /** Degrees added to every hue. */
  readonly hueShift: number;
}

/** A mood with a small turn of its hues, so that two prompts of one mood are kin, not twins. */
export function choosePalette(random: Random, wish: PaletteWish): Palette {
  const picked = pick(random, moodNames);
  const mood = moods[wish.mood ?? picked];
  const turn = between(random, -9, 9) + wish.hueShift;
  const tune = ([lightness, chroma, hue]: Lch): Lch => [
    lightness,
    chroma * wish.saturation,
    hue + turn,
  ];
  return {
    sky: [tune(mood.sky[0]), tune(mood.sky[1]), tune(mood.sky[2])],
    light: tune(mood.light),
    far: tune(mood.far),
    near: tune(mood.near),
    accent: tune(mood.accent),
    dark: mood.dark,
  };
}
