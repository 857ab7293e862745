import type { ModelCard } from "../../core/model-card.ts";
import { parseSize, type Size } from "../../core/request.ts";
import type { PricedPicture, Span } from "../../money/facts.ts";
import type { Plan } from "./terms.ts";

/** Sides of a picture of which nothing is known beforehand, at most. Pixels. */
const unsaidEdgeMax = 2048;

/** The factor by which pictures of a named resolution may differ from its megapixels, since their shapes differ. */
const shapeSlack = 1.25;

type Pixels = Pick<PricedPicture, "width" | "height" | "pixels">;

/** A picture that a plan will make, as far as it is known before it is made. */
export function expectedPicture({ target, request }: Plan): PricedPicture {
  const { card } = target;
  const { quality, tier, output_format: format } = request;
  return {
    ...expectedPixels(request, card),
    resolution: tier,
    quality: quality === undefined || quality === "auto" ? null : quality,
    format: format ?? card?.formats[0] ?? null,
  };
}

/** The pixels that a request to a model will be answered with, as far as the card tells. */
export function expectedPixels(
  { operation, size, ratio, tier }: Pick<Plan["request"], "operation" | "size" | "ratio" | "tier">,
  card: ModelCard | undefined,
): Pixels {
  if (size !== undefined && size !== "auto" && ratio === undefined) return ofSizes([size]);
  const named = card?.tiers?.filter(({ word }) => tier === undefined || word === tier) ?? [];
  if (named.length > 0) return ofMegapixels(named.map(({ megapixels }) => megapixels));
  const rule = card?.size_rule;
  const words = (operation === "generation" ? undefined : card?.edit_sizes) ?? card?.sizes ?? [];
  const listed = words.flatMap((word) => parseSize(word) ?? []);
  if (rule !== undefined) {
    const edge = { least: rule.edge_min, most: rule.edge_max };
    const free = {
      width: edge,
      height: edge,
      pixels: { least: rule.pixels_min, most: rule.pixels_max },
    };
    return listed.length === 0 ? free : around(free, ofSizes(listed));
  }
  if (listed.length > 0) return ofSizes(listed);
  const edge = { least: 1, most: unsaidEdgeMax };
  return { width: edge, height: edge, pixels: { least: 1, most: unsaidEdgeMax ** 2 } };
}

function ofSizes(sizes: readonly Size[]): Pixels {
  return {
    width: spanOf(sizes.map(({ width }) => width)),
    height: spanOf(sizes.map(({ height }) => height)),
    pixels: spanOf(sizes.map(({ width, height }) => width * height)),
  };
}

function ofMegapixels(megapixels: readonly number[]): Pixels {
  const { least, most } = spanOf(megapixels);
  const pixels = {
    least: Math.floor((least * 1_000_000) / shapeSlack),
    most: Math.ceil(most * 1_000_000 * shapeSlack),
  };
  return {
    width: { least: 1, most: pixels.most },
    height: { least: 1, most: pixels.most },
    pixels,
  };
}

function around(a: Pixels, b: Pixels): Pixels {
  const both = (one: Span, other: Span): Span =>
    spanOf([one.least, one.most, other.least, other.most]);
  return {
    width: both(a.width, b.width),
    height: both(a.height, b.height),
    pixels: both(a.pixels, b.pixels),
  };
}

function spanOf(values: readonly number[]): Span {
  return { least: Math.min(...values), most: Math.max(...values) };
}
