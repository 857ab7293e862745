import { paintLayers, type Clip, type Layer } from "./canvas.ts";
import { orbits, ribbons, tiles } from "./geometry.ts";
import { drawMark, drawPrompt, type Region } from "./label.ts";
import { landscape } from "./landscape.ts";
import { choosePalette, type Mood, type Palette } from "./palette.ts";
import { bloom, papercut } from "./papercraft.ts";
import type { Compose, Detail, Plan } from "./plan.ts";
import { hashText, pick, randomFrom, scramble, seedFor } from "./random.ts";
import { compositions, motifsOf, type Composition } from "./words.ts";

/** The look of a picture: all that decides it, apart from its size. Plain data: it goes to the worker. */
export interface Look {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly seed: number;
  readonly detail: Detail;
  /** 1 is as designed; less is greyer. */
  readonly saturation: number;
  /** Undefined: the prompt, then the seed, decide. */
  readonly mood: Mood | undefined;
  readonly composition: Composition | undefined;
  readonly hueShift: number;
  readonly lettering: boolean;
  readonly mark: boolean;
  readonly transparent: boolean;
}

const composers: Readonly<Record<Composition, Compose>> = {
  landscape,
  papercut,
  orbits,
  ribbons,
  tiles,
  bloom,
};

/** The seed and the prompt together: either alone makes another picture. */
function sceneSeed(look: Look): number {
  return scramble(
    hashText(look.prompt) ^ scramble(look.seed) ^ scramble(Math.floor(look.seed / 2 ** 32)),
  );
}

export function paletteOf(look: Look): Palette {
  return choosePalette(randomFrom(seedFor(sceneSeed(look), "palette")), {
    mood: look.mood ?? motifsOf(look.prompt, look.negativePrompt).mood,
    saturation: look.saturation,
    hueShift: look.hueShift,
  });
}

export function planOf(look: Look, width: number, height: number): Plan {
  return {
    width,
    height,
    unit: Math.min(width, height),
    seed: sceneSeed(look),
    palette: paletteOf(look),
    motifs: motifsOf(look.prompt, look.negativePrompt),
    detail: look.detail,
  };
}

function layersOf(look: Look, plan: Plan): Layer[] {
  const picked = pick(randomFrom(seedFor(plan.seed, "composition")), compositions);
  return composers[look.composition ?? plan.motifs.composition ?? picked](plan);
}

/** A round-cornered badge: what stays of the picture when its background is transparent. */
function badge(width: number, height: number): Clip {
  const least = Math.min(width, height);
  const margin = least * 0.05;
  const [halfX, halfY] = [width / 2 - margin, height / 2 - margin];
  // Square pictures become a circle, long ones keep straight sides between round ends.
  const radius = Math.min(halfX, halfY);
  return (x, y) => {
    const across = Math.max(Math.abs(x + 0.5 - width / 2) - halfX + radius, 0);
    const down = Math.max(Math.abs(y + 0.5 - height / 2) - halfY + radius, 0);
    return Math.min(1, Math.max(0, radius - Math.sqrt(across * across + down * down) + 0.5));
  };
}

/** The scene without its lettering: 8-bit RGBA. */
export function paintScene(look: Look, width: number, height: number): Uint8Array {
  const plan = planOf(look, width, height);
  return paintLayers(width, height, layersOf(look, plan), {
    grain: look.detail === 0 ? 0 : look.detail === 1 ? 0.006 : 0.011,
    seed: plan.seed,
    clip: look.transparent ? badge(width, height) : undefined,
  });
}

/** Letters the prompt and the mark into one region of a finished picture. */
export function letter(
  look: Look,
  picture: { readonly width: number; readonly height: number; readonly rgba: Uint8Array },
  region: Region,
): void {
  const palette = paletteOf(look);
  if (look.lettering) drawPrompt(picture, region, look.prompt, palette);
  if (look.mark) drawMark(picture, region, palette);
}
