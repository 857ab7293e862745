// Writes the generated documents: `npm run docs`.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generatedPages, generatedSource } from "./pages.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = await generatedPages();

// A provider that was removed leaves no page behind.
const providerFolder = join(root, "docs", "providers");
mkdirSync(providerFolder, { recursive: true });
for (const name of readdirSync(providerFolder)) {
  if (!pages.some((page) => page.path === `docs/providers/${name}`))
    rmSync(join(providerFolder, name));
}
for (const page of [...pages, await generatedSource()]) {
  const path = join(root, page.path);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, page.text);
}
console.log(`${pages.length} pages written.`);
