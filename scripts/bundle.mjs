// Bundles src/ and the packages it uses into dist/: docs/decisions/0012-bundle.md says why. Run by build.mjs, on the
// project's own Node where it is there.
import { cpSync, existsSync, readdirSync } from "node:fs";
import { basename, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { inAscii } from "./ascii.mjs";
import { withBuiltins } from "./builtins.mjs";
import { noteLicences } from "./licences.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = join(root, "src");

/** Stay where npm put them: what has binaries, and what Fastify loads only for routes with schemas, which there are none of. */
const external = ["sharp", "@fastify/ajv-compiler", "@fastify/fast-json-stringify-compiler"];

/** Everything but the command itself: as deep as a folder of src/, so that paths from there lead to the same places. */
const parts = "parts";

function files(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The program and each worker, by name; a worker is found beside whoever starts it. */
function entries() {
  const workers = files(sources).filter((path) => path.endsWith("worker.ts"));
  const named = workers.map((path) => [basename(path, ".ts"), path]);
  if (new Set(named.map(([name]) => name)).size !== named.length)
    throw new Error("Two workers have one name; they end up in one folder.");
  return { main: join(sources, "main.ts"), ...Object.fromEntries(named) };
}

/** What the program reads at run time, where it is looked for: beside the file that names it, as workers are. */
function copyAssets() {
  for (const path of files(sources)) {
    if (/\.(ts|md)$/.test(path) || path.includes(`${sep}fixtures${sep}`)) continue;
    cpSync(path, join(root, "dist", parts, basename(path)));
  }
}

/** The last step, since the bundler prints a chunk anew after every other one. */
function makeLean(written) {
  for (const chunk of Object.values(written))
    if (chunk.type === "chunk") chunk.code = inAscii(withBuiltins(chunk.code), chunk.fileName);
}

const bundle = await rolldown({
  input: entries(),
  platform: "node",
  external,
  logLevel: "warn",
  cwd: root,
  plugins: [{ name: "lean", generateBundle: (_, written) => makeLean(written) }],
});
const { output } = await bundle.write({
  dir: join(root, "dist"),
  format: "esm",
  entryFileNames: ({ name }) => (name === "main" ? "main.js" : `${parts}/${name}.js`),
  chunkFileNames: `${parts}/[name].js`,
  comments: false,
});
await bundle.close();
copyAssets();
noteLicences(output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : [])));
if (!existsSync(join(root, "dist", "main.js"))) throw new Error("dist/main.js was not written.");
