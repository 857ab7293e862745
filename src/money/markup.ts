import type { PriceMarkup } from "../core/price-markup.ts";
import { add, fraction, multiply, type Rational, readDecimal, zero } from "../core/rational.ts";

interface ReadMarkup {
  readonly times: Rational;
  readonly perImage: Rational;
}

const one = fraction(1);
const read = new WeakMap<PriceMarkup, ReadMarkup>();

function readMarkup(markup: PriceMarkup): ReadMarkup {
  const known = read.get(markup);
  if (known !== undefined) return known;
  const { times, per_image_usd: perImage } = markup;
  const made = {
    times: times === undefined ? one : (readDecimal(times) ?? one),
    perImage: perImage === undefined ? zero : (readDecimal(perImage) ?? zero),
  };
  read.set(markup, made);
  return made;
}

/** The dollars that a customer is charged for images that cost `usd`: not rounded yet. */
export function markedUp(usd: Rational, images: number, markup: PriceMarkup | undefined): Rational {
  if (markup === undefined) return usd;
  const { times, perImage } = readMarkup(markup);
  return add(multiply(usd, times), multiply(perImage, fraction(images)));
}
