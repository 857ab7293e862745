import type { KeyRecord } from "../../core/key.ts";
import type { Provider } from "../../core/provider.ts";
import type { Catalog } from "./catalog.ts";
import { findModel } from "./list-models.ts";

/** A provider that serves a model, with the options that callers may pass to it. */
export type ServingProvider = Pick<Provider, "id" | "name" | "options">;

/** The providers that serve a model, each once, in the order of its targets. Throws model_not_found as `findModel` does. */
export function listServingProviders(
  catalog: Catalog,
  key: KeyRecord,
  name: string,
): readonly ServingProvider[] {
  findModel(catalog, key, name);
  const all = catalog.find(name).targets.map(({ channel }) => channel.provider);
  return [...new Map(all.map((provider) => [provider.id, provider])).values()];
}
