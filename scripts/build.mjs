// Builds dist/ from src/ and web/: tsc checks the types, bundle.mjs writes the program. Runs on Node 20 and later.
import { chmodSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Written last, so that a build that was cut short counts as none. */
const stamp = join(root, "dist", ".built");

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });
}

/** True where dist/ is missing or older than what it is made from. */
export function buildIsStale() {
  if (!existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  const inputs = [
    "package-lock.json",
    "tsconfig.json",
    "scripts/ascii.mjs",
    "scripts/builtins.mjs",
    "scripts/bundle.mjs",
    "scripts/bundle-console.mjs",
    "scripts/licences.mjs",
  ].map((name) => join(root, name));
  const sources = [...files(join(root, "src")), ...files(join(root, "web"))];
  const folders = new Set(sources.map((path) => dirname(path)));
  // A folder's own time changes when a file in it is removed or renamed.
  return [...inputs, ...sources, ...folders].some((path) => statSync(path).mtimeMs > built);
}

/** The project's own Node; where npm ran no install scripts (as in the Dockerfile), the one that runs this. */
function node() {
  const own = join(root, "node_modules", ".bin", "node");
  return existsSync(own) ? own : process.execPath;
}

function run(...args) {
  const done = spawnSync(node(), args, { cwd: root, stdio: "inherit" });
  if (done.status !== 0) throw new Error("The build failed; the messages above say why.");
}

/** Checks and bundles. Throws where there is a fault; dist/ is then left without its stamp. */
export function build() {
  rmSync(join(root, "dist"), { recursive: true, force: true });
  run(join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json");
  run(join(root, "scripts", "bundle.mjs"));
  run(join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "web");
  run(join(root, "scripts", "bundle-console.mjs"));
  // It is the package's command, and the bundler writes no execute bits.
  chmodSync(join(root, "dist", "main.js"), 0o755);
  writeFileSync(stamp, "");
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    build();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
