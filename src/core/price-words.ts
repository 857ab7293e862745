import type { PriceMarkup } from "./price-markup.ts";
import type {
  CallConditions,
  Conditions,
  Measure,
  Price,
  PriceBlock,
  PriceLine,
  Rate,
} from "./price.ts";

/** A price in words, a part each: `$0.04 an image`. Empty where there is none. */
export function priceWords(price: Price | undefined): string[] {
  if (price === undefined) return [];
  if (price === "free") return ["free"];
  return [price].flat().flatMap(blockWords);
}

/** A markup in words, a part each: `all that times 1.2`. */
export function markupWords(markup: PriceMarkup | undefined): string[] {
  if (markup === undefined) return [];
  const { times, per_image_usd: perImage } = markup;
  return [
    ...(times === undefined ? [] : [`all that times ${times}`]),
    ...(perImage === undefined ? [] : [`and $${perImage} an image`]),
  ];
}

function blockWords(block: PriceBlock): string[] {
  const kind = [conditionWords(block.when ?? {}), validityWords(block)]
    .filter((words) => words !== "")
    .join(", ");
  const words = block.free === true ? ["free"] : amountWords(block);
  return kind === "" ? words : words.map((part) => `${kind}: ${part}`);
}

function validityWords({ valid_from: from, valid_until: until }: PriceBlock): string {
  return [from === undefined ? "" : `from ${from}`, until === undefined ? "" : `until ${until}`]
    .filter((words) => words !== "")
    .join(" ");
}

function amountWords(block: PriceBlock): string[] {
  const money = (rate: Rate): string => {
    if (rate === "unknown") return "an unknown price";
    return block.currency === undefined ? `$${rate}` : `${block.currency} ${rate}`;
  };
  const named = [
    ...(block.table ?? []).map(({ usd, ...row }) => `${money(usd)} an image${inBrackets(row)}`),
    ...namedParts.flatMap(([name, unit]) => {
      const rate = block[name];
      if (rate === undefined) return [];
      const cached =
        name === "text_in_usd" || name === "image_in_usd" ? block[`cached_${name}`] : undefined;
      const part = cached === undefined ? "" : ` (${money(cached)} cached)`;
      return [`${money(rate)}${part} ${unit}`];
    }),
  ];
  const lines = (block.lines ?? []).flatMap((line) => lineWords(line, money));
  const factors = (block.multipliers ?? []).map(
    ({ when, times }) => `${times} times as much${inBrackets(when)}`,
  );
  return [...named, ...lines, ...factors];
}

const namedParts = [
  ["per_image_usd", "an image"],
  ["per_megapixel_usd", "a megapixel"],
  ["text_in_usd", "for 1M text tokens in"],
  ["image_in_usd", "for 1M image tokens in"],
  ["image_out_usd", "for 1M image tokens out"],
  ["text_out_usd", "for 1M text tokens out"],
] as const satisfies readonly (readonly [keyof PriceBlock, string])[];

function lineWords(line: PriceLine, money: (rate: Rate) => string): string[] {
  const { rate, first_rate: first, rows = [], when = {} } = line;
  const rates = rate === undefined ? rows : [{ rate, first_rate: first }];
  const unit = unitWords(line);
  return rates.map(({ rate: own, first_rate: ownFirst, ...conditions }) => {
    const begins = ownFirst === undefined ? "" : ` (the first ${money(ownFirst)})`;
    return `${money(own)} ${unit}${begins}${inBrackets({ ...when, ...conditions })}`;
  });
}

const measureWords: Readonly<Record<string, string>> = {
  image: "an image",
  megapixel: "a megapixel",
  tile: "a tile",
  input_image: "an input image",
  input_megapixel: "an input megapixel",
  input_tile: "an input tile",
  call: "a call",
  step: "a step",
  second: "a second",
  text_in: "for 1M text tokens in",
  cached_text_in: "for 1M cached text tokens in",
  image_in: "for 1M image tokens in",
  cached_image_in: "for 1M cached image tokens in",
  text_out: "for 1M text tokens out",
  image_out: "for 1M image tokens out",
};

function unitWords({ per, unit, round_up: step }: PriceLine): string {
  const [first = "", ...others] = [per].flat().map(wordsOf);
  const more = others.map((one) => ` and ${one.replace(/^an? /, "")}`).join("");
  const counted = unit === undefined ? "" : ` by ${unit}`;
  const rounded =
    step === undefined ? "" : Number(step) === 1 ? ", begun ones whole" : `, in steps of ${step}`;
  return `${first}${more}${counted}${rounded}`;
}

function wordsOf(measure: Measure): string {
  return measureWords[measure] ?? `by ${measure.slice("count:".length)}`;
}

function inBrackets(conditions: Conditions): string {
  const words = conditionWords(conditions);
  return words === "" ? "" : ` (${words})`;
}

function conditionWords(conditions: Conditions): string {
  const { pixels_max: most, pixels_above: above, from, until, settings: _, ...rest } = conditions;
  return [
    ...[rest.operation, rest.resolution, rest.quality, rest.size, rest.format].map(listWords),
    most === undefined ? "" : `to ${most} pixels`,
    above === undefined ? "" : `above ${above} pixels`,
    optionWords(rest.options),
    from === undefined ? "" : `from ${from}`,
    until === undefined ? "" : `until ${until}`,
  ]
    .filter((word) => word !== "")
    .join(", ");
}

function listWords(words: string | readonly string[] | undefined): string {
  return words === undefined ? "" : [words].flat().join(" or ");
}

function optionWords(options: CallConditions["options"]): string {
  return Object.entries(options ?? {})
    .map(([name, value]) => {
      const values = [value]
        .flat()
        .map((one) => (one === null ? "not set" : one === "*" ? "set" : String(one)));
      return `${name} ${values.join(" or ")}`;
    })
    .join(", ");
}
