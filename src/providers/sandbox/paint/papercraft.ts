import type { Layer } from "./canvas.ts";
import { blend, colourOf, mixColours } from "./colour.ts";
import { landscape } from "./landscape.ts";
import { byDetail, depthColour, lighter, numbers, shadowColour, sky, type Plan } from "./plan.ts";
import { between, fractalNoise, pick, type Random, seedFor } from "./random.ts";
import { disc } from "./shapes.ts";
import { sheets, type Sheet } from "./sheets.ts";

/** Steps round the full turn in which edges are measured. */
const steps = 1440;

/** A closed curve: noise walked along a circle never jumps where it meets itself. */
function closedCurve(seed: number, fineness: number): (share: number) => number {
  const [one, two] = [fractalNoise(seed, 2), fractalNoise(seed + 7, 2)];
  return (share) => {
    const angle = share * Math.PI * 2;
    return (one(Math.cos(angle) * fineness + 50) + two(Math.sin(angle) * fineness + 90)) / 1.2;
  };
}

/** A view through a hole cut in many sheets of paper. */
export function papercut(plan: Plan): Layer[] {
  const random = numbers(plan, "papercut");
  const { palette, unit, width, height } = plan;
  const count = byDetail(plan, [4, 6, 8]);
  const longest = Math.max(width, height) / unit;
  const stretch = width / height > 1 ? 1 + (width / height - 1) * 0.75 : width / height;
  const size = width >= height ? unit : unit / stretch;
  const shade = shadowColour(palette);
  const stack: Sheet[] = [];
  for (let index = 0; index < count; index++) {
    const depth = index / (count - 1);
    const curve = closedCurve(seedFor(plan.seed, `hole ${index}`), between(random, 0.9, 1.5));
    const hole = 0.27 + depth ** 1.1 * (longest > 1.3 ? 0.3 : 0.27);
    const edge = Float32Array.from(
      { length: steps },
      (_, step) => size * (hole + curve(step / steps) * (0.11 + 0.03 * depth)),
    );
    const paper = mixColours(
      blend(palette.sky[2], palette.far, 0.45 + 0.55 * Math.min(1, depth * 2)),
      depthColour(palette, depth),
      depth * 0.9,
    );
    stack.push({
      edge,
      covers: "outside",
      inner: paper,
      outer: mixColours(paper, depthColour(palette, Math.min(1, depth + 0.2)), 0.4),
      fade: unit * 0.4,
      shadow: { colour: shade, reach: unit * (0.03 + 0.03 * depth), share: 0.34 },
      rim: {
        colour: blend(palette.far, palette.light, 0.6),
        width: Math.max(1, unit * 0.0032),
        share: 0.4,
      },
    });
  }
  const inside = landscape({ ...plan, detail: plan.detail === 2 ? 1 : 0 });
  return [...inside, sheets({ x: width / 2, y: height * 0.47, stretch }, stack)];
}

interface Flower {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly warm: number;
}

/** Paper flowers, petal wheel on petal wheel. */
export function bloom(plan: Plan): Layer[] {
  const random = numbers(plan, "bloom");
  const { width, height, unit } = plan;
  const flowers: Flower[] = [
    {
      x: width * between(random, 0.46, 0.6),
      y: height * between(random, 0.38, 0.46),
      size: unit * between(random, 0.34, 0.4),
      warm: random(),
    },
  ];
  const count = byDetail(plan, [2, 5, 8]);
  for (let index = 0; index < count; index++) {
    const angle = (index / count) * Math.PI * 2 + between(random, -0.3, 0.3);
    const away = between(random, 0.5, 0.62);
    flowers.push({
      x: width / 2 + Math.cos(angle) * away * width,
      y: height / 2 + Math.sin(angle) * away * height,
      size: unit * between(random, 0.13, 0.28),
      warm: random(),
    });
  }
  // The great one is painted last: it lies on top.
  return [
    sky(plan, 0.5),
    ...flowers.toReversed().flatMap((flower) => paintFlower(plan, random, flower)),
  ];
}

function paintFlower(plan: Plan, random: Random, flower: Flower): Layer[] {
  const { palette, unit } = plan;
  const petals = pick(random, [5, 6, 7, 8, 9, 11]);
  const wheels = byDetail(plan, [3, 5, 6]);
  const pointed = between(random, 0.45, 0.95);
  const base =
    flower.warm < 0.45 ? palette.accent : flower.warm < 0.75 ? palette.far : palette.near;
  const shade = shadowColour(palette);
  const stack: Sheet[] = [];
  for (let index = 0; index < wheels; index++) {
    const inward = index / wheels;
    const turn = between(random, 0, 1) + index * 0.5;
    const reach = flower.size * (1 - inward * 0.78);
    const edge = Float32Array.from({ length: steps }, (_, step) => {
      const wave = Math.abs(Math.cos(((step / steps) * petals + turn) * Math.PI)) ** pointed;
      return reach * (0.56 + 0.44 * wave);
    });
    const petal = blend(base, lighter(base, 0.16), inward);
    stack.push({
      edge,
      covers: "inside",
      inner: blend(base, palette.near, 0.35 * (1 - inward)),
      outer: mixColours(petal, colourOf(palette.light), 0.1 + 0.25 * inward),
      fade: reach,
      shadow: { colour: shade, reach: Math.max(2, unit * 0.024), share: 0.32 },
      rim: { colour: colourOf(palette.light), width: Math.max(1, unit * 0.003), share: 0.3 },
    });
  }
  const heart = flower.size * 0.13;
  return [
    sheets({ x: flower.x, y: flower.y, stretch: 1 }, stack),
    disc({
      x: flower.x,
      y: flower.y,
      radius: heart,
      top: colourOf(palette.light),
      bottom: blend(palette.light, palette.accent, 0.6),
      share: 1,
    }),
  ];
}
