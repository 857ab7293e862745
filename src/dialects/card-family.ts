import type { z } from "zod";
import { defineCard, type ModelCard, type modelCardSchema } from "../core/model-card.ts";

/** A card as it is written. */
export type CardFields = z.input<typeof modelCardSchema>;

/** Cards of models that have most in common. A field of a card stands in place of the common one, whole. */
export function cardFamily(
  common: Partial<Omit<CardFields, "name">>,
  cards: readonly CardFields[],
): ModelCard[] {
  return cards.map((card) => defineCard({ ...common, ...card }));
}
