import { defineCard, type ModelCard } from "../../core/model-card.ts";
import { gptImagePrices } from "../../dialects/gpt-image-prices.ts";
import { gptImageFacts, gptImageFreeSizes } from "../../dialects/gpt-image-facts.ts";

/** "Under 4 MB" (CONTRACT, edits; clouds.md §1, edit fields), in bytes. */
const under4Megabytes = 4 * 1024 * 1024 - 1;

/** The two lines that replace what is retired (clouds.md §1, models): flare is fast, sunburst precise. */
const fast = "gpt-image-2.6-flare";
const precise = "gpt-image-2.6-sunburst";

type CardInput = Parameters<typeof defineCard>[0];

/** The facts that all GPT image models share, as their maker serves them. */
const gptImage = { ...gptImageFacts, owned_by: "openai" } satisfies Omit<CardInput, "name">;

/** The prices of 2, 2.5 and 2.6 as their model pages state them; of the first line as LiteLLM 1.110.2 quotes them. */
const secondPrice = gptImagePrices.second({
  source: "https://platform.openai.com/docs/models",
  as_of: "2026-11-26",
  certainty: "vendor",
});
const quoted = {
  source: "https://platform.openai.com/docs/pricing",
  as_of: "2026-11-26",
  certainty: "third_party",
} as const;

/** Prices of DALL·E as Comfy's partner page gave them: for records of that time, and servers that still answer to it. */
const dallEQuoted = {
  source: "https://docs.comfy.org/tutorials/partner-nodes/pricing",
  as_of: "2026-09-30",
  certainty: "third_party",
} as const;

const dallE = {
  owned_by: "openai",
  retires_at: "2026-05-12",
  formats: ["png"],
  parameters: ["user"],
  strict: true,
  answer: "plain",
  size_default: "1024x1024",
  quality_default: "standard",
} satisfies Omit<CardInput, "name">;

/** CONTRACT, size, quality and prompt rows; clouds.md §1, models, for the day of retirement. */
const dallECards = [
  defineCard({
    ...dallE,
    name: "dall-e-2",
    successor: fast,
    operations: ["generation", "edit", "variation"],
    prompt_max: 1_000,
    edit_prompt_max: 1_000,
    n: 10,
    sizes: ["256x256", "512x512", "1024x1024"],
    edit_sizes: ["256x256", "512x512", "1024x1024"],
    qualities: ["standard"],
    images: { max: 1, formats: ["png"], bytes_max: under4Megabytes, square: true },
    mask: { polarity: "transparent", bytes_max: under4Megabytes },
    price: {
      table: [
        { size: "256x256", usd: 0.016 },
        { size: "512x512", usd: 0.018 },
        { size: "1024x1024", usd: 0.02 },
      ],
      ...dallEQuoted,
    },
  }),
  defineCard({
    ...dallE,
    name: "dall-e-3",
    // Its users came for the better picture, hd above all, so the precise line follows.
    successor: precise,
    operations: ["generation"],
    prompt_max: 4_000,
    n: 1,
    n_max: 1,
    sizes: ["1024x1024", "1024x1792", "1792x1024"],
    qualities: ["standard", "hd"],
    styles: ["vivid", "natural"],
    price: {
      table: [
        { size: "1024x1024", quality: "standard", usd: 0.04 },
        { size: ["1024x1792", "1792x1024"], quality: "standard", usd: 0.08 },
        { size: "1024x1024", quality: "hd", usd: 0.08 },
        { size: ["1024x1792", "1792x1024"], quality: "hd", usd: 0.12 },
      ],
      ...dallEQuoted,
    },
  }),
];

/** The first line. `input_fidelity` is for 1 and 1.5 only (clouds.md §1, edit fields). */
const firstLine = [
  defineCard({
    ...gptImage,
    name: "gpt-image-1",
    retires_at: "2026-10-23",
    successor: precise,
    parameters: [...gptImage.parameters, "input_fidelity"],
    price: gptImagePrices.first(quoted),
  }),
  defineCard({
    ...gptImage,
    name: "gpt-image-1-mini",
    retires_at: "2026-12-01",
    successor: fast,
    price: gptImagePrices.firstMini(quoted),
  }),
  defineCard({
    ...gptImage,
    name: "gpt-image-1.5",
    also: ["gpt-image-1.5-2025-12-16"],
    released_at: "2025-12-16",
    retires_at: "2026-12-01",
    successor: precise,
    parameters: [...gptImage.parameters, "input_fidelity"],
    price: gptImagePrices.first15(quoted),
  }),
  defineCard({
    ...gptImage,
    name: "chatgpt-image-latest",
    retires_at: "2026-12-01",
    successor: fast,
    price: gptImagePrices.first15(quoted),
  }),
];

const manyQualities = [...gptImage.qualities, "xhigh", "max"];

/** `markup` came with 2.5 (clouds.md §1, edit fields). */
const markupParameters = [...gptImage.parameters, "markup"];

function secondLine(name: string, releasedAt: string, more: Partial<CardInput>): ModelCard {
  return defineCard({
    ...gptImage,
    name,
    released_at: releasedAt,
    size_rule: gptImageFreeSizes,
    price: secondPrice,
    ...more,
  });
}

const currentLine = [
  secondLine("gpt-image-2", "2026-04-21", {
    also: ["gpt-image-2-2026-04-21"],
  }),
  secondLine("gpt-image-2.5-sunburst", "2026-09-08", {
    also: ["gpt-image-2.5-sunburst-2026-09-08"],
    qualities: manyQualities,
    parameters: markupParameters,
  }),
  secondLine("gpt-image-2.5-flare", "2026-09-08", {
    also: ["gpt-image-2.5-flare-2026-09-08"],
    qualities: manyQualities,
    parameters: markupParameters,
  }),
  // xhigh and max on 2.6 come from third parties only; CONTRACT takes them as true.
  secondLine(precise, "2026-11-04", {
    qualities: manyQualities,
    parameters: [...markupParameters, "complexity"],
  }),
  secondLine(fast, "2026-11-04", {
    qualities: manyQualities,
    parameters: [...markupParameters, "complexity"],
  }),
];

/** The whole line, newest first; retired ones stay so that clients pinned to them can be served. */
export const cards: readonly ModelCard[] = [
  ...currentLine.toReversed(),
  ...firstLine.toReversed(),
  ...dallECards.toReversed(),
];
