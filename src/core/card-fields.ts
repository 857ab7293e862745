import type { ModelCard } from "./model-card.ts";

/** Parts of a card that stand for one field of a request each. */
export const fieldOfPart: Readonly<Partial<Record<keyof ModelCard, string>>> = {
  qualities: "quality",
  styles: "style",
  backgrounds: "background",
  format_parameter: "output_format",
  compression_parameter: "output_compression",
  streaming: "stream",
  mask: "mask",
};

/** True where a part of a card promises its field: it is there, and neither false nor an empty list. */
export function isPromised(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== false;
}

/** The fields of requests that any of the cards promises, under the contract's names. */
export function promisedFields(cards: readonly ModelCard[]): ReadonlySet<string> {
  const fields = new Set(["size"]);
  for (const card of cards) {
    for (const name of card.parameters) fields.add(name);
    for (const [part, field] of Object.entries(fieldOfPart))
      if (isPromised(card[part as keyof ModelCard])) fields.add(field);
    if (isPromised(card.ratios)) fields.add("aspect_ratio");
  }
  return fields;
}
