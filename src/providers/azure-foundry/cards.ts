import type { ModelCard } from "../../core/model-card.ts";
import { type CardFields, cardFamily } from "../../dialects/card-family.ts";

const azurePrices =
  "https://azure.microsoft.com/en-us/pricing/details/ai-foundry-models/black-forest-labs/";
const read = { as_of: "2026-11-26", certainty: "third_party" } as const;

const perImage = (usd: number): CardFields["price"] => ({
  per_image_usd: usd,
  source: azurePrices,
  ...read,
});

const flux: Partial<CardFields> = {
  owned_by: "black-forest-labs",
  formats: ["png", "jpeg"],
  format_parameter: true,
  parameters: ["seed"],
};

const flux2: Partial<CardFields> = {
  ...flux,
  operations: ["generation", "edit"],
  // Without a default: an edit that names no size has that of its picture.
  size_rule: { multiple: 16, edge_min: 64, edge_max: 4096, pixels_max: 4_194_304 },
};

/** Always PNG, one picture of at most about a megapixel, no seed. */
const mai: Partial<CardFields> = {
  owned_by: "microsoft",
  operations: ["generation", "edit"],
  size_rule: { edge_min: 768, edge_max: 1365, pixels_max: 1_048_576 },
  size_default: "1024x1024",
  edit_sizes: ["auto"],
  images: { max: 1, formats: ["png", "jpeg"] },
  formats: ["png"],
};

/** Rates of the public price list for the region eastus, for a million tokens. */
function byToken(text: number, image: number, out: number): CardFields["price"] {
  return {
    text_in_usd: text,
    image_in_usd: image,
    image_out_usd: out,
    text_out_usd: 0,
    max_usd: 0.5,
    source: "https://prices.azure.com/api/retail/prices",
    ...read,
  };
}

/** learn.microsoft.com, the pages of FLUX (2026-03) and MAI (2026-09) in Foundry, read 2026-11-26. */
export const cards: readonly ModelCard[] = cardFamily({}, [
  {
    name: "FLUX.2-pro",
    ...flux2,
    images: { max: 8, references: true },
    price: {
      per_image_usd: 0.04,
      source: azurePrices,
      as_of: "2026-11-26",
      certainty: "uncertain",
    },
  },
  {
    name: "FLUX.2-flex",
    ...flux2,
    images: { max: 10, references: true },
    price: {
      lines: [{ per: "megapixel", rate: "0.00000005", unit: "0.000001" }],
      source: azurePrices,
      ...read,
    },
  },
  {
    name: "FLUX.1-Kontext-pro",
    ...flux,
    operations: ["generation", "edit"],
    ratios: ["21:9", "16:9", "3:2", "4:3", "1:1", "3:4", "2:3", "9:16", "9:21"],
    images: { max: 1 },
    price: perImage(0.04),
  },
  {
    name: "FLUX-1.1-pro",
    ...flux,
    size_rule: { multiple: 32, edge_min: 256, edge_max: 1440, pixels_max: 1_600_000 },
    size_default: "1024x1024",
    price: perImage(0.04),
  },
  { name: "MAI-Image-2.6", ...mai, price: byToken(5, 8, 38) },
  { name: "MAI-Image-2.6-Flash", ...mai, price: byToken(1.75, 2.5, 19) },
  {
    name: "MAI-Image-2.7",
    ...mai,
    size_rule: { edge_min: 768, edge_max: 5461, pixels_max: 4_194_304 },
    released_at: "2026-11-17",
  },
]);
