import { providers } from "../../src/providers/index.ts";
import { apiPage } from "./api-page.ts";
import { configurationPage } from "./configuration-page.ts";
import { errorsPage } from "./errors-page.ts";
import type { Page } from "./markdown.ts";
import { providerPages } from "./providers-page.ts";

/** Every generated page, as it should be now. */
export function generatedPages(): Page[] {
  return [apiPage(), configurationPage(providers), errorsPage(), ...providerPages(providers)];
}
