import { defineCard, type ModelCard } from "../../core/model-card.ts";
import { gptImagePrices } from "../../dialects/gpt-image-prices.ts";
import { gptImageFacts, gptImageFreeSizes } from "../../dialects/gpt-image-facts.ts";

type CardInput = Parameters<typeof defineCard>[0];

const qualities = ["low", "medium", "high"];
const manyQualities = [...qualities, "xhigh", "max"];

/**
 * GPT image models as Azure serves them (clouds.md §2.1, differences to OpenAI): PNG and JPEG only,
 * in and out, high quality unless told. No day of retirement of the second line: Azure's own may differ.
 */
const onAzure = {
  ...gptImageFacts,
  owned_by: "azure",
  qualities,
  quality_default: "high",
  formats: ["png", "jpeg"],
  images: { ...gptImageFacts.images, formats: ["png", "jpeg"] },
  parameters: ["user", "moderation"],
} satisfies Omit<CardInput, "name">;

/** As LiteLLM 1.110.2 quotes Azure's price page: OpenAI's own figures. What regions and data zones add was not found. */
const quoted = {
  source: "https://azure.microsoft.com/pricing/details/azure-openai/",
  as_of: "2026-11-26",
  certainty: "third_party",
} as const;

const second = (name: string, more: Partial<CardInput> = {}): ModelCard =>
  defineCard({
    ...onAzure,
    name,
    size_rule: gptImageFreeSizes,
    price: gptImagePrices.second(quoted),
    ...more,
  });

/**
 * Cards of the models that Azure deploys; the operator's deployments say which of them a region has: 2 is general, the
 * first line is of limited access, and 2.5 and 2.6 are not confirmed (clouds.md §2.1, models).
 */
export const cards: readonly ModelCard[] = [
  second("gpt-image-2", { also: ["gpt-image-2-2026-04-21"] }),
  second("gpt-image-2.6-sunburst", { qualities: manyQualities }),
  second("gpt-image-2.6-flare", { qualities: manyQualities }),
  second("gpt-image-2.5-sunburst", { qualities: manyQualities }),
  second("gpt-image-2.5-flare", { qualities: manyQualities }),
  defineCard({
    ...onAzure,
    name: "gpt-image-1.5",
    also: ["gpt-image-1.5-2025-12-16"],
    parameters: [...onAzure.parameters, "input_fidelity"],
    price: gptImagePrices.first15(quoted),
  }),
  defineCard({
    ...onAzure,
    name: "gpt-image-1-mini",
    quality_default: "medium",
    price: gptImagePrices.firstMini(quoted),
  }),
  defineCard({
    ...onAzure,
    name: "gpt-image-1",
    parameters: [...onAzure.parameters, "input_fidelity"],
    price: gptImagePrices.first(quoted),
  }),
];
