// Builds dist/ from src/: plain tsc, then the files that are no TypeScript. Runs on Node 20 and later.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { spawnSync } from "node:child_process";
import { dirname, join, relative } from "node:path";
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
  const inputs = ["package-lock.json", "tsconfig.json", "tsconfig.build.json"].map((name) =>
    join(root, name),
  );
  const sources = files(join(root, "src"));
  const folders = new Set(sources.map((path) => dirname(path)));
  // A folder's own time changes when a file in it is removed or renamed.
  return [...inputs, ...sources, ...folders].some((path) => statSync(path).mtimeMs > built);
}

/** Compiles and copies. Throws where the compiler found a fault; dist/ is then left without its stamp. */
export function build() {
  rmSync(join(root, "dist"), { recursive: true, force: true });
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const compiled = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
    cwd: root,
    stdio: "inherit",
  });
  if (compiled.status !== 0)
    throw new Error("The build failed; the compiler's messages are above.");
  for (const source of files(join(root, "src"))) {
    const inside = relative(join(root, "src"), source);
    if (inside.endsWith(".ts") || inside.split(/[\\/]/).includes("fixtures")) continue;
    const target = join(root, "dist", inside);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(source, target);
  }
  // It is the package's command, and tsc writes no execute bits.
  const command = join(root, "dist", "main.js");
  if (existsSync(command)) chmodSync(command, 0o755);
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
