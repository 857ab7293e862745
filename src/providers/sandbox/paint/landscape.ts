import { over, type Layer } from "./canvas.ts";
import { blend, colourOf, mixColours } from "./colour.ts";
import { emblem } from "./emblems.ts";
import { byDetail, depthColour, lighter, numbers, shadowColour, sky, type Plan } from "./plan.ts";
import { profileHeights } from "./profiles.ts";
import { between, pick } from "./random.ts";
import { disc, dots, halo, ring, type Dot } from "./shapes.ts";
import { ridge } from "./surfaces.ts";
import type { Profile } from "./words.ts";

/** Layers of paper under a sky: hills, forests, seas, cities. */
export function landscape(plan: Plan): Layer[] {
  const random = numbers(plan, "landscape");
  const any = pick<Profile>(random, ["hills", "mountains", "pines", "dunes", "waves", "hills"]);
  // A figure needs ground under it where the words name no place.
  const ground = plan.motifs.emblem !== undefined && any === "waves" ? "hills" : any;
  const profile = plan.motifs.profile ?? ground;
  const horizon = between(random, 0.5, 0.6);
  const light = { x: between(random, 0.26, 0.74), y: horizon - between(random, 0.06, 0.3) };
  const layers = [sky(plan), ...stars(plan, horizon), ...lamp(plan, light)];
  if (profile !== "waves") layers.push(...clouds(plan, horizon));
  if (profile === "waves") layers.push(...water(plan, horizon, light.x));
  layers.push(...range(plan, profile, horizon));
  if (plan.motifs.snow) layers.push(snow(plan));
  return layers;
}

function stars(plan: Plan, horizon: number): Layer[] {
  if (!plan.palette.dark && !plan.motifs.stars) return [];
  const random = numbers(plan, "stars");
  const count = byDetail(plan, [40, 110, 190]);
  const list = Array.from({ length: count }, () => {
    const high = random() ** 1.3;
    return {
      x: random() * plan.width,
      y: high * horizon * plan.height,
      radius: plan.unit * between(random, 0.0007, 0.0021),
      share: between(random, 0.25, 0.95) * (1 - high * 0.8),
    };
  });
  return [dots(list, colourOf(plan.palette.light))];
}

/** The sun or the moon, with its light around it. */
function lamp(plan: Plan, place: { readonly x: number; readonly y: number }): Layer[] {
  const random = numbers(plan, "lamp");
  const { palette, unit } = plan;
  const [x, y] = [place.x * plan.width, place.y * plan.height];
  const moon = plan.motifs.moon;
  const radius = unit * (moon ? between(random, 0.07, 0.1) : between(random, 0.1, 0.165));
  const bright = colourOf(palette.light);
  const warm = moon
    ? blend(palette.light, palette.sky[2], 0.25)
    : blend(palette.light, palette.accent, 0.45);
  const layers = [
    halo(x, y, unit * 0.85, blend(palette.light, palette.sky[2], 0.4), palette.dark ? 0.32 : 0.4),
    halo(x, y, radius * 2.3, bright, 0.4),
  ];
  if (plan.detail === 2) {
    layers.push(
      ring({ x, y, radius: radius * 1.55, thickness: unit * 0.0022, colour: bright, share: 0.35 }),
      ring({ x, y, radius: radius * 2.2, thickness: unit * 0.0016, colour: bright, share: 0.2 }),
    );
  }
  layers.push(disc({ x, y, radius, top: bright, bottom: warm, share: 1 }));
  if (!moon) return layers;
  const crater = blend(palette.light, palette.far, 0.3);
  for (let index = 0; index < byDetail(plan, [0, 4, 6]); index++) {
    const [turn, away] = [random() * Math.PI * 2, Math.sqrt(random()) * 0.68];
    const size = radius * between(random, 0.07, 0.2);
    layers.push(
      disc({
        x: x + Math.cos(turn) * away * radius,
        y: y + Math.sin(turn) * away * radius,
        radius: size,
        top: crater,
        bottom: crater,
        share: 0.4,
      }),
    );
  }
  return layers;
}

/** Long soft pills of cloud. */
function clouds(plan: Plan, horizon: number): Layer[] {
  const random = numbers(plan, "clouds");
  const colour = plan.palette.dark
    ? blend(plan.palette.sky[1], plan.palette.sky[2], 0.5)
    : blend(plan.palette.sky[2], [0.995, 0.005, 90], 0.7);
  const layers: Layer[] = [];
  for (let index = 0; index < byDetail(plan, [0, 3, 5]); index++) {
    const x = between(random, -0.05, 1.05) * plan.width;
    const y = between(random, 0.1, horizon - 0.08) * plan.height;
    const size = plan.unit * between(random, 0.06, 0.13);
    for (let puff = 0; puff < 3; puff++) {
      layers.push(
        disc({
          x: x + between(random, -1, 1) * size * 1.2,
          y: y + puff * size * 0.1,
          radius: size * between(random, 0.9, 1.9),
          radiusY: size * between(random, 0.07, 0.12),
          top: colour,
          bottom: colour,
          share: 0.34,
          softness: size * 0.1 + 1,
        }),
      );
    }
  }
  return layers;
}

/** The sea's far plane, with the light's path on it. */
function water(plan: Plan, horizon: number, lightX: number): Layer[] {
  const random = numbers(plan, "water");
  const { palette, width, height, unit } = plan;
  const level = new Float32Array(width).fill(horizon * height);
  const glints: Dot[] = Array.from({ length: byDetail(plan, [24, 60, 110]) }, () => {
    const near = random() ** 1.5;
    return {
      x: lightX * width + (random() + random() - 1) * unit * (0.1 + near * 0.34),
      y: (horizon + 0.008 + near * 0.3) * height,
      radius: unit * between(random, 0.008, 0.035) * (0.5 + near),
      radiusY: unit * (0.0009 + near * 0.0018),
      share: between(random, 0.25, 0.8),
    };
  });
  return [
    ridge({
      heights: level,
      crest: blend(palette.sky[2], palette.far, 0.55),
      foot: depthColour(palette, 0.35),
      fade: height * 0.3,
      calm: 1,
      shadow: { colour: colourOf(palette.sky[2]), reach: 1, share: 0 },
      rim: { colour: colourOf(palette.light), width: Math.max(1.5, unit * 0.003), share: 0.6 },
    }),
    dots(glints, colourOf(palette.light)),
  ];
}

/** Profiles too rough to be lit along their own line. */
const jagged: ReadonlySet<Profile> = new Set(["pines", "skyline"]);

/** The layers themselves, far to near, paling into the air behind them. */
function range(plan: Plan, profile: Profile, horizon: number): Layer[] {
  const random = numbers(plan, "range");
  const { palette, height, unit } = plan;
  const count = byDetail(plan, [3, 5, 6]);
  const start = profile === "waves" ? horizon + 0.13 : horizon;
  const shade = shadowColour(palette);
  const layers: Layer[] = [];
  const emblemAt = plan.motifs.emblem === undefined ? -1 : Math.max(1, count - 3);
  for (let index = 0; index < count; index++) {
    const depth = count === 1 ? 1 : index / (count - 1);
    const place = start + (0.93 - start) * depth ** 1.15 + between(random, -0.012, 0.012);
    // Pines and towers stand on the middle ground; the far and the very near are plain land.
    const clear = emblemAt >= 0 && index >= emblemAt - (count > 4 ? 1 : 0) && profile !== "waves";
    const own = clear || (profile === "skyline" && depth > 0.85) ? "hills" : profile;
    const crest = depthColour(palette, depth);
    const air = mixColours(crest, blend(palette.sky[2], palette.far, 0.35), 0.5 * (1 - depth));
    const heights = profileHeights(plan, own, index, depth, place * height);
    if (index === emblemAt) {
      layers.push(...emblem(plan, heights));
    }
    layers.push(
      ridge({
        heights,
        crest,
        foot: mixColours(air, crest, 0.15 + 0.5 * depth),
        fade: height * (0.1 + 0.12 * depth),
        calm: jagged.has(own) ? unit * 0.06 : 1,
        shadow: { colour: shade, reach: unit * (0.012 + 0.03 * depth), share: 0.1 + 0.14 * depth },
        rim: {
          colour: blend(lighter(palette.far, 0.1), palette.light, 0.4),
          width: Math.max(1, unit * 0.004),
          share: plan.detail === 0 ? 0 : 0.32 * (1 - depth * 0.5),
        },
      }),
    );
    if (own === "skyline" && depth > 0) layers.push(windows(plan, heights, depth));
  }
  return layers;
}

/** Lit windows on a grid, more of them the nearer the houses are. */
function windows(plan: Plan, heights: Float32Array, depth: number): Layer {
  const { unit, palette } = plan;
  const random = numbers(plan, `windows ${depth}`);
  const pitch = unit * (0.011 + 0.006 * depth);
  const lit = palette.dark ? colourOf([0.88, 0.13, 84]) : blend(palette.light, palette.far, 0.25);
  const share = Array.from({ length: 1021 }, () =>
    random() < 0.22 ? between(random, 0.35, 0.95) * (0.4 + 0.6 * depth) : 0,
  );
  return {
    top: 0,
    bottom: plan.height,
    paint(y, row) {
      const floor = Math.floor(y / pitch);
      if (y / pitch - floor > 0.62) return;
      for (let x = 0; x < plan.width; x++) {
        const column = Math.floor(x / pitch);
        if (x / pitch - column > 0.48) continue;
        const strength = share[(floor * 89 + column * 31) % 1021] ?? 0;
        // The wall must reach over the whole window, on both of its sides.
        const roof = Math.max(
          heights[Math.floor(column * pitch - pitch * 0.3)] ?? Infinity,
          heights[Math.ceil((column + 0.8) * pitch)] ?? Infinity,
        );
        if (strength > 0 && floor * pitch > roof + pitch * 0.7) over(row, x * 3, lit, strength);
      }
    },
  };
}

function snow(plan: Plan): Layer {
  const random = numbers(plan, "snow");
  const flakes = Array.from({ length: byDetail(plan, [50, 120, 200]) }, () => ({
    x: random() * plan.width,
    y: random() * plan.height,
    radius: plan.unit * (0.0012 + 0.0045 * random() ** 3),
    share: between(random, 0.4, 0.95),
  }));
  return dots(flakes, [1, 1, 1]);
}
