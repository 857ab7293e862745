import { PinholeError } from "../../core/errors.ts";
import type { Target } from "../../core/channel.ts";
import type { ModelCard, SizeRule } from "../../core/model-card.ts";
import { type ImageRequest, parseSize, type Size, sizeText } from "../../core/request.ts";
import type { Complain, FitPolicy } from "./terms.ts";

export interface FittedSize {
  /** What the upstream is asked for. */
  readonly size: Size | "auto" | undefined;
  /** The ratio and resolution words for models that take those. */
  readonly ratio: string | undefined;
  readonly tier: string | undefined;
  /** What the gateway must make of the result. */
  readonly resampleTo: Size | undefined;
}

const asMade = { ratio: undefined, tier: undefined, resampleTo: undefined } as const;

/**
 * The size to ask the model for. Strict cards refuse a size they do not make; others get the nearest
 * one, resampled to the asked size where the operator allows it, else with a warning.
 */
export function fitSize(
  request: ImageRequest,
  target: Target,
  policy: FitPolicy,
  complain: Complain,
): FittedSize {
  const { card } = target;
  const asked = request.size;
  if (card === undefined) return fitOpen(asked, target, request, policy, complain);
  const words = sizesOf(card, request);
  if (asked === undefined || asked === "auto") return fitAuto(asked, card, words, request);
  if (
    words.includes(sizeText(asked)) ||
    (card.size_rule !== undefined && fitsRule(asked, card.size_rule))
  ) {
    return { size: asked, ...asMade };
  }
  if (card.strict) throw wrongSize(asked, card, words, request.model);
  return nearestSize(asked, card, words, request, policy, complain);
}

/** A model without a card is asked for whatever size came, unless the channel sends none. */
function fitOpen(
  asked: Size | "auto" | undefined,
  target: Target,
  request: ImageRequest,
  policy: FitPolicy,
  complain: Complain,
): FittedSize {
  if (asked === undefined || asked === "auto" || target.takes("size"))
    return { size: asked, ...asMade };
  if (policy.resample) return { size: undefined, ...asMade, resampleTo: asked };
  complain("size", "adjusted_value", `${request.model} takes no size; it makes its own.`);
  return { size: undefined, ...asMade };
}

function sizesOf(card: ModelCard, request: ImageRequest): readonly string[] {
  return (request.operation === "generation" ? card.sizes : (card.edit_sizes ?? card.sizes)) ?? [];
}

function fitAuto(
  asked: "auto" | undefined,
  card: ModelCard,
  words: readonly string[],
  request: ImageRequest,
): FittedSize {
  if (asked === "auto" && words.includes("auto")) return { size: "auto", ...asMade };
  if (asked === "auto" && card.strict) throw wrongSize("auto", card, words, request.model);
  // On edits, a model that was not told a size keeps the input's; a default would change it.
  const word =
    request.operation === "edit" && card.edit_sizes === undefined && !card.strict
      ? undefined
      : card.size_default;
  const size = word === undefined || word === "auto" ? undefined : parseSize(word);
  return { size, ...asMade };
}

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

function nearestSize(
  asked: Size,
  card: ModelCard,
  words: readonly string[],
  request: ImageRequest,
  policy: FitPolicy,
  complain: Complain,
): FittedSize {
  const ratio = card.ratios === undefined ? undefined : nearestRatio(asked, card.ratios);
  const tier = card.tiers === undefined ? undefined : nearestTier(asked, card.tiers);
  const size = ratio === undefined ? nearestOf(asked, words, card.size_rule) : asked;
  const resampleTo = policy.resample ? asked : undefined;
  if (resampleTo === undefined && !(ratio !== undefined && sameRatio(asked, ratio))) {
    const shape = ratio === undefined ? undefined : `aspect ratio ${ratio}`;
    const made = shape ?? (size === undefined ? "its own size" : sizeText(size));
    complain(
      "size",
      "adjusted_value",
      `${request.model} does not make ${sizeText(asked)}; it was asked for ${made}.`,
    );
  }
  return { size, ratio, tier, resampleTo };
}

/** The word of the resolution whose megapixels are nearest by ratio. */
function nearestTier(asked: Size, tiers: NonNullable<ModelCard["tiers"]>): string | undefined {
  const megapixels = (asked.width * asked.height) / 1_000_000;
  const gap = (tier: { readonly megapixels: number }): number =>
    Math.abs(Math.log(tier.megapixels / megapixels));
  return tiers.toSorted((a, b) => gap(a) - gap(b))[0]?.word;
}

/** The listed or free size nearest to the asked one: by aspect ratio first, then by area. */
function nearestOf(
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

function ratioValue(word: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(word);
  return match === null ? undefined : Number(match[1]) / Number(match[2]);
}

/** The listed ratio word with the smallest |log(r/r')|. Words that are no ratio (match_input_image) are skipped. */
export function nearestRatio(asked: Size, words: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestGap = Infinity;
  for (const word of words) {
    const value = ratioValue(word);
    if (value === undefined) continue;
    const gap = Math.abs(Math.log(asked.width / asked.height / value));
    if (gap < bestGap - 1e-9) {
      best = word;
      bestGap = gap;
    }
  }
  return best;
}

function sameRatio(asked: Size, word: string): boolean {
  const value = ratioValue(word);
  return value !== undefined && Math.abs(Math.log(asked.width / asked.height / value)) < 0.005;
}

function wrongSize(
  asked: Size | "auto",
  card: ModelCard,
  words: readonly string[],
  model: string,
): PinholeError {
  const rule = card.size_rule;
  const free =
    rule === undefined
      ? ""
      : `${words.length > 0 ? ", or " : ""}WIDTHxHEIGHT with both sides divisible by ${rule.multiple}, edges up to ${rule.edge_max}, an aspect of at most ${rule.aspect_max}:1 and ${rule.pixels_min} to ${rule.pixels_max} pixels`;
  const sent = asked === "auto" ? "auto" : sizeText(asked);
  return new PinholeError("invalid_value", {
    message: `\`size\` must be ${words.length > 1 ? "one of " : ""}${words.join(", ")}${free} for ${model}; you sent ${sent}.`,
    param: "size",
  });
}
