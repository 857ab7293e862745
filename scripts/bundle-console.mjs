// Bundles web/ into dist/web: what a browser gets, each file but the page named by its content and
// compressed once. Run by build.mjs, after the program's own bundle.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { build } from "vite";
import { noteLicences } from "./licences.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "dist", "web");

const bundle = await build({
  configFile: false,
  root: join(root, "web"),
  plugins: [react(), tailwindcss()],
  build: {
    outDir: folder,
    emptyOutDir: true,
    target: "es2023",
    // Nothing is inlined: the page's policy allows no data URLs, and the files are sent compressed anyway.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      output: {
        // All that every page needs is one file: as it is sent that is smaller than its parts.
        codeSplitting: { groups: [{ name: "shell", tags: ["$initial"] }] },
      },
    },
  },
  logLevel: "warn",
});

const assets = join(folder, "assets");
for (const name of readdirSync(assets))
  writeFileSync(join(assets, `${name}.br`), brotliCompressSync(readFileSync(join(assets, name))));

noteLicences(bundle.output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : [])));
