import type { Layer } from "./canvas.ts";
import { blend, colourOf, gradient, mixColours, type Colour, type Lch } from "./colour.ts";
import type { Palette } from "./palette.ts";
import { between, randomFrom, seedFor, type Random } from "./random.ts";
import { mesh } from "./surfaces.ts";
import type { Motifs } from "./words.ts";

/** The amount of detail that there is to see. */
export type Detail = 0 | 1 | 2;

/**
 * The materials of a composition. Compositions place everything in shares of `width`, `height` and
 * `unit` and draw the same random numbers at every size, so a small painting is the same picture.
 */
export interface Plan {
  readonly width: number;
  readonly height: number;
  /** The shorter side, in pixels. */
  readonly unit: number;
  readonly seed: number;
  readonly palette: Palette;
  readonly motifs: Motifs;
  readonly detail: Detail;
}

export type Compose = (plan: Plan) => Layer[];

/** The numbers of one part of the picture. */
export function numbers(plan: Plan, part: string): Random {
  return randomFrom(seedFor(plan.seed, part));
}

/** By detail: low, medium, high. */
export function byDetail<T>(plan: Plan, choices: readonly [T, T, T]): T {
  return choices[plan.detail];
}

export const black: Colour = [0.02, 0.02, 0.05];

/** A shadow in the picture's own darkest hue: grey shadows look dirty on coloured paper. */
export function shadowColour(palette: Palette): Colour {
  return colourOf([0.16, Math.min(0.07, palette.near[1] + 0.03), palette.near[2]]);
}

/** Far to near. */
export function depthColour(palette: Palette, share: number): Colour {
  return blend(palette.far, palette.near, share);
}

/** Turns lightness up or down without leaving the hue. */
export function lighter(colour: Lch, by: number): Lch {
  return [Math.min(0.99, Math.max(0.04, colour[0] + by)), colour[1], colour[2]];
}

/** The background that all compositions share: the mood's gradient, with a few lights drifting in it. */
export function sky(plan: Plan, angle = 0): Layer {
  const random = numbers(plan, "sky");
  const table = gradient(plan.palette.sky, 256);
  const lights = Array.from({ length: 4 }, (_, index) => ({
    x: between(random, -0.1, 1.1),
    y: between(random, -0.1, 0.9),
    size: between(random, 0.25, 0.6),
    share: between(random, 0.15, 0.42),
    colour:
      index === 0
        ? blend(plan.palette.sky[2], plan.palette.light, 0.5)
        : index === 1
          ? blend(plan.palette.sky[1], plan.palette.accent, 0.3)
          : colourOf(plan.palette.sky[index === 2 ? 0 : 2]),
  }));
  const drift = between(random, -0.16, 0.16);
  return mesh(plan.width, plan.height, (across, down) => {
    const tilt = down * Math.cos(angle) + across * Math.sin(angle);
    const bend = tilt + drift * (across - 0.5) + 0.04 * Math.sin(across * 5 + drift * 30);
    const step = Math.round(Math.min(1, Math.max(0, bend)) * 255) * 3;
    let colour: Colour = [table[step] ?? 0, table[step + 1] ?? 0, table[step + 2] ?? 0];
    for (const light of lights) {
      const away = ((across - light.x) ** 2 + (down - light.y) ** 2) / light.size ** 2;
      colour = mixColours(colour, light.colour, light.share * Math.exp(-away * 3));
    }
    return colour;
  });
}
