import type { ListedProvider, Provider } from "../../src/core/provider.ts";
import { providers as lines } from "../../src/providers/index.ts";
import { apiPage } from "./api-page.ts";
import { configurationPage } from "./configuration-page.ts";
import { errorsPage } from "./errors-page.ts";
import { knownModelsFile } from "./known-models.ts";
import type { Page } from "./markdown.ts";
import { metricsPage } from "./metrics-page.ts";
import { modelsPage } from "./models-page.ts";
import { rolesPage } from "./roles-page.ts";
import { providerPages } from "./providers-page.ts";

/** A provider with what the list says of it. */
export interface ShippedProvider {
  readonly line: ListedProvider;
  readonly provider: Provider;
}

/** Every provider, loaded. */
export function shippedProviders(): Promise<ShippedProvider[]> {
  return Promise.all(lines.map(async (line) => ({ line, provider: (await line.load()).default })));
}

/** Every generated page, as it should be now. */
export async function generatedPages(): Promise<Page[]> {
  const shipped = await shippedProviders();
  return [
    apiPage(),
    configurationPage(shipped),
    errorsPage(),
    metricsPage(),
    modelsPage(shipped),
    rolesPage(),
    ...providerPages(shipped),
  ];
}

/** The generated part of the source. */
export async function generatedSource(): Promise<Page> {
  const shipped = await shippedProviders();
  return knownModelsFile(shipped.map(({ provider }) => provider));
}
