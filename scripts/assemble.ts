// Writes src/runtime/base64/base64-module.ts from src/runtime/base64/base64.wat: npm run assemble. A test says where the two differ.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import wabt from "wabt";

const source = fileURLToPath(new URL("../src/runtime/base64/base64.wat", import.meta.url));
export const assembledPath = fileURLToPath(
  new URL("../src/runtime/base64/base64-module.ts", import.meta.url),
);

/** The text of the TypeScript module that holds the assembled bytes. */
export async function assemble(): Promise<string> {
  const { parseWat } = await wabt();
  const module = parseWat("base64.wat", readFileSync(source, "utf8"), { simd: true });
  const { buffer } = module.toBinary({});
  module.destroy();
  const lines =
    Buffer.from(buffer)
      .toString("base64")
      .match(/.{1,88}/g) ?? [];
  return `/** base64.wat, assembled by scripts/assemble.ts; in base64. */
export const base64Module =
${lines.map((line) => `  "${line}"`).join(" +\n")};
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(assembledPath, await assemble());
