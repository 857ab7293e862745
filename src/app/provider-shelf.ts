import type { ProviderShelf } from "../core/provider-shelf.ts";
import { providerNames } from "../providers/known-models.ts";
import { providers } from "../providers/index.ts";

/** The providers that ship. One is loaded when somebody asks for it, and then stays. */
export function createProviderShelf(): ProviderShelf {
  return {
    // By characters: the collation of a language is 8 MB that a gateway would hold from its start.
    names: [...providerNames]
      .map(([id, name]) => ({ id, name }))
      .toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1)),
    async find(id) {
      const line = providers.find((one) => one.id === id);
      return line === undefined ? undefined : (await line.load()).default;
    },
  };
}
