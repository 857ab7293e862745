import type { CallFacts } from "../../src/core/provider.ts";
import type { Price } from "../../src/core/price.ts";
import { priceSchema } from "../../src/core/price.ts";
import { type Operation, parseSize, type Usage } from "../../src/core/request.ts";
import type { Cost, Nano } from "../../src/core/money.ts";
import {
  madePicture,
  type PricedCall,
  type PricedPicture,
  valueUnder,
} from "../../src/money/facts.ts";
import { costOf } from "../../src/money/price.ts";

/** A call in a few words: `1024x1024 png high` is a picture. */
export interface CallWords {
  readonly operation?: Operation;
  readonly pictures?: readonly string[];
  readonly inputs?: readonly string[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly usage?: Usage;
  readonly facts?: CallFacts;
  readonly day?: string;
  readonly resolution?: string;
  readonly tiers?: PricedCall["tiers"];
}

export function call(words: CallWords): PricedCall {
  const { pictures = ["1024x1024"], inputs = [], options = {}, settings = {} } = words;
  return {
    at: Date.parse(words.day ?? "2026-11-26"),
    operation: words.operation ?? "generation",
    pictures: pictures.map((text) => picture(text, words.resolution)),
    inputs: inputs.map(size),
    option: (name) => valueUnder(options, name),
    setting: (name) => valueUnder(settings, name),
    usage: words.usage,
    facts: words.facts ?? {},
    tiers: words.tiers,
  };
}

function picture(text: string, resolution: string | undefined): PricedPicture {
  const [pixels = "", format = "png", quality] = text.split(" ");
  return madePicture(size(pixels), { format, quality, resolution });
}

function size(text: string): { width: number; height: number } {
  const parsed = parseSize(text);
  if (parsed === undefined) throw new Error(`${text} is no size`);
  return parsed;
}

/** Usage by kinds: text in, image in, image out, text out. */
export function usage(textIn: number, imageIn: number, imageOut: number, textOut = 0): Usage {
  return {
    input_tokens: textIn + imageIn,
    output_tokens: imageOut + textOut,
    total_tokens: textIn + imageIn + imageOut + textOut,
    input_tokens_details: { text_tokens: textIn, image_tokens: imageIn },
    output_tokens_details: { text_tokens: textOut, image_tokens: imageOut },
  };
}

/** Usage of which only totals are told. */
export function totals(input: number, output: number): Usage {
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    input_tokens_details: { text_tokens: 0, image_tokens: 0 },
  };
}

/** The cost of a call at a price as it is written in a file. */
export function cost(written: unknown, words: CallWords, charge?: Nano): Cost {
  return costOf(price(written), call(words), charge);
}

/** A price as it is written in a file. */
export function price(written: unknown): Price {
  return priceSchema.parse(written);
}

export const priced = (nano: Nano): Cost => ({ state: "priced", nano });
export const unknown = (bound?: Nano): Cost => ({ state: "unknown", bound });
