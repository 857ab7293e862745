import { defineCard, type ModelCard } from "../../core/model-card.ts";
import { gptImageFacts, gptImageFreeSizes } from "../../dialects/gpt-image-facts.ts";

/** "Under 4 MB" (CONTRACT, edits; clouds.md §1, edit fields), in bytes. */
const under4Megabytes = 4 * 1024 * 1024 - 1;

/** The two lines that replace what is retired (clouds.md §1, models): flare is fast, sunburst precise. */
const fast = "gpt-image-2.6-flare";
const precise = "gpt-image-2.6-sunburst";

type CardInput = Parameters<typeof defineCard>[0];

/** What all GPT image models share, as their maker serves them. */
const gptImage = { ...gptImageFacts, owned_by: "openai" } satisfies Omit<CardInput, "name">;

/**
 * US dollars per million tokens, alike for 2, 2.5 and 2.6 (clouds.md §1, prices). The vendor states
 * no bound for one image: `max_usd` is for holds only and well above the dearest figure known, a 4K
 * picture at high quality (gpt-image-2: 7,024 tokens for one megapixel; 2.6: 3,337 for eight).
 */
const tokenPrice = (maxUsd: number) => ({
  text_in_usd: 5,
  image_in_usd: 8,
  image_out_usd: 30,
  max_usd: maxUsd,
});

const dallE = {
  owned_by: "openai",
  retires_at: "2026-05-12",
  formats: ["png"],
  parameters: ["user"],
  strict: true,
  delivery: "url",
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
  }),
  defineCard({
    ...gptImage,
    name: "gpt-image-1-mini",
    retires_at: "2026-12-01",
    successor: fast,
  }),
  defineCard({
    ...gptImage,
    name: "gpt-image-1.5",
    also: ["gpt-image-1.5-2025-12-16"],
    released_at: "2025-12-16",
    retires_at: "2026-12-01",
    successor: precise,
    parameters: [...gptImage.parameters, "input_fidelity"],
  }),
  defineCard({
    ...gptImage,
    name: "chatgpt-image-latest",
    retires_at: "2026-12-01",
    successor: fast,
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
    price: tokenPrice(1),
    ...more,
  });
}

const currentLine = [
  secondLine("gpt-image-2", "2026-04-21", {
    also: ["gpt-image-2-2026-04-21"],
    price: tokenPrice(2),
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
