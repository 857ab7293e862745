/** OKLCH: lightness 0 to 1, chroma 0 to about 0.3, hue in degrees. */
export type Lch = readonly [lightness: number, chroma: number, hue: number];

/** sRGB with its usual transfer curve, each channel 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number];

type Lab = readonly [lightness: number, a: number, b: number];

function labOf([lightness, chroma, hue]: Lch): Lab {
  const angle = (hue * Math.PI) / 180;
  return [lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)];
}

/** Björn Ottosson's OKLab to linear sRGB; channels outside 0 to 1 are colours that sRGB lacks. */
function linearOf([lightness, a, b]: Lab): Colour {
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ];
}

function encode(linear: number): number {
  const inside = Math.min(1, Math.max(0, linear));
  return inside <= 0.0031308 ? inside * 12.92 : 1.055 * inside ** (1 / 2.4) - 0.055;
}

/** Chroma is lowered until sRGB has the colour, so that lightness and hue stay what they were. */
function colourOfLab([lightness, a, b]: Lab): Colour {
  for (let share = 1; share > 0; share -= 0.1) {
    const linear = linearOf([lightness, a * share, b * share]);
    if (Math.min(...linear) >= -0.004 && Math.max(...linear) <= 1.004) {
      return [encode(linear[0]), encode(linear[1]), encode(linear[2])];
    }
  }
  const grey = encode(lightness ** 3);
  return [grey, grey, grey];
}

export function colourOf(lch: Lch): Colour {
  return colourOfLab(labOf(lch));
}

/** A colour between two, mixed where eyes find the middle in the middle. */
export function blend(from: Lch, to: Lch, share: number): Colour {
  const [one, two] = [labOf(from), labOf(to)];
  return colourOfLab([
    one[0] + (two[0] - one[0]) * share,
    one[1] + (two[1] - one[1]) * share,
    one[2] + (two[2] - one[2]) * share,
  ]);
}

/** Evenly spaced stops as a table of `steps` colours, three numbers each. */
export function gradient(stops: readonly [Lch, ...Lch[]], steps: number): Float32Array {
  const table = new Float32Array(steps * 3);
  for (let step = 0; step < steps; step++) {
    const place = (step / Math.max(1, steps - 1)) * (stops.length - 1);
    const index = Math.min(Math.floor(place), stops.length - 1);
    const from = stops[index] ?? stops[0];
    table.set(blend(from, stops[index + 1] ?? from, place - index), step * 3);
  }
  return table;
}

export function mixColours(from: Colour, to: Colour, share: number): Colour {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}
