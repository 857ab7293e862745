import type { Target } from "../../core/channel.ts";
import { type ModelCard, ratioValue } from "../../core/model-card.ts";
import { type ImageRequest, parseSize, type Size, sizeText } from "../../core/request.ts";
import { nearestRatio } from "../../core/nearest-ratio.ts";
import { ratioOf } from "./ratio.ts";
import { fitsRule, nearestOf, nearestTier, sameShape } from "./nearest-size.ts";
import type { Complain, FitPolicy } from "./terms.ts";
import { wrongSize } from "./wrong-size.ts";

/** The size of one upstream call, in the words that the model takes. */
export interface FittedSize {
  /** The size that the upstream is asked for. */
  readonly size: Size | "auto" | undefined;
  /** The ratio and resolution words for models that take those. */
  readonly ratio: string | undefined;
  readonly tier: string | undefined;
  /** The size that the gateway must make of the result. */
  readonly resampleTo: Size | undefined;
}

const asMade = { ratio: undefined, tier: undefined, resampleTo: undefined } as const;

/**
 * The size to ask the model for. Strict cards refuse a size they do not make; others get the nearest
 * one, resampled to the asked size where the operator allows it, else with a warning. `aspect_ratio`
 * becomes the ratio or the size that the card has for it.
 */
export function fitSize(
  request: ImageRequest,
  target: Target,
  policy: FitPolicy,
  complain: Complain,
): FittedSize {
  const { card } = target;
  if (card === undefined) return passOn(request, target, policy, complain);
  const words = sizesOf(card, request);
  const shape = ratioOf(request, card);
  if (shape !== undefined && card.ratios !== undefined) {
    return fitRatio(shape, card.ratios, { request, card, policy, complain });
  }
  const asked = request.size;
  if (asked === undefined || asked === "auto") {
    if (shape === undefined) return fitUnsaid(asked, card, words, request);
    return sizeOfShape(shape, card, words, request, complain);
  }
  if (shape !== undefined && !sameShape(asked, shape.value)) {
    complain(
      "aspect_ratio",
      "unsupported_parameter",
      `\`aspect_ratio\` was left out, since \`size\` says the shape.`,
    );
  }
  if (namesNoSize(card)) return passOn(request, target, policy, complain);
  if (
    words.includes(sizeText(asked)) ||
    (card.size_rule !== undefined && fitsRule(asked, card.size_rule))
  ) {
    return { size: asked, ...asMade };
  }
  if (card.strict) throw wrongSize(asked, card, words, request.model);
  return nearestSize(asked, card, words, request, policy, complain);
}

/** True for a card that has no list of sizes: its author need not have meant that the model takes none. */
function namesNoSize({ sizes, edit_sizes, size_rule, ratios, tiers }: ModelCard): boolean {
  return [sizes, edit_sizes, size_rule, ratios, tiers].every((one) => one === undefined);
}

/** The size as it came, unless it cannot reach the upstream. */
function passOn(
  { size: asked, model }: ImageRequest,
  target: Target,
  policy: FitPolicy,
  complain: Complain,
): FittedSize {
  if (asked === undefined || asked === "auto" || target.takes("size"))
    return { size: asked, ...asMade };
  if (policy.resample) return { size: undefined, ...asMade, resampleTo: asked };
  complain("size", "adjusted_value", `${model} takes no size; it makes its own.`);
  return { size: undefined, ...asMade };
}

function sizesOf(card: ModelCard, request: ImageRequest): readonly string[] {
  return (request.operation === "generation" ? card.sizes : (card.edit_sizes ?? card.sizes)) ?? [];
}

/** The size of a model where none is said and a card has none of its own. */
const usualSize: Size = { width: 1024, height: 1024 };

/** The card's default, which is said aloud; else of a generation 1024x1024 where the card allows it, of an edit its input's size. */
function fitUnsaid(
  asked: "auto" | undefined,
  card: ModelCard,
  words: readonly string[],
  request: ImageRequest,
): FittedSize {
  if (asked === "auto" && words.includes("auto")) return { size: "auto", ...asMade };
  if (asked === "auto" && card.strict) throw wrongSize("auto", card, words, request.model);
  if (card.size_default !== undefined && isOfOperation(card.size_default, card, words)) {
    // `auto` is said by saying nothing.
    return { size: parseSize(card.size_default), ...asMade };
  }
  const wanted = request.operation === "generation" ? usualSize : request.images[0];
  if (wanted === undefined || (words.length === 0 && card.size_rule === undefined)) {
    return { size: undefined, ...asMade };
  }
  const { width, height } = wanted;
  const fits =
    words.includes(sizeText(wanted)) ||
    (card.size_rule !== undefined && fitsRule(wanted, card.size_rule));
  if (fits) return { size: { width, height }, ...asMade };
  // Another square than the usual one is no default of anybody's; an input's shape is what an edit keeps.
  const nearest =
    request.operation === "generation" ? undefined : nearestOf(wanted, words, card.size_rule);
  return { size: nearest, ...asMade };
}

/** True for a default that the operation takes: a card may list other sizes for edits. */
function isOfOperation(word: string, card: ModelCard, words: readonly string[]): boolean {
  const size = parseSize(word);
  return (
    size === undefined ||
    words.length === 0 ||
    words.includes(word) ||
    (card.size_rule !== undefined && fitsRule(size, card.size_rule))
  );
}

/** The facts that ratios are fitted with. */
interface Fitting {
  readonly request: ImageRequest;
  readonly card: ModelCard;
  readonly policy: FitPolicy;
  readonly complain: Complain;
}

/** The ratio that was asked for by name, in the card's word; the resolution is the asked size's. */
function fitRatio(
  shape: { readonly word: string; readonly value: number },
  ratios: readonly string[],
  { request, card, policy, complain }: Fitting,
): FittedSize {
  const same = ratios.find((word) => word === shape.word);
  const ratio = same ?? nearestRatio({ width: shape.value, height: 1 }, ratios);
  if (ratio !== undefined && !sameShape({ width: shape.value, height: 1 }, ratioValue(ratio))) {
    complain(
      "aspect_ratio",
      "adjusted_value",
      `${request.model} does not make ${shape.word}; it was asked for aspect ratio ${ratio}.`,
    );
  }
  const size = request.size === "auto" ? undefined : request.size;
  if (size === undefined) return { ...asMade, size, ratio };
  const isSame = sameShape(size, shape.value);
  if (!isSame) {
    complain(
      "size",
      "adjusted_value",
      `${request.model} was asked for aspect ratio ${ratio ?? shape.word}, not for ${sizeText(size)}, since \`aspect_ratio\` says the shape.`,
    );
  }
  const tier = card.tiers === undefined ? undefined : nearestTier(size, card.tiers);
  return { size, ratio, tier, resampleTo: policy.resample && isSame ? size : undefined };
}

/** The size of a model without ratios that has the asked shape, about as large as its default. */
function sizeOfShape(
  shape: { readonly word: string; readonly value: number },
  card: ModelCard,
  words: readonly string[],
  request: ImageRequest,
  complain: Complain,
): FittedSize {
  const usual = parseSize(card.size_default ?? "") ?? usualSize;
  const area = usual.width * usual.height;
  const wanted = {
    width: Math.sqrt(area * shape.value),
    height: Math.sqrt(area / shape.value),
  };
  const size = nearestOf(wanted, words, card.size_rule);
  if (size === undefined) {
    complain(
      "aspect_ratio",
      "unsupported_parameter",
      `${request.model} has no \`aspect_ratio\`; it was left out.`,
    );
  } else if (!sameShape(size, shape.value)) {
    complain(
      "aspect_ratio",
      "adjusted_value",
      `${request.model} does not make ${shape.word}; it was asked for ${sizeText(size)}.`,
    );
  }
  return { size, ...asMade };
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
  const isSameRatio = ratio !== undefined && sameShape(asked, ratioValue(ratio));
  if (resampleTo === undefined && !isSameRatio) {
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
