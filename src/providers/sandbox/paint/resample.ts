import type { Raster } from "../../../core/picture.ts";
import type { Region } from "./label.ts";

/** For each output place: the first input place and the weights from there on, summing to 1. */
interface Taps {
  readonly first: Int32Array;
  readonly weights: readonly Float32Array[];
}

/** A triangle filter: bilinear when growing, and wide enough to miss no pixel when shrinking. */
function tapsOf(from: number, length: number, inputLength: number, outputLength: number): Taps {
  const scale = length / outputLength;
  const reach = Math.max(1, scale);
  const first = new Int32Array(outputLength);
  const weights = Array.from({ length: outputLength }, (_, index) => {
    const centre = from + (index + 0.5) * scale - 0.5;
    const low = Math.max(0, Math.ceil(centre - reach));
    const high = Math.min(inputLength - 1, Math.floor(centre + reach));
    first[index] = Math.min(low, high);
    const list = new Float32Array(Math.max(1, high - low + 1));
    let sum = 0;
    for (let at = 0; at < list.length; at++) {
      list[at] = Math.max(1e-6, 1 - Math.abs(low + at - centre) / reach);
      sum += list[at] ?? 0;
    }
    return list.map((weight) => weight / sum);
  });
  return { first, weights };
}

/** The part of a raster that has the proportions asked for and is as large as can be, from its middle. */
export function coverRegion(raster: Raster, width: number, height: number): Region {
  const scale = Math.min(raster.width / width, raster.height / height);
  const [wide, high] = [width * scale, height * scale];
  return {
    left: (raster.width - wide) / 2,
    top: (raster.height - high) / 2,
    width: wide,
    height: high,
  };
}

/**
 * Scales one region of a raster to a size. Colours are weighted by their alpha, so that what lies
 * hidden under transparent pixels does not bleed. The same size gives the same pixels.
 */
export function resample(raster: Raster, region: Region, width: number, height: number): Raster {
  if (
    region.width === width &&
    region.height === height &&
    raster.width === width &&
    raster.height === height
  ) {
    return raster;
  }
  const across = tapsOf(region.left, region.width, raster.width, width);
  const down = tapsOf(region.top, region.height, raster.height, height);
  const rgba = new Uint8Array(width * height * 4);
  const line = new Float32Array(raster.width * 4);
  for (let y = 0; y < height; y++) {
    gatherLine(raster, line, down.first[y] ?? 0, down.weights[y] ?? new Float32Array(0));
    for (let x = 0; x < width; x++) {
      const first = (across.first[x] ?? 0) * 4;
      const weights = across.weights[x] ?? new Float32Array(0);
      let [red, green, blue, alpha] = [0, 0, 0, 0];
      for (let tap = 0; tap < weights.length; tap++) {
        const weight = weights[tap] ?? 0;
        const at = first + tap * 4;
        red += (line[at] ?? 0) * weight;
        green += (line[at + 1] ?? 0) * weight;
        blue += (line[at + 2] ?? 0) * weight;
        alpha += (line[at + 3] ?? 0) * weight;
      }
      const to = (y * width + x) * 4;
      const full = alpha > 0 ? 255 / alpha : 0;
      rgba[to] = Math.min(255, red * full + 0.5);
      rgba[to + 1] = Math.min(255, green * full + 0.5);
      rgba[to + 2] = Math.min(255, blue * full + 0.5);
      rgba[to + 3] = Math.min(255, alpha + 0.5);
    }
  }
  return { width, height, rgba };
}

/** Several input rows as one, colours multiplied by alpha. */
function gatherLine(
  raster: Raster,
  line: Float32Array,
  first: number,
  weights: Float32Array,
): void {
  line.fill(0);
  for (let tap = 0; tap < weights.length; tap++) {
    const weight = weights[tap] ?? 0;
    const start = (first + tap) * raster.width * 4;
    for (let at = 0; at < line.length; at += 4) {
      const alpha = (raster.rgba[start + at + 3] ?? 0) * weight;
      const share = alpha / 255;
      line[at] = (line[at] ?? 0) + (raster.rgba[start + at] ?? 0) * share;
      line[at + 1] = (line[at + 1] ?? 0) + (raster.rgba[start + at + 1] ?? 0) * share;
      line[at + 2] = (line[at + 2] ?? 0) + (raster.rgba[start + at + 2] ?? 0) * share;
      line[at + 3] = (line[at + 3] ?? 0) + alpha;
    }
  }
}

/** Scaled and cropped to fill a size. */
export function cover(raster: Raster, width: number, height: number): Raster {
  return resample(raster, coverRegion(raster, width, height), width, height);
}

/** Scaled down to a longest edge, never up. */
export function shrink(raster: Raster, edgeMax: number): Raster {
  const scale = Math.min(1, edgeMax / Math.max(raster.width, raster.height));
  const whole = { left: 0, top: 0, width: raster.width, height: raster.height };
  const width = Math.max(1, Math.round(raster.width * scale));
  const height = Math.max(1, Math.round(raster.height * scale));
  return resample(raster, whole, width, height);
}
