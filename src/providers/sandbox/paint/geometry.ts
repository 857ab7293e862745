import { over, type Layer } from "./canvas.ts";
import { blend, colourOf, mixColours, type Colour } from "./colour.ts";
import { byDetail, depthColour, numbers, shadowColour, sky, type Plan } from "./plan.ts";
import { between, fractalNoise, pick, type Random, seedFor } from "./random.ts";
import { disc, dots, halo, ring } from "./shapes.ts";
import { ribbon } from "./surfaces.ts";

/** Planets, rings and the circles they run on. */
export function orbits(plan: Plan): Layer[] {
  const random = numbers(plan, "orbits");
  const { palette, unit, width, height } = plan;
  const centre = { x: width * between(random, 0.4, 0.6), y: height * between(random, 0.4, 0.5) };
  const great = unit * between(random, 0.19, 0.25);
  const bright = colourOf(palette.light);
  const dust = Array.from({ length: byDetail(plan, [40, 120, 220]) }, () => ({
    x: random() * width,
    y: random() * height,
    radius: unit * (0.0007 + 0.0017 * random() ** 3),
    share: between(random, 0.2, 0.9),
  }));
  const layers = [
    sky(plan, 0.5),
    dots(dust, palette.dark ? bright : depthColour(palette, 0.4)),
    halo(centre.x, centre.y, unit * 0.9, blend(palette.sky[2], palette.light, 0.3), 0.35),
  ];
  const line = palette.dark ? bright : depthColour(palette, 0.7);
  const moons: Layer[] = [];
  for (let index = 0; index < byDetail(plan, [2, 4, 5]); index++) {
    const radius = great * 1.62 + unit * (0.09 * index + 0.02 * random());
    layers.push(
      ring({ ...centre, radius, thickness: Math.max(1, unit * 0.0018), colour: line, share: 0.32 }),
    );
    const angle = random() * Math.PI * 2;
    const place = {
      x: centre.x + Math.cos(angle) * radius,
      y: centre.y + Math.sin(angle) * radius,
    };
    const colours: Colour[] = [
      colourOf(palette.accent),
      bright,
      colourOf(palette.far),
      colourOf(palette.sky[2]),
    ];
    moons.push(
      ...planet(plan, place, unit * between(random, 0.014, 0.042), colours[index % 4] ?? bright),
    );
  }
  const tilt = between(random, 0.18, 0.3);
  const band = (frontOnly: boolean) =>
    [0, 1, 2].slice(0, 1 + plan.detail).map((index) =>
      ring({
        ...centre,
        radius: great * (1.34 + 0.15 * index),
        thickness: great * (index === 1 ? 0.11 : 0.045),
        colour: index === 1 ? blend(palette.light, palette.accent, 0.4) : bright,
        share: 0.85 - 0.2 * index,
        squeeze: tilt,
        frontOnly,
      }),
    );
  const body = blend(palette.accent, palette.light, 0.25);
  return [...layers, ...band(false), ...planet(plan, centre, great, body), ...band(true), ...moons];
}

/** A ball lit from the upper left. */
function planet(
  plan: Plan,
  place: { x: number; y: number },
  radius: number,
  colour: Colour,
): Layer[] {
  const dark = mixColours(colour, shadowColour(plan.palette), 0.72);
  const layers = [
    disc({ ...place, radius, top: colour, bottom: mixColours(colour, dark, 0.35), share: 1 }),
  ];
  if (radius < 6) return layers;
  const night: Layer = {
    top: Math.floor(place.y - radius),
    bottom: Math.ceil(place.y + radius),
    paint(y, row) {
      const down = (y - place.y) / radius;
      const last = Math.min(row.length / 3 - 1, Math.ceil(place.x + radius));
      for (let x = Math.max(0, Math.floor(place.x - radius)); x <= last; x++) {
        const across = (x - place.x) / radius;
        const edge = Math.min(
          1,
          Math.max(0, (1 - Math.sqrt(across * across + down * down)) * radius + 0.5),
        );
        const away = Math.min(
          1,
          Math.max(0, Math.sqrt((across + 0.42) ** 2 + (down + 0.46) ** 2) - 0.5),
        );
        if (edge > 0) over(row, x * 3, dark, away * away * (3 - 2 * away) * edge);
      }
    },
  };
  return [...layers, night];
}

/** Folds of silk across the picture. */
export function ribbons(plan: Plan): Layer[] {
  const random = numbers(plan, "ribbons");
  const { palette, width, height, unit } = plan;
  const count = byDetail(plan, [7, 14, 22]);
  const sway = fractalNoise(seedFor(plan.seed, "sway"), 2);
  const fold = fractalNoise(seedFor(plan.seed, "fold"), 2);
  const slant = between(random, -0.35, 0.35);
  const twist = between(random, 1.4, 2.4);
  const inks = [palette.far, palette.accent, palette.sky[2], palette.light, palette.far];
  const layers = [sky(plan, between(random, -0.6, 0.6))];
  for (let index = 0; index < count; index++) {
    const share = index / (count - 1);
    const upper = new Float32Array(width);
    const lower = new Float32Array(width);
    for (let x = 0; x < width; x++) {
      const place = x / width;
      const middle =
        0.5 +
        slant * (place - 0.5) +
        sway(place * 1.6 + share * 0.35) * 0.42 +
        (share - 0.5) * (0.3 + 0.75 * Math.abs(Math.sin(place * twist + share * 0.9)));
      const breadth = 0.05 + 0.3 * Math.abs(fold(place * 1.3 + share * 2.1));
      upper[x] = middle * height;
      lower[x] = (middle + breadth) * height;
    }
    const ink = inks[Math.floor(share * (inks.length - 1))] ?? palette.far;
    const next = inks[Math.ceil(share * (inks.length - 1))] ?? palette.far;
    layers.push(
      ribbon({
        upper,
        lower,
        left: blend(ink, next, share * 4 - Math.floor(share * 4)),
        right: blend(next, palette.near, 0.25 + 0.3 * Math.sin(share * 9)),
        share: 0.62,
        thread: { colour: colourOf(palette.light), width: Math.max(1, unit * 0.0016), share: 0.3 },
      }),
    );
  }
  return layers;
}

type Shape = "quarter" | "circle" | "half" | "leaf" | "rings" | "plain";

/** One tile of the quilt: its shape, its turn in quarters, and its two colours. */
interface Tile {
  readonly shape: Shape;
  readonly turn: number;
  readonly ground: Colour;
  readonly figure: Colour;
  readonly second: Colour;
}

function tileFrom(random: Random, colours: readonly [Colour, ...Colour[]]): Tile {
  const ground = pick(random, colours);
  const others = colours.filter((colour) => colour !== ground);
  const figure = pick(random, [others[0] ?? ground, ...others.slice(1)]);
  return {
    shape: pick(random, ["quarter", "quarter", "circle", "half", "leaf", "leaf", "rings", "plain"]),
    turn: Math.floor(random() * 4),
    ground,
    figure,
    second: pick(random, colours),
  };
}

/** The depth of a place of the tile inside the figure, in tile widths; -1 to 1 from the centre, turned already. */
function depthIn(shape: Shape, x: number, y: number): number {
  switch (shape) {
    case "quarter":
      return 2 - Math.hypot(x + 1, y + 1);
    case "circle":
      return 0.72 - Math.hypot(x, y);
    case "half":
      return Math.min(1 - Math.hypot(x, y), -y);
    case "leaf":
      return Math.min(2 - Math.hypot(x + 1, y + 1), 2 - Math.hypot(x - 1, y - 1));
    case "rings": {
      const far = Math.hypot(x + 1, y + 1);
      return Math.max(Math.min(2 - far, far - 1.5), Math.min(1 - far, far - 0.5));
    }
    case "plain":
      return -1;
    default:
      return shape satisfies never;
  }
}

/** Squares of paper with circles cut into them, as the Bauhaus weavers laid them out. */
export function tiles(plan: Plan): Layer[] {
  const random = numbers(plan, "tiles");
  const { palette, unit, width, height } = plan;
  const side = unit / byDetail(plan, [3, 4, 5]);
  const [columns, rows] = [Math.ceil(width / side), Math.ceil(height / side)];
  const colours: [Colour, ...Colour[]] = [
    colourOf(palette.near),
    colourOf(palette.accent),
    colourOf(palette.far),
    colourOf(palette.sky[2]),
    blend(palette.light, palette.sky[2], 0.15),
    colourOf(palette.sky[0]),
  ];
  const list = Array.from({ length: columns * rows }, () => tileFrom(random, colours));
  const [offsetX, offsetY] = [(columns * side - width) / 2, (rows * side - height) / 2];
  const shade = shadowColour(palette);
  const quilt: Layer = {
    top: 0,
    bottom: height,
    paint(y, row) {
      const down = (y + offsetY) / side;
      for (let x = 0; x < width; x++) {
        const across = (x + offsetX) / side;
        const tile = list[Math.floor(down) * columns + Math.floor(across)];
        if (tile === undefined) continue;
        let [u, v] = [(across - Math.floor(across)) * 2 - 1, (down - Math.floor(down)) * 2 - 1];
        for (let quarter = 0; quarter < tile.turn; quarter++) [u, v] = [-v, u];
        const depth = (depthIn(tile.shape, u, v) * side) / 2;
        const at = x * 3;
        over(row, at, tile.ground, 1);
        const near = 1 + depth / (side * 0.09);
        if (depth < 0.5 && near > 0) over(row, at, shade, near * near * 0.22);
        const cover = Math.min(1, Math.max(0, depth + 0.5));
        over(row, at, tile.figure, cover);
        const core = Math.min(1, Math.max(0, (0.3 - Math.hypot(u, v)) * side * 0.5 + 0.5));
        if (tile.shape === "circle") over(row, at, tile.second, core);
      }
    },
  };
  return [quilt];
}
