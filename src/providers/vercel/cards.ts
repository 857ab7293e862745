import type { ModelCard } from "../../core/model-card.ts";
import { type CardFields, cardFamily } from "../../dialects/card-family.ts";
import { gptImageFacts, gptImageFreeSizes } from "../../dialects/gpt-image-facts.ts";
import { gptImagePrices } from "../../dialects/gpt-image-prices.ts";
import { megapixelLines } from "../../dialects/megapixel-lines.ts";

/** The gateway asks the makers' list prices and adds nothing. */
function read(name: string) {
  return {
    source: `https://vercel.com/ai-gateway/models/${name.slice(name.indexOf("/") + 1)}`,
    as_of: "2026-11-26",
    certainty: "third_party",
  } as const;
}

const perImage = (name: string, usd: number): CardFields => ({
  name,
  price: { per_image_usd: usd, ...read(name) },
});

const flux2: Partial<CardFields> = {
  owned_by: "black-forest-labs",
  operations: ["generation", "edit"],
  size_rule: { multiple: 16, edge_min: 64, edge_max: 4096, pixels_max: 4_194_304 },
  images: { max: 8, references: true },
  parameters: ["seed", "user"],
};

function flux2Card(name: string, first: number, further: number): CardFields {
  return { name, ...flux2, price: { lines: megapixelLines(first, further), ...read(name) } };
}

const wideRatios = ["21:9", "16:9", "3:2", "4:3", "1:1", "3:4", "2:3", "9:16", "9:21"];
const fluxRatios: Partial<CardFields> = {
  owned_by: "black-forest-labs",
  operations: ["generation", "edit"],
  ratios: wideRatios,
  images: { max: 1 },
  parameters: ["seed", "user"],
};

const bfl: readonly CardFields[] = [
  flux2Card("bfl/flux-2-pro", 0.03, 0.015),
  flux2Card("bfl/flux-2-max", 0.07, 0.03),
  flux2Card("bfl/flux-2-flex", 0.05, 0.05),
  { ...flux2Card("bfl/flux-2-klein-4b", 0.014, 0.001), images: { max: 4, references: true } },
  { ...flux2Card("bfl/flux-2-klein-9b", 0.015, 0.002), images: { max: 4, references: true } },
  { name: "bfl/flux-3-image", ...fluxRatios, images: { max: 10, references: true } },
  { name: "bfl/flux-3-image-klein", ...fluxRatios, images: { max: 10, references: true } },
  { ...fluxRatios, ...perImage("bfl/flux-kontext-pro", 0.04) },
  { ...fluxRatios, ...perImage("bfl/flux-kontext-max", 0.08) },
  {
    ...flux2,
    ...perImage("bfl/flux-pro-1.1", 0.04),
    operations: ["generation"],
    images: undefined,
  },
  {
    ...fluxRatios,
    ...perImage("bfl/flux-pro-1.1-ultra", 0.06),
    operations: ["generation"],
    images: undefined,
  },
  {
    ...fluxRatios,
    ...perImage("bfl/flux-pro-1.0-fill", 0.05),
    operations: ["edit"],
    ratios: undefined,
    mask: { polarity: "white" },
  },
];

function seedream(name: string, usd: number | undefined, least: number, most: number): CardFields {
  return {
    ...(usd === undefined ? { name } : perImage(name, usd)),
    owned_by: "bytedance",
    operations: ["generation", "edit"],
    size_rule: {
      edge_min: 240,
      edge_max: 16_384,
      pixels_min: least,
      pixels_max: most,
      aspect_max: 16,
    },
    images: { max: 10, references: true },
  };
}

const bytedance: readonly CardFields[] = [
  seedream("bytedance/seedream-4.0", 0.03, 921_600, 16_777_216),
  seedream("bytedance/seedream-4.5", 0.04, 3_686_400, 16_777_216),
  seedream("bytedance/seedream-5.0-lite", 0.035, 3_686_400, 16_777_216),
  {
    ...seedream("bytedance/seedream-5.0-pro", undefined, 921_600, 4_624_220),
    price: {
      table: [{ pixels_max: 2_360_000, usd: 0.045 }, { usd: 0.09 }],
      lines: [{ per: "input_image", first_rate: 0, rate: 0.003 }],
      ...read("bytedance/seedream-5.0-pro"),
    },
  },
];

/** The facts of OpenAI's models. Of OpenAI's own fields quality and background are sent; pictures come as PNG. */
const gptImage: Partial<CardFields> = {
  ...gptImageFacts,
  formats: ["png"],
  format_parameter: false,
  compression_parameter: false,
  parameters: ["user"],
  streaming: false,
  strict: false,
};

const openai: readonly CardFields[] = [
  {
    ...gptImage,
    name: "openai/gpt-image-1-mini",
    price: gptImagePrices.firstMini(read("openai/gpt-image-1-mini")),
  },
  {
    ...gptImage,
    name: "openai/gpt-image-1.5",
    price: gptImagePrices.first15(read("openai/gpt-image-1.5")),
  },
  ...["2", "2.5-flare", "2.5-sunburst", "2.6-flare", "2.6-sunburst"].map((version) => ({
    ...gptImage,
    name: `openai/gpt-image-${version}`,
    sizes: undefined,
    edit_sizes: undefined,
    size_rule: gptImageFreeSizes,
    price: gptImagePrices.second(read(`openai/gpt-image-${version}`)),
  })),
];

const grok: Partial<CardFields> = {
  owned_by: "spacexai",
  operations: ["generation", "edit"],
  ratios: ["1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "9:20", "20:9", "1:2", "2:1"],
  formats: ["jpeg"],
};

const mai: Partial<CardFields> = {
  owned_by: "microsoft",
  operations: ["generation", "edit"],
  size_rule: { edge_min: 768, edge_max: 1365, pixels_max: 1_048_576 },
  edit_sizes: ["auto"],
  images: { max: 1 },
};

function byToken(name: string, rates: readonly [number, number, number]): CardFields {
  const [text, image, out] = rates;
  return {
    name,
    price: {
      text_in_usd: text,
      image_in_usd: image,
      image_out_usd: out,
      text_out_usd: 0,
      max_usd: 0.5,
      ...read(name),
    },
  };
}

const minimax: Partial<CardFields> = {
  owned_by: "hailuo",
  operations: ["generation", "edit"],
  ratios: ["1:1", "16:9", "4:3", "3:2", "2:3", "3:4", "9:16", "21:9"],
  images: { max: 4, references: true },
};

const drawn: Partial<CardFields> = { owned_by: "recraft-ai", ratios: wideRatios };

/** vercel.com/docs/ai-gateway and the models that @ai-sdk/gateway 4.0.146 names, read 2026-11-26. */
export const cards: readonly ModelCard[] = cardFamily(
  {
    owned_by: "vercel",
    n: 1,
    formats: ["png", "jpeg", "webp"],
    parameters: ["user"],
  },
  [
    ...openai,
    ...bfl,
    ...bytedance,
    {
      ...grok,
      ...perImage("spacexai/grok-imagine-image", 0.02),
      images: { max: 3 },
    },
    { name: "spacexai/grok-imagine-image-2.0", ...grok, images: { max: 5 } },
    { ...mai, ...byToken("microsoft/mai-image-2.6", [5, 8, 38]) },
    { ...mai, ...byToken("microsoft/mai-image-2.6-flash", [1.75, 2.5, 19]) },
    { ...minimax, ...byToken("minimax/minimax-h3-image", [2.3, 1.5, 3.8]) },
    { ...minimax, ...byToken("minimax/minimax-h3-image-highspeed", [2.3, 3, 7.6]) },
    { owned_by: "meta", ratios: wideRatios, ...perImage("meta/muse-image-1.0", 0.01) },
    {
      owned_by: "prodia-ai",
      size_rule: { edge_min: 256, edge_max: 1920, pixels_max: 3_686_400 },
      ...perImage("prodia/flux-fast-schnell", 0.001),
      parameters: ["seed", "user"],
    },
    { ...drawn, ...perImage("recraft/recraft-v2", 0.022) },
    { ...drawn, ...perImage("recraft/recraft-v3", 0.04) },
    { ...drawn, ...perImage("recraft/recraft-v4", 0.04) },
    { ...drawn, ...perImage("recraft/recraft-v4-pro", 0.25) },
    { ...drawn, ...perImage("recraft/recraft-v4.1", 0.035) },
    { ...drawn, ...perImage("recraft/recraft-v4.1-flash", 0.007) },
    { ...drawn, ...perImage("recraft/recraft-v4.1-pro", 0.21) },
    { ...drawn, ...perImage("recraft/recraft-v4.1-utility", 0.035) },
    { ...drawn, ...perImage("recraft/recraft-v4.1-utility-pro", 0.21) },
  ],
);
