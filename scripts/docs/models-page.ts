import type { ModelCard } from "../../src/core/model-card.ts";
import { code, page, table, type Page } from "./markdown.ts";
import type { ShippedProvider } from "./pages.ts";
import { priceCell } from "./providers-page.ts";

/** Sizes that a cell names before it says how many more there are. */
const sizesShown = 4;

function sizesCell({ sizes, size_rule: rule, ratios, tiers }: ModelCard): string {
  const listed = [...(sizes ?? []), ...(ratios ?? [])];
  const more = listed.length > sizesShown ? ` and ${listed.length - sizesShown} more` : "";
  const parts = [
    ...(listed.length === 0 ? [] : [`${listed.slice(0, sizesShown).join(" ")}${more}`]),
    ...(rule === undefined ? [] : [`any up to ${rule.edge_max} (${megapixels(rule.pixels_max)})`]),
    ...(tiers === undefined ? [] : [`at ${tiers.map(({ word }) => word).join(" ")}`]),
  ];
  return parts.join("; ");
}

const megapixels = (pixels: number): string => `${Math.round(pixels / 100_000) / 10} MP`;

function row(provider: ShippedProvider["provider"], card: ModelCard): string[] {
  const { images, mask } = card;
  return [
    code(card.name),
    `[${provider.name}](providers/${provider.id}.md)`,
    card.operations.join(", "),
    mask === undefined ? "" : mask.polarity === "transparent" ? "yes" : `yes (${mask.polarity})`,
    images === undefined ? "" : images.references ? `${images.max}` : `${images.max}, edits only`,
    sizesCell(card),
    String(card.n),
    card.formats.join(" "),
    priceCell(card.price),
  ];
}

const head = [
  "model",
  "provider",
  "operations",
  "mask",
  "input images",
  "sizes",
  "n in one call",
  "formats",
  "list price",
];

/** docs/models.md: every model that a card describes, in one table. */
export function modelsPage(shipped: readonly ShippedProvider[]): Page {
  const rows = shipped.flatMap(({ provider }) =>
    provider.models.map((card) => row(provider, card)),
  );
  return page("docs/models.md", "the cards in `src/providers`", [
    "# Models",
    `Models that Pinhole knows by name, in the order of the [providers](providers.md). Others are served where a channel gives them a card or its provider takes any name. A mask is always sent as a PNG whose transparent pixels may change; the word in brackets is how the upstream wants it, and the gateway converts. Formats that a model does not make are made by the gateway, and more pictures than one call makes by more calls.`,
    table(head, rows),
  ]);
}
