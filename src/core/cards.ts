import { type ModelCard, isRetired } from "./model-card.ts";
import type { Provider } from "./provider.ts";

/** Cards of every provider by name and snapshot name; the first provider in the list wins. */
export function indexCards(providers: readonly Provider[]): ReadonlyMap<string, ModelCard> {
  const cards = new Map<string, ModelCard>();
  for (const provider of providers) {
    for (const card of provider.models) {
      for (const name of [card.name, ...card.also]) {
        if (!cards.has(name)) cards.set(name, card);
      }
    }
  }
  return cards;
}

/** Those cards of models that their vendors no longer serve. `now`: Unix milliseconds. */
export function retiredCards(
  cards: ReadonlyMap<string, ModelCard>,
  now: number,
): ReadonlyMap<string, ModelCard> {
  return new Map([...cards].filter(([, card]) => isRetired(card, now)));
}
