import { knownModelsOf } from "../../src/core/cards.ts";
import type { Provider } from "../../src/core/provider.ts";
import type { Page } from "./markdown.ts";

const head = `// Written by \`npm run docs\` from the cards in \`src/providers\`; a test compares. Change the cards instead.
import type { KnownModels } from "../core/cards.ts";

/** The provider whose card a model's name brings, so that only that one is loaded. */
export const knownModels: KnownModels = new Map([
`;

const namesHead = `/** The names of providers for people, so that none is loaded to be listed. */
export const providerNames: ReadonlyMap<string, string> = new Map([
`;

/** src/providers/known-models.ts: one name a line, so that two providers added at once are merged by lines. */
export function knownModelsFile(providers: readonly Provider[]): Page {
  const lines = [...knownModelsOf(providers)].map(([name, model]) => {
    const fields = Object.entries(model).map(
      ([field, value]) => `${field}: ${JSON.stringify(value)}`,
    );
    return `  [${JSON.stringify(name)}, { ${fields.join(", ")} }],\n`;
  });
  const names = providers.map(
    ({ id, name }) => `  [${JSON.stringify(id)}, ${JSON.stringify(name)}],\n`,
  );
  const text = `${head}${lines.join("")}]);\n\n${namesHead}${names.join("")}]);\n`;
  return { path: "src/providers/known-models.ts", text };
}
