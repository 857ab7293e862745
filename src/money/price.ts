import type { Price, PriceBlock, Rate } from "../core/price.ts";
import { type Nano, checkedNano, nanoFromUsd } from "../core/money.ts";
import { type Operation, type Size, type Usage, sizeText } from "../core/request.ts";

/** What a price is worked out from: measured pictures, not requested ones. */
export interface Billable {
  readonly operation: Operation;
  readonly quality: string | undefined;
  /** True pixels of each picture made. */
  readonly pictures: readonly Size[];
  readonly usage: Usage | undefined;
  /** The upstream's own statement, which rules where there is one. */
  readonly charge: Nano | undefined;
}

/** Nano-dollars for what was made; undefined where the model has no price or the facts it needs are missing. */
export function priceOf(price: Price | undefined, made: Billable): Nano | undefined {
  if (made.charge !== undefined) return made.charge;
  if (price === undefined) return undefined;
  if (price === "free") return 0;
  if (Array.isArray(price) || price.lines !== undefined) return undefined;
  const tokens = tokenPrice(price, made.usage);
  let total = tokens ?? 0;
  let known = tokens !== undefined;
  for (const size of made.pictures) {
    const each = imagePrice(price, made, size);
    if (each === undefined) continue;
    total += each;
    known = true;
  }
  return known || made.pictures.length === 0 ? checkedNano(Math.round(total)) : undefined;
}

type PriceParts = PriceBlock;

const float = (rate: Rate | undefined): number => Number(rate ?? 0);

function imagePrice(price: PriceParts, made: Billable, size: Size): Nano | undefined {
  const row = price.table?.find(
    (candidate) =>
      (candidate.size === undefined || candidate.size === sizeText(size)) &&
      (candidate.quality === undefined || candidate.quality === made.quality) &&
      (candidate.operation === undefined || candidate.operation === made.operation),
  );
  const perImage = row?.usd ?? price.per_image_usd;
  const perMegapixel = price.per_megapixel_usd;
  if (perImage === undefined && perMegapixel === undefined) return undefined;
  const megapixels = (size.width * size.height) / 1_000_000;
  return nanoFromUsd(float(perImage)) + Math.round(nanoFromUsd(float(perMegapixel)) * megapixels);
}

/** Prices are per million tokens, so a token's price is its thousandth of a nano-dollar's multiple: kept as a float until the sum. */
function tokenPrice(price: PriceParts, usage: Usage | undefined): number | undefined {
  const rates = [price.text_in_usd, price.image_in_usd, price.image_out_usd, price.text_out_usd];
  if (usage === undefined || rates.every((rate) => rate === undefined)) return undefined;
  const textOut = usage.output_tokens_details?.text_tokens ?? 0;
  const imageOut = usage.output_tokens_details?.image_tokens ?? usage.output_tokens - textOut;
  const counts = [
    usage.input_tokens_details.text_tokens,
    usage.input_tokens_details.image_tokens,
    imageOut,
    textOut,
  ];
  // Dollars per million tokens times tokens, in nano-dollars: x 1e9 / 1e6.
  return counts.reduce((sum, count, index) => sum + count * float(rates[index]) * 1000, 0);
}

/**
 * The worst case of n images, to hold before anything is attempted; undefined where the price table
 * gives no upper bound.
 */
export function holdOf(
  price: Price | undefined,
  asked: {
    readonly operation: Operation;
    readonly quality: string | undefined;
    readonly n: number;
    readonly size: Size;
  },
): Nano | undefined {
  if (price === undefined) return undefined;
  if (price === "free") return 0;
  if (Array.isArray(price) || price.lines !== undefined) return undefined;
  if (price.max_usd !== undefined) return nanoFromUsd(float(price.max_usd)) * asked.n;
  const dearest = dearestImage(price, asked);
  return dearest === undefined ? undefined : checkedNano(dearest * asked.n);
}

function dearestImage(
  price: PriceParts,
  asked: {
    readonly operation: Operation;
    readonly quality: string | undefined;
    readonly size: Size;
  },
): Nano | undefined {
  const rows = (price.table ?? []).filter(
    (row) => row.operation === undefined || row.operation === asked.operation,
  );
  const perImage = [
    ...rows.map((row) => float(row.usd)),
    ...(price.per_image_usd === undefined ? [] : [float(price.per_image_usd)]),
  ];
  if (perImage.length === 0 && price.per_megapixel_usd === undefined) return undefined;
  const megapixels = (asked.size.width * asked.size.height) / 1_000_000;
  return (
    nanoFromUsd(Math.max(0, ...perImage)) +
    Math.round(nanoFromUsd(float(price.per_megapixel_usd)) * megapixels)
  );
}
