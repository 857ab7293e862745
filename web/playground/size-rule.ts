import type { SizeRule } from "./models.ts";

/** A width and a height in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** The part of a rule that a size breaks. */
export type SizeFault = "empty" | "multiple" | "edge" | "pixels" | "aspect";

/** The size that a text says: `1536x1024`; undefined where it is none. */
export function sizeOfText(text: string): Size | undefined {
  const [, width, height] = /^([1-9]\d*)x([1-9]\d*)$/.exec(text) ?? [];
  return width === undefined ? undefined : { width: Number(width), height: Number(height) };
}

/** The part of a rule that a size of a custom text breaks; undefined where it keeps to all. */
export function sizeFault(text: string, rule: SizeRule): SizeFault | undefined {
  const size = sizeOfText(text);
  if (size === undefined) return "empty";
  const { width, height } = size;
  const { multiple = 1, edge_min: least = 1, edge_max: most = 16_384 } = rule;
  if (width % multiple !== 0 || height % multiple !== 0) return "multiple";
  if (Math.min(width, height) < least || Math.max(width, height) > most) return "edge";
  const pixels = width * height;
  if (pixels < (rule.pixels_min ?? 1) || pixels > (rule.pixels_max ?? Infinity)) return "pixels";
  const aspect = Math.max(width, height) / Math.min(width, height);
  return aspect > (rule.aspect_max ?? Infinity) ? "aspect" : undefined;
}

const megapixel = 1024 * 1024;
const shapes = [
  [1, 1],
  [3, 2],
  [2, 3],
  [16, 9],
  [9, 16],
] as const;

/** Sizes of usual shapes that keep to a rule, of about a megapixel or as near to it as the rule lets them. */
export function usualSizes(rule: SizeRule): readonly string[] {
  const { multiple = 1, pixels_min: least = 1, pixels_max: most = Infinity } = rule;
  const pixels = Math.min(most, Math.max(least, megapixel));
  const sizes = shapes.map(([across, down]) => {
    const unit = Math.sqrt(pixels / (across * down));
    const round = (edge: number): number => Math.max(1, Math.round(edge / multiple)) * multiple;
    return `${round(across * unit)}x${round(down * unit)}`;
  });
  return [...new Set(sizes)].filter((size) => sizeFault(size, rule) === undefined);
}
