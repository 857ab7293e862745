import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isRetired, type ModelCard } from "../../src/core/model-card.ts";
import type { Price, PriceBlock } from "../../src/core/price.ts";
import { priceWords } from "../../src/core/price-words.ts";
import { parseSize, type Size } from "../../src/core/request.ts";
import { expectedPixels } from "../../src/gateway/fit/expected-picture.ts";
import { madePicture, type PricedCall, type PricedPicture } from "../../src/money/facts.ts";
import { costOf, estimateOf } from "../../src/money/price.ts";
import { shippedProviders } from "../../scripts/docs/pages.ts";
import { call, usage } from "../money/calls.ts";
import { unpricedDefaults, unpricedModels } from "./unpriced-models.ts";

const shipped = await shippedProviders();
const cards = shipped.flatMap(({ provider }) =>
  provider.models.map((card) => [`${provider.id} ${card.name}`, card] as const),
);
const priced = cards.flatMap(([name, card]) =>
  card.price === undefined || card.price === "free" ? [] : [[name, card, card.price] as const],
);

/** The day on which the figures were read. */
const readOn = Date.parse("2026-11-26");

describe("list prices", () => {
  test("every current model has one, or a reason in unpriced-models.ts", () => {
    const without: Record<string, string[]> = {};
    for (const { provider } of shipped) {
      const names = provider.models
        .filter((card) => card.price === undefined && !isRetired(card, readOn))
        .map(({ name }) => name);
      if (names.length > 0) without[provider.id] = names.toSorted();
    }
    const excused = Object.entries(unpricedModels).map(
      ([id, models]) => [id, Object.keys(models).toSorted()] as const,
    );
    expect(without).toEqual(Object.fromEntries(excused));
    const defaults = shipped
      .filter(
        ({ provider }) =>
          provider.defaultCard !== undefined && provider.defaultCard.price === undefined,
      )
      .map(({ provider }) => provider.id);
    expect(defaults.toSorted()).toEqual(Object.keys(unpricedDefaults).toSorted());
  });

  test.each(priced)("%s: each figure has its source and day", (_name, _card, price) => {
    for (const block of [price].flat()) {
      expect(block.source).toMatch(/^https:\/\/|^\S.{10,}/);
      expect(block.as_of).toMatch(/^202[5-9]-/);
      expect(["vendor", "third_party", "uncertain"]).toContain(block.certainty);
      expect(priceWords(block)).not.toEqual([]);
    }
  });

  test.each(priced)(
    "%s: a price by token names every kind that there may be",
    (_name, card, price) => {
      for (const block of [price].flat().filter(isByToken)) {
        const kinds = ["text_in", "image_out", "text_out"];
        if (card.images !== undefined) kinds.push("image_in");
        expect(kinds.filter((kind) => !has(block, kind))).toEqual([]);
      }
    },
  );
});

function has(block: PriceBlock, kind: string): boolean {
  return (
    Object.hasOwn(block, `${kind}_usd`) ||
    (block.lines ?? []).some(({ per }) => [per].flat().some((measure) => measure === kind))
  );
}

function isByToken(block: PriceBlock): boolean {
  return ["text_in", "image_in", "image_out", "text_out"].some((kind) => has(block, kind));
}

/** Dollars for every currency, so that prices in others are tried too. */
const withRate = (price: Price): Price =>
  price === "free" ? price : [price].flat().map((block) => ({ usd_rate: 0.2, ...block }));

const chance = fc.record({
  n: fc.integer({ min: 1, max: 10 }),
  edit: fc.boolean(),
  inputs: fc.integer({ min: 1, max: 4 }),
  across: fc.double({ min: 0, max: 1, noNaN: true }),
  quality: fc.nat(20),
  asksQuality: fc.boolean(),
  asksSize: fc.boolean(),
  format: fc.nat(5),
  prompt: fc.nat(8_000),
  out: fc.integer({ min: 1, max: 7_500 }),
  thoughts: fc.nat(900),
  searches: fc.nat(10),
  seconds: fc.nat(60),
});
type Chance = typeof chance extends fc.Arbitrary<infer T> ? T : never;

test.each(priced)("%s: an estimate bounds what it comes to", (_name, card, price) => {
  const rated = withRate(price);
  fc.assert(
    fc.property(chance, (drawn) => {
      const made = madeCall(card, price, drawn);
      const cost = costOf(rated, made, undefined);
      const { least, most } = estimateOf(rated, askedCall(card, made, drawn));
      expect(most, "nothing bounds it").toBeDefined();
      if (cost.state !== "priced") return;
      expect(least).toBeLessThanOrEqual(cost.nano);
      expect(most).toBeGreaterThanOrEqual(cost.nano);
    }),
    { numRuns: 200 },
  );
});

/** A call of a model as it may end, within what its card says. */
function madeCall(card: ModelCard, price: Price, drawn: Chance): PricedCall {
  const operation =
    drawn.edit && card.operations.includes("edit") ? "edit" : (card.operations[0] ?? "generation");
  const inputs = operation === "generation" ? 0 : Math.min(drawn.inputs, card.images?.max ?? 0);
  const { pixels } = expectedPixels({ operation }, card);
  const area = Math.round(pixels.least + (pixels.most - pixels.least) * drawn.across);
  const words = (operation === "generation" ? undefined : card.edit_sizes) ?? card.sizes ?? [];
  const sizes = card.size_rule === undefined ? words.flatMap((word) => parseSize(word) ?? []) : [];
  const size = sizes[Math.floor(drawn.across * (sizes.length - 1))] ?? near(area);
  const { qualities = [], formats } = card;
  const quality = qualities[drawn.quality % Math.max(1, qualities.length)];
  const format = formats[drawn.format % formats.length] ?? "png";
  const picture = madePicture(size, { format, quality });
  const isTokens = [price].flat().some((block) => block !== "free" && isByToken(block));
  return {
    ...call({ operation, inputs: Array.from({ length: inputs }, () => "1024x1024") }),
    pictures: Array.from({ length: Math.min(drawn.n, card.n) }, () => picture),
    option: (name) => (name === "google_search" ? true : undefined),
    setting: settingsOf(price, drawn),
    usage: isTokens
      ? usage(
          drawn.prompt,
          inputs * 1200,
          Math.min(drawn.n, card.n) * Math.min(drawn.out, mostTokens(quality)),
          drawn.thoughts,
        )
      : undefined,
    facts: { seconds: drawn.seconds, counts: { searches: drawn.searches } },
    tiers: card.tiers,
  };
}

/** The settings of a channel to which one of the price's blocks applies: a region, say. */
function settingsOf(price: Price, { seconds }: Chance): PricedCall["setting"] {
  const blocks = [price].flat().filter((block) => block !== "free");
  const { when } = blocks[seconds % Math.max(1, blocks.length)] ?? {};
  return (name) => [when?.settings?.[name]].flat()[0] ?? undefined;
}

/** Sides of about so many pixels. */
function near(area: number): Size {
  const side = Math.max(1, Math.floor(Math.sqrt(area)));
  return { width: side, height: side };
}

/** Counts seen of one picture: high qualities come to 7,024 tokens, medium to 3,400, low to 400. */
function mostTokens(quality: string | undefined): number {
  if (quality === "low") return 400;
  return quality === "medium" ? 3_400 : 2_600;
}

/** The same call before it is made: of its pictures only what was asked is known. */
function askedCall(card: ModelCard, made: PricedCall, drawn: Chance): PricedCall {
  const pictures = made.pictures.map((picture): PricedPicture => ({
    ...(drawn.asksSize
      ? picture
      : { ...picture, ...expectedPixels({ operation: made.operation }, card) }),
    quality: drawn.asksQuality ? picture.quality : null,
    format: null,
  }));
  return { ...made, pictures, usage: undefined, facts: {} };
}
