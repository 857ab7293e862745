import { numbers, type Plan } from "./plan.ts";
import { between, fractalNoise, noiseFrom, seedFor } from "./random.ts";
import type { Profile } from "./words.ts";

/**
 * The outline of one landscape layer: a row for each column. `depth` is 0 for the farthest layer and
 * 1 for the nearest; `level` is the middle height in pixels.
 */
export function profileHeights(
  plan: Plan,
  profile: Profile,
  index: number,
  depth: number,
  level: number,
): Float32Array {
  const part = `${profile} ${index}`;
  const outline = outlines[profile](plan, part, depth);
  const heights = new Float32Array(plan.width);
  const [shift] = [numbers(plan, part)() * 100];
  for (let x = 0; x < plan.width; x++) {
    heights[x] = level - outline((x - plan.width / 2) / plan.unit + shift) * plan.unit;
  }
  return heights;
}

/** Height above the level by place, both in shares of the shorter side. */
type Outline = (place: number) => number;

const outlines: Readonly<Record<Profile, (plan: Plan, part: string, depth: number) => Outline>> = {
  hills(plan, part, depth) {
    const noise = fractalNoise(seedFor(plan.seed, part), plan.detail === 0 ? 1 : 2);
    return (place) => noise(place * (1.9 - 0.6 * depth)) * (0.13 - 0.03 * depth);
  },
  mountains(plan, part, depth) {
    const seed = seedFor(plan.seed, part);
    const folds = noiseFrom(seed);
    const rough = fractalNoise(seed + 1, plan.detail + 2);
    return (place) => {
      // Folding a smooth curve at zero makes the ridge lines of real ranges.
      const peak = 1 - Math.abs(folds(place * (2.6 - depth)) * 1.5);
      return (peak * 0.24 - 0.1) * (1 - 0.65 * depth) + rough(place * 9) * 0.028;
    };
  },
  dunes(plan, part, depth) {
    const noise = noiseFrom(seedFor(plan.seed, part));
    return (place) => {
      const sweep = noise(place * (1.2 + 0.3 * depth)) * 0.11;
      const crest = Math.abs(Math.sin(place * 2.2 + noise(place * 0.7) * 2)) * 0.075;
      return sweep + crest - 0.03;
    };
  },
  waves(plan, part, depth) {
    const noise = noiseFrom(seedFor(plan.seed, part));
    const pitch = 5.4 - 2.4 * depth;
    return (place) => {
      // Sharp crests and round troughs: a trochoid, near enough.
      const phase = place * pitch + noise(place * 1.1) * 1.2;
      const wave = 1 - Math.abs(Math.sin(phase)) ** 0.75;
      return (wave * 0.05 - 0.02) * (0.45 + 0.75 * depth) + noise(place * 1.7) * 0.018;
    };
  },
  pines(plan, part, depth) {
    const seed = seedFor(plan.seed, part);
    const ground = fractalNoise(seed, 2);
    const trees = treeLine(plan, part, depth);
    return (place) => ground(place * 1.5) * 0.09 + trees(place);
  },
  skyline(plan, part, depth) {
    const seed = seedFor(plan.seed, part);
    const size = 0.055 + 0.035 * depth;
    const block = noiseFrom(seed + 2);
    const crown = noiseFrom(seed + 3);
    return (place) => {
      const plot = Math.floor(place / size);
      const inside = place / size - plot;
      const tall = 0.07 + 0.2 * (block(plot) * 0.5 + 0.5) ** 1.6;
      const kind = crown(plot);
      // A mast, a stepped crown, a pitched roof, or flat.
      if (kind > 0.55 && Math.abs(inside - 0.5) < 0.035) return (tall + 0.06) * (1 - 0.3 * depth);
      const step = kind < -0.3 && Math.abs(inside - 0.5) < 0.28 ? 0.022 : 0;
      const roof = kind > 0.1 && kind < 0.4 ? 0.04 * (0.5 - Math.abs(inside - 0.5)) : 0;
      const alley = inside > 0.93 ? -0.05 : 0;
      return (tall + step + roof + alley) * (1 - 0.3 * depth);
    };
  },
};

/** Conifers side by side: each a triangle with boughs, the tallest at any place wins. */
function treeLine(plan: Plan, part: string, depth: number): Outline {
  const random = numbers(plan, `${part} trees`);
  const pitch = 0.026 + 0.05 * depth;
  const kinds = Array.from({ length: 64 }, () => ({
    aside: between(random, -0.45, 0.45),
    tall: random() < 0.16 + 0.2 * depth ? 0 : between(random, 0.55, 1.15),
  }));
  const full = 0.07 + 0.115 * depth;
  const boughs = 3 + plan.detail;
  return (place) => {
    const slot = Math.floor(place / pitch);
    let highest = 0;
    for (let near = slot - 1; near <= slot + 1; near++) {
      const tree = kinds[((near % 64) + 64) % 64];
      if (tree === undefined || tree.tall === 0) continue;
      const aside = Math.abs(place - (near + 0.5 + tree.aside) * pitch) / (pitch * 0.72);
      if (aside >= 1) continue;
      // Whole boughs step down the sides; between two, the edge runs back in.
      const along = aside * boughs;
      const notch = (along - Math.floor(along)) * 0.55;
      highest = Math.max(highest, full * tree.tall * (1 - (Math.floor(along) + notch) / boughs));
    }
    return highest;
  };
}
