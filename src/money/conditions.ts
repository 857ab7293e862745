import type { CallConditions, Conditions, OptionValue } from "../core/price.ts";
import { readDecimal } from "../core/rational.ts";
import { sizeText } from "../core/request.ts";
import type { PricedCall, PricedPicture, Span } from "./facts.ts";

/** Whether a condition holds. `maybe`: it depends on what is not known yet. */
export type Verdict = "yes" | "no" | "maybe";

/** Named resolutions, with about how many millions of pixels each has. */
export type Tiers = readonly { readonly word: string; readonly megapixels: number }[];

/** Whether all of several things hold. */
function all(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("no")) return "no";
  return verdicts.includes("maybe") ? "maybe" : "yes";
}

/** Whether a call is of the kind that conditions describe. */
export function callFits(conditions: CallConditions | undefined, call: PricedCall): boolean {
  if (conditions === undefined) return true;
  const { operation, options, settings, from, until } = conditions;
  if (operation !== undefined && ![operation].flat().includes(call.operation)) return false;
  if (from !== undefined || until !== undefined) {
    const day = new Date(call.at).toISOString().slice(0, 10);
    if (from !== undefined && day < from) return false;
    if (until !== undefined && day >= until) return false;
  }
  return (
    namesFit(options, (name) => call.option(name)) &&
    namesFit(settings, (name) => call.setting(name))
  );
}

function namesFit(
  wanted: Readonly<Record<string, OptionValue | readonly OptionValue[]>> | undefined,
  valueOf: (name: string) => unknown,
): boolean {
  return Object.entries(wanted ?? {}).every(([name, values]) => {
    const value = valueOf(name);
    return [values].flat().some((one) => isValue(one, value));
  });
}

/** True where a value is the one meant; null means one that is not set, `*` any that is. */
function isValue(meant: OptionValue, value: unknown): boolean {
  if (meant === null) return !isSet(value);
  if (typeof meant !== "string") return meant === value;
  if (meant === "*") return isSet(value);
  return typeof value === "string" && isLike(meant.split("*"), value);
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

/** True where a text is the pieces of a pattern in order, with anything between them. */
function isLike([first = "", ...rest]: readonly string[], text: string): boolean {
  if (!text.startsWith(first)) return false;
  const last = rest.pop();
  if (last === undefined) return text === first;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.length - at >= last.length && text.endsWith(last);
}

/** Whether conditions hold for a picture of a call; without a picture, for every picture of it. */
export function conditionsHold(
  conditions: Conditions | undefined,
  call: PricedCall,
  picture: PricedPicture | undefined,
  tiers: Tiers | undefined,
): Verdict {
  if (conditions === undefined) return "yes";
  if (!callFits(conditions, call)) return "no";
  if (picture !== undefined) return pictureFits(conditions, picture, tiers);
  if (!isAboutPictures(conditions)) return "yes";
  const verdicts = new Set(call.pictures.map((one) => pictureFits(conditions, one, tiers)));
  const [only = "maybe"] = verdicts;
  return verdicts.size === 1 ? only : "maybe";
}

function isAboutPictures(conditions: Conditions): boolean {
  const { size, resolution, quality, format, pixels_max, pixels_above } = conditions;
  return [size, resolution, quality, format, pixels_max, pixels_above].some(
    (condition) => condition !== undefined,
  );
}

function pictureFits(
  { size, resolution, quality, format, pixels_max, pixels_above }: Conditions,
  picture: PricedPicture,
  tiers: Tiers | undefined,
): Verdict {
  return all([
    quality === undefined ? "yes" : isWord(quality, picture.quality),
    format === undefined ? "yes" : isWord(format, picture.format),
    size === undefined ? "yes" : hasSize([size].flat(), picture),
    resolution === undefined ? "yes" : hasResolution([resolution].flat(), picture, tiers),
    pixels_max === undefined ? "yes" : isAtMost(picture.pixels, pixels_max),
    pixels_above === undefined ? "yes" : not(isAtMost(picture.pixels, pixels_above)),
  ]);
}

function not(verdict: Verdict): Verdict {
  if (verdict === "maybe") return "maybe";
  return verdict === "yes" ? "no" : "yes";
}

function isWord(words: string | readonly string[], said: string | undefined | null): Verdict {
  if (said === null) return "maybe";
  return said !== undefined && [words].flat().includes(said) ? "yes" : "no";
}

function hasSize(sizes: readonly string[], { width, height }: PricedPicture): Verdict {
  if (width.least === width.most && height.least === height.most)
    return sizes.includes(sizeText({ width: width.least, height: height.least })) ? "yes" : "no";
  return sizes.some((text) => {
    const [across = 0, down = 0] = text.split("x").map(Number);
    return isWithin(across, width) && isWithin(down, height);
  })
    ? "maybe"
    : "no";
}

function isWithin(value: number, span: Span): boolean {
  return value >= span.least && value <= span.most;
}

function isAtMost(pixels: Span, most: number | string): Verdict {
  const limit = readDecimal(most);
  if (limit === undefined) return "no";
  const fits = (count: number): boolean => BigInt(count) * limit.below <= limit.above;
  if (fits(pixels.most)) return "yes";
  return fits(pixels.least) ? "maybe" : "no";
}

/**
 * Whether a picture is of one of the named resolutions: that which is nearest to its pixels by ratio. While these
 * are not known the word that the upstream was asked for counts; so it does where nothing says how large a word is.
 */
function hasResolution(
  words: readonly string[],
  { pixels, resolution }: PricedPicture,
  tiers: Tiers | undefined,
): Verdict {
  const isMeasured = pixels.least === pixels.most;
  if (tiers === undefined || (!isMeasured && resolution !== undefined)) {
    if (resolution === undefined) return isMeasured ? "no" : "maybe";
    return words.includes(resolution) ? "yes" : "no";
  }
  const low = nearest(pixels.least, tiers);
  const high = nearest(pixels.most, tiers);
  const possible = tiers.filter(
    ({ megapixels }) => megapixels >= low.megapixels && megapixels <= high.megapixels,
  );
  const fitting = possible.filter(({ word }) => words.includes(word));
  if (fitting.length === 0) return "no";
  return fitting.length === possible.length ? "yes" : "maybe";
}

function nearest(pixels: number, tiers: Tiers): { readonly megapixels: number } {
  const gap = (megapixels: number): number =>
    Math.abs(Math.log((megapixels * 1_000_000) / Math.max(1, pixels)));
  return tiers.reduce((best, tier) => (gap(tier.megapixels) < gap(best.megapixels) ? tier : best));
}
