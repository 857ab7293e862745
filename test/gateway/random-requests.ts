import fc from "fast-check";
import type { Channel } from "../../src/core/channel.ts";
import { type ModelCard, modelCardSchema } from "../../src/core/model-card.ts";
import { Picture } from "../../src/core/picture.ts";
import type { Provider } from "../../src/core/provider.ts";
import { type ImageRequest, operations } from "../../src/core/request.ts";
import { shippedProviders } from "../../scripts/docs/pages.ts";

const sizeWords = ["256x256", "512x512", "1024x1024", "1536x1024", "1024x1536", "1792x1024"];
const qualityWords = ["low", "medium", "high", "standard", "hd", "auto", "xhigh", "max"];
const formats = ["png", "jpeg", "webp", "gif", "svg"] as const;
const moreNames = ["seed", "negative_prompt", "aspect_ratio", "input_fidelity", "complexity"];
/** Further ones take the contract's own names and JavaScript's: neither may get through or get lost. */
const unknownNames = ["steps", "cfg_scale", "lora", "num_images", "__proto__", "constructor"];

const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

function picture(format: "png" | "jpeg" | "webp", width: number, height: number): Picture {
  const bytes = { byteLength: 1000, path: undefined, async *chunks() {} };
  return new Picture(bytes, { format, width, height, alpha: true, frames: 1, orientation: 1 });
}

const pictures = fc.array(
  fc.tuple(fc.constantFrom("png", "jpeg", "webp"), fc.constantFrom(64, 96)),
  { maxLength: 3 },
);

const fields = fc.record({
  n: fc.integer({ min: 1, max: 10 }),
  size: some(
    fc.oneof(
      fc.constant("auto" as const),
      fc.constantFrom(...sizeWords).map((word) => {
        const [width, height] = word.split("x").map(Number);
        return { width: width ?? 1, height: height ?? 1 };
      }),
      fc.record({
        width: fc.integer({ min: 1, max: 5000 }),
        height: fc.integer({ min: 1, max: 5000 }),
      }),
    ),
  ),
  quality: some(fc.constantFrom(...qualityWords, "fancy")),
  response_format: some(fc.constantFrom("url", "b64_json")),
  style: some(fc.constantFrom("vivid", "natural")),
  background: some(fc.constantFrom("transparent", "opaque", "auto")),
  output_format: some(fc.constantFrom(...formats)),
  output_compression: some(fc.integer({ min: 0, max: 100 })),
  watermark: some(fc.boolean()),
  moderation: some(fc.constantFrom("auto", "low")),
  user: some(fc.constant("user-1")),
  stream: fc.boolean(),
  partial_images: fc.integer({ min: 0, max: 3 }),
});

const bag = (names: readonly string[]): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), fc.jsonValue()), {
      maxLength: 3,
      selector: ([name]) => name,
    })
    .map((entries) => Object.fromEntries(entries));

/** Requests as the parser may hand them on. */
export const requests: fc.Arbitrary<ImageRequest> = fc
  .record({
    fields,
    operation: fc.constantFrom(...operations),
    prompt: fc.string({ minLength: 1, maxLength: 40 }),
    images: pictures,
    mask: fc.boolean(),
    more: fc
      .tuple(bag(moreNames), fc.constantFrom("1:1", "16:9", "2.35:1", "wide"))
      .map(([more, ratio]) => ("aspect_ratio" in more ? { ...more, aspect_ratio: ratio } : more)),
    unknown: bag(unknownNames),
    provider_options: fc.dictionary(
      fc.constantFrom("stub", "elsewhere", "nowhere"),
      bag(["colour", "mood"]),
      { maxKeys: 2 },
    ),
  })
  .map(({ fields: placed, operation, prompt, images, mask, ...rest }) => {
    const inputs = images.map(([format, edge]) => picture(format, edge, 64));
    return {
      ...placed,
      ...rest,
      operation,
      model: "asked",
      prompt: operation === "variation" ? "" : prompt,
      images: operation === "generation" || inputs.length > 0 ? inputs : [picture("png", 64, 64)],
      mask: mask && operation === "edit" ? picture("png", 64, 64) : undefined,
    };
  });

const someOf = <T>(values: readonly T[]): fc.Arbitrary<T[] | undefined> =>
  some(fc.subarray([...values], { minLength: 1 }));

/** Cards of any shape that the schema takes. */
export const cards: fc.Arbitrary<ModelCard> = fc
  .record({
    operations: fc.subarray([...operations], { minLength: 1 }),
    prompt_max: some(fc.integer({ min: 10, max: 100 })),
    n: fc.integer({ min: 1, max: 10 }),
    n_max: fc.integer({ min: 1, max: 10 }),
    sizes: someOf([...sizeWords, "auto"]),
    edit_sizes: someOf([...sizeWords, "auto"]),
    size_rule: some(
      fc.constant({ multiple: 16, edge_max: 3840, aspect_max: 3, pixels_max: 8_294_400 }),
    ),
    ratios: someOf(["1:1", "3:2", "2:3", "16:9"]),
    tiers: some(
      fc.constant([
        { word: "1K", megapixels: 1 },
        { word: "2K", megapixels: 4 },
      ]),
    ),
    size_default: some(fc.constantFrom("1024x1024", "auto")),
    qualities: someOf(qualityWords),
    styles: someOf(["vivid", "natural"]),
    backgrounds: someOf(["transparent", "opaque", "auto"]),
    formats: fc.shuffledSubarray([...formats], { minLength: 1 }),
    format_parameter: fc.boolean(),
    compression_parameter: fc.boolean(),
    images: some(
      fc.record({
        max: fc.integer({ min: 1, max: 4 }),
        references: fc.boolean(),
        square: fc.boolean(),
      }),
    ),
    mask: some(fc.record({ polarity: fc.constantFrom("transparent", "white", "black") })),
    parameters: fc.subarray([...moreNames, "watermark", "moderation", "user"]),
    streaming: fc.boolean(),
    strict: fc.boolean(),
  })
  .map((card) => modelCardSchema.parse(JSON.parse(JSON.stringify({ ...card, name: "served" }))));

/** Those that ship, whole. */
const providers = (await shippedProviders()).map(({ provider }) => provider);

export const shippedCards: fc.Arbitrary<ModelCard> = fc.constantFrom(
  ...providers.flatMap((provider) => provider.models),
);

const optionSchema = providers.find(
  (provider) => provider.openEnded && provider.forwardsUnknown,
)?.options;

function channelOf(narrowed: readonly string[] | undefined, forwards: boolean): Channel {
  if (optionSchema === undefined) throw new Error("no provider takes any options");
  const stub: Provider = {
    id: "stub",
    name: "Stub",
    docs: "https://example.com",
    about: "A stand-in.",
    settings: { parse: () => ({ base_url: "" }) } as never,
    options: optionSchema,
    models: [],
    openEnded: true,
    forwardsUnknown: forwards,
    authorize: () => ({}),
    async *generate() {},
    ...(narrowed === undefined
      ? {}
      : {
          narrow: () => ({
            imagesPerCall: 2,
            takes: (field: string) => !narrowed.includes(field),
          }),
        }),
  };
  return {
    id: "main",
    provider: stub,
    credentials: [{ base_url: "https://example.com" }],
    models: [],
    priority: 0,
    weight: 1,
    enabled: true,
    retryUnknown: false,
    limits: { concurrency: undefined, rpm: undefined, ipm: undefined, queue: undefined },
    timeout: { connectMs: 1, firstByteMs: undefined, totalMs: 1 },
  };
}

const narrowable = [
  "size",
  "quality",
  "style",
  "background",
  "output_format",
  "seed",
  "user",
  "steps",
];

/** A channel with one model, narrowed or not, in place of a retired one or not; as the catalog is given it. */
export const channels: fc.Arbitrary<Channel> = fc
  .record({
    card: some(fc.oneof(cards, shippedCards)),
    named: some(shippedCards),
    narrowed: someOf(narrowable),
    forwards: fc.boolean(),
  })
  .map(({ card, named, narrowed, forwards }) => ({
    ...channelOf(narrowed, forwards),
    models: [
      {
        name: "asked",
        upstream: "served",
        card,
        price: undefined,
        ...(named === undefined ? {} : { named }),
      },
    ],
  }));
