import type { ModelCard } from "./model-card.ts";
import type { Provider } from "./provider.ts";

/** The place of the card of a model's name, with what of it is asked before that is loaded. */
export interface KnownModel {
  /** The id of the provider whose card it is. */
  readonly provider: string;
  /** As on the card. */
  readonly retiresAt?: string;
  readonly successor?: string;
}

/** Every name that a card describes, snapshots and other names included; the first provider in the list wins. */
export type KnownModels = ReadonlyMap<string, KnownModel>;

/** The names that the cards of these providers describe. */
export function knownModelsOf(providers: readonly Provider[]): KnownModels {
  const known = new Map<string, KnownModel>();
  for (const provider of providers) {
    for (const { name, also, retires_at: retiresAt, successor } of provider.models) {
      const model: KnownModel = {
        provider: provider.id,
        ...(retiresAt === undefined ? {} : { retiresAt }),
        ...(retiresAt === undefined || successor === undefined ? {} : { successor }),
      };
      for (const one of [name, ...also]) if (!known.has(one)) known.set(one, model);
    }
  }
  return known;
}

/** The provider's card of this name; also by the card's other names. */
export function cardNamed(provider: Provider, name: string): ModelCard | undefined {
  return provider.models.find((card) => card.name === name || card.also.includes(name));
}
