import { z } from "zod";
import { operations, parseSize } from "./request.ts";

/** A price that nobody has found out. What is counted at such a rate makes the whole cost unknown. */
export const unknownRate = "unknown";

/**
 * A decimal as people write it: a number, or text where a number of JavaScript would lose digits. It is
 * read digit by digit (`money/rational`), never as a float.
 */
export const decimalSchema = z
  .union([
    z.number().min(0).max(9_000_000),
    z.string().regex(/^\d{1,7}(\.\d{1,24})?$/, { error: "must be a decimal number, 0 or more" }),
  ])
  .meta({ form: "a number, 0 or more" });
export type Decimal = z.infer<typeof decimalSchema>;

const aboveZero = decimalSchema
  .refine((written) => Number(written) > 0, { error: "must be a number above 0" })
  .meta({ form: "a number above 0" });

const rateSchema = z
  .union([...decimalSchema.options, z.literal(unknownRate)])
  .meta({ form: "a number, 0 or more" });
export type Rate = z.infer<typeof rateSchema>;

/** One value or a list of those that are meant. */
const oneOrMore = <S extends z.ZodType>(value: S) => z.union([value, z.array(value).min(1)]);

/** A value of an option or a setting. `*` in a text stands for any characters, alone for any value; null: not set. */
const valueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export type OptionValue = z.infer<typeof valueSchema>;

const momentForm = "a day such as 2027-01-01, or a time such as 2027-01-01T00:00:00+01:00";

/** A moment: a day stands for its midnight in UTC. */
const momentSchema = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: `must be ${momentForm}` })
  .meta({ form: momentForm });

const namedValues = z.record(z.string().min(1), oneOrMore(valueSchema));

/** Conditions that a whole call fulfils or does not; all that are written must hold. */
const callConditions = {
  operation: oneOrMore(z.enum(operations)).optional(),
  /** Fields of the request and of `provider_options`, by name; a dot leads into a group. */
  options: namedValues.optional(),
  /** Settings of the channel by name, its region or `base_url` for example. */
  settings: namedValues.optional(),
  /** The first day (UTC) of the request on which it holds. */
  from: z.iso.date().optional(),
  /** The first day on which it holds no more. */
  until: z.iso.date().optional(),
};

/** Conditions on a made picture: measured, not asked for. */
const pictureConditions = {
  size: oneOrMore(
    z.string().refine((text) => parseSize(text) !== undefined, {
      error: "must be WIDTHxHEIGHT, for example 1024x1024",
    }),
  ).optional(),
  /** A word of the block's `resolutions`, or else of the card's `tiers`: the one nearest to the picture. */
  resolution: oneOrMore(z.string().min(1)).optional(),
  quality: oneOrMore(z.string().min(1)).optional(),
  format: oneOrMore(z.enum(["png", "jpeg", "webp", "gif", "svg"])).optional(),
  /** Pixels, this many included. */
  pixels_max: decimalSchema.optional(),
  /** Pixels, this many not included. */
  pixels_above: decimalSchema.optional(),
};

const callWhen = z.strictObject(callConditions);
export type CallConditions = z.infer<typeof callWhen>;

const when = z.strictObject({ ...callConditions, ...pictureConditions });
export type Conditions = z.infer<typeof when>;

/** The things that a line may count: of made pictures, of input pictures, and of the call as a whole. */
export const measures = [
  "image",
  "megapixel",
  "tile",
  "input_image",
  "input_megapixel",
  "input_tile",
  "call",
  "step",
  "second",
  "text_in",
  "cached_text_in",
  "image_in",
  "cached_image_in",
  "text_out",
  "image_out",
] as const;
export type Measure = (typeof measures)[number] | `count:${string}`;

const measureSchema = z.union([
  z.enum(measures),
  // Something that the adapter counts and reports, such as the searches of a grounded prompt.
  z.templateLiteral(["count:", z.string().regex(/^[a-z0-9_]+$/)]),
]);

const rowSchema = z.strictObject({
  ...when.shape,
  rate: rateSchema,
  first_rate: rateSchema.optional(),
});

/** One line of the upstream's bill: a count times a rate. */
const lineSchema = z
  .strictObject({
    /** Several are multiplied: tiles times steps. */
    per: oneOrMore(measureSchema).meta({
      form: `one of ${measures.join(", ")} or count:NAME, or a list of them`,
    }),
    rate: rateSchema.optional(),
    /** The first begun unit of each picture (of the call, where no picture is measured) costs this instead. */
    first_rate: rateSchema.optional(),
    /** Rates by circumstance, instead of `rate`: the first row that fits counts; where none does, the cost is unknown. */
    rows: z.array(rowSchema).min(1).optional(),
    /** The number of them that the rate is for. Default: 1, and a million for tokens. */
    unit: aboveZero.optional(),
    /** The megapixels, tiles or seconds are rounded up to a whole multiple of this, at least one. Default: not rounded. */
    round_up: aboveZero.optional(),
    /** Pixels of a megapixel. */
    megapixel: z.union([z.literal(1_000_000), z.literal(1_048_576)]).optional(),
    /** Side of a tile, pixels; a picture's sides are rounded up to whole tiles. Default: 512. */
    tile: z.int().min(1).optional(),
    /** Only under these circumstances is there such a line. */
    when: when.optional(),
    /** The fewest and the most that estimates reckon with in a call, where the count is only known afterwards. */
    least: decimalSchema.optional(),
    most: decimalSchema.optional(),
    source: z.string().min(1).optional(),
    as_of: z.iso.date().optional(),
  })
  .refine((line) => (line.rows === undefined) !== (line.rate === undefined), {
    error: "a line has either `rate` or `rows`",
  })
  .refine((line) => line.rows === undefined || line.first_rate === undefined, {
    error: "where a line has `rows`, `first_rate` stands in them",
  })
  .refine(
    ({ per, first_rate, rows }) =>
      !Array.isArray(per) ||
      per.length === 1 ||
      [first_rate, ...(rows ?? []).map((row) => row.first_rate)].every(
        (rate) => rate === undefined,
      ),
    { error: "`first_rate` goes with a line that counts one thing" },
  );
export type PriceLine = z.infer<typeof lineSchema>;

const tableRow = z.strictObject({ ...when.shape, usd: rateSchema });

const boundRow = z.strictObject({
  ...when.shape,
  min_usd: decimalSchema.optional(),
  max_usd: decimalSchema.optional(),
});

/** The parts of a block whose amounts are in US dollars by name. */
const dollarParts = {
  /** Of one image. */
  per_image_usd: rateSchema.optional(),
  /** Of one image too: the first row that fits, instead of `per_image_usd`. */
  table: z.array(tableRow).optional(),
  /** Of a million pixels, in proportion; `lines` say all else. */
  per_megapixel_usd: rateSchema.optional(),
  /** Per million tokens. Where the cached rates are missing, cached tokens cost what others do. */
  text_in_usd: rateSchema.optional(),
  cached_text_in_usd: rateSchema.optional(),
  image_in_usd: rateSchema.optional(),
  cached_image_in_usd: rateSchema.optional(),
  image_out_usd: rateSchema.optional(),
  text_out_usd: rateSchema.optional(),
};

const blockSchema = z
  .strictObject({
    ...dollarParts,
    /** Further lines; everything in a block is added. */
    lines: z.array(lineSchema).min(1).optional(),
    /** Factors of the whole sum; each whose circumstances hold counts. */
    multipliers: z
      .array(z.strictObject({ when: callWhen, times: decimalSchema }))
      .min(1)
      .optional(),
    /** Named resolutions with their pixels, in millions: a picture has the nearest. Default: the card's `tiers`. */
    resolutions: z
      .array(z.strictObject({ word: z.string().min(1), megapixels: z.number().positive() }))
      .min(1)
      .optional(),
    /** The count of a `step` line where the adapter reports none: what this option says, else `default`. */
    steps: z
      .strictObject({
        option: z.string().min(1).optional(),
        default: z.int().min(1),
      })
      .optional(),
    /** Least and most of one image, for estimates and holds where nothing else bounds it (a price per token). */
    bounds: z.array(boundRow).min(1).optional(),
    max_usd: decimalSchema.optional(),
    /** The block is for these circumstances only. */
    when: callWhen.optional(),
    /** The moment from which it holds, and the first one at which it holds no more, by the time of the request. */
    valid_from: momentSchema.optional(),
    valid_until: momentSchema.optional(),
    /** The operator's own name for this state of the price; records of requests have it. */
    version: z.string().min(1).max(100).optional(),
    /** True: nothing is charged. For a block among others, as the word `free` is for a whole price. */
    free: z.literal(true).optional(),
    /** ISO 4217. Default: USD. */
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, { error: "must be a currency's three letters, for example CNY" })
      .optional(),
    /** Dollars of one unit of `currency`: the operator's own rate. Default: `money.rates`; without one there is no price. */
    usd_rate: decimalSchema.optional(),
    /** The origin of the figures, and the day on which they were read. */
    source: z.string().min(1).optional(),
    as_of: z.iso.date().optional(),
    certainty: z.enum(["vendor", "third_party", "uncertain"]).optional(),
  })
  .refine(
    (block) =>
      (block.currency ?? "USD") === "USD" ||
      Object.keys(dollarParts).every((name) => !Object.hasOwn(block, name)),
    {
      path: ["currency"],
      error: "in another currency a price is written with `lines`, whose rates are in it",
    },
  )
  .refine(
    ({ valid_from: from, valid_until: until }) =>
      from === undefined || until === undefined || Date.parse(from) < Date.parse(until),
    { path: ["valid_until"], error: "must be later than `valid_from`" },
  )
  .refine(
    (block) =>
      block.free === undefined ||
      ["lines", "multipliers", "bounds", "max_usd", ...Object.keys(dollarParts)].every(
        (name) => !Object.hasOwn(block, name),
      ),
    { path: ["free"], error: "a block that is free has no figures; remove them or `free`" },
  );
export type PriceBlock = z.infer<typeof blockSchema>;

/**
 * A list price: free, a block whose parts add up, or several blocks of which the first whose `when`
 * holds counts. docs/prices.md shows each rule with an example.
 */
export const priceSchema = z.union([z.literal("free"), blockSchema, z.array(blockSchema).min(1)]);
export type Price = z.infer<typeof priceSchema>;

/** A price as it stood when something was charged by it. */
export interface PriceVersion {
  /** A digest of the words: the same price has the same version on every node and after every reload. */
  readonly version: string;
  /** JSON of the price and of the markup that came with it: `{"price": …, "markup": …}`. */
  readonly words: string;
}
