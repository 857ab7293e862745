import type { KnownModels } from "../../src/core/cards.ts";
import type { Page } from "./markdown.ts";

const head = `// Written by \`npm run docs\` from the cards in \`src/providers\`; a test compares. Change the cards instead.
import type { KnownModels } from "../core/cards.ts";

/** The provider whose card a model's name brings, so that only that one is loaded. */
export const knownModels: KnownModels = new Map([
`;

/** src/providers/known-models.ts: one name a line, so that two providers added at once are merged by lines. */
export function knownModelsFile(known: KnownModels): Page {
  const lines = [...known].map(([name, model]) => {
    const fields = Object.entries(model).map(
      ([field, value]) => `${field}: ${JSON.stringify(value)}`,
    );
    return `  [${JSON.stringify(name)}, { ${fields.join(", ")} }],\n`;
  });
  return { path: "src/providers/known-models.ts", text: `${head}${lines.join("")}]);\n` };
}
