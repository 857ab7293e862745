import type { ModelCard, SizeRule } from "../../core/model-card.ts";
import { parseSize, type Size } from "../../core/request.ts";

/** True where a size is within free-size bounds. */
export function fitsRule(size: Size, rule: SizeRule): boolean {
  const { width, height } = size;
  const pixels = width * height;
  const longest = Math.max(width, height);
  const shortest = Math.min(width, height);
  return (
    width % rule.multiple === 0 &&
    height % rule.multiple === 0 &&
    longest <= rule.edge_max &&
    shortest >= rule.edge_min &&
    longest <= shortest * rule.aspect_max &&
    pixels >= rule.pixels_min &&
    pixels <= rule.pixels_max
  );
}

/** The word of the resolution whose megapixels are nearest by ratio. */
export function nearestTier(
  asked: Size,
  tiers: NonNullable<ModelCard["tiers"]>,
): string | undefined {
  const megapixels = (asked.width * asked.height) / 1_000_000;
  const gap = (tier: { readonly megapixels: number }): number =>
    Math.abs(Math.log(tier.megapixels / megapixels));
  return tiers.toSorted((a, b) => gap(a) - gap(b))[0]?.word;
}

/** The listed or free size nearest to the asked one: by aspect ratio first, then by area. */
export function nearestOf(
  asked: Size,
  words: readonly string[],
  rule: SizeRule | undefined,
): Size | undefined {
  if (rule !== undefined) {
    const bounded = intoRule(asked, rule);
    if (bounded !== undefined) return bounded;
  }
  let best: Size | undefined;
  let bestDistance = Infinity;
  for (const word of words) {
    const size = parseSize(word);
    if (size === undefined) continue;
    const ratioGap = Math.abs(Math.log((size.width * asked.height) / (size.height * asked.width)));
    const areaGap = Math.abs(Math.log((size.width * size.height) / (asked.width * asked.height)));
    const distance = ratioGap * 4 + areaGap;
    if (distance < bestDistance) {
      best = size;
      bestDistance = distance;
    }
  }
  return best;
}

/** Scales into the bounds keeping the ratio, then rounds both sides to the multiple. Undefined where that fails. */
function intoRule(asked: Size, rule: SizeRule): Size | undefined {
  const aspect = Math.min(
    Math.max(asked.width / asked.height, 1 / rule.aspect_max),
    rule.aspect_max,
  );
  const wanted = asked.width * asked.height;
  const pixels = Math.min(Math.max(wanted, rule.pixels_min), rule.pixels_max);
  let width = Math.sqrt(pixels * aspect);
  let height = width / aspect;
  const shrink = Math.min(1, rule.edge_max / Math.max(width, height));
  const grow = Math.max(1, rule.edge_min / Math.min(width * shrink, height * shrink));
  width *= shrink * grow;
  height *= shrink * grow;
  for (const round of [Math.round, Math.floor, Math.ceil]) {
    const size = {
      width: Math.max(rule.multiple, round(width / rule.multiple) * rule.multiple),
      height: Math.max(rule.multiple, round(height / rule.multiple) * rule.multiple),
    };
    if (fitsRule(size, rule)) return size;
  }
  return undefined;
}

/** True where the sides are to each other as the value says, as nearly as whole pixels can be. */
export function sameShape({ width, height }: Size, value: number | undefined): boolean {
  return value !== undefined && Math.abs(Math.log(width / height / value)) < 0.005;
}
