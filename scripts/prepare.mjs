// Runs before `npm start`, `npm test` and `npm run check`: installs what is missing and builds what
// is out of date. Plain JavaScript for Node 20, since the project's own Node 26 may not be there yet.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, buildIsStale } from "./build.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const nodeMajorMin = 20;

function readJson(...path) {
  const file = join(root, ...path);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** Compares what npm says it installed with the lockfile; packages for other platforms are optional there. */
function installIsStale() {
  const wanted = readJson("package-lock.json")?.packages ?? {};
  const installed = readJson("node_modules", ".package-lock.json")?.packages;
  if (installed === undefined) return true;
  return Object.entries(wanted).some(([path, entry]) => {
    if (path === "") return false;
    const found = installed[path];
    return found === undefined ? entry.optional !== true : found.version !== entry.version;
  });
}

/** Runs npm itself on the Node that npm came with, since `npm ci` deletes the Node in node_modules. */
function install() {
  console.error("Installing packages (npm ci) …");
  const npm = process.env.npm_execpath;
  const [command, before] =
    npm === undefined
      ? [process.platform === "win32" ? "npm.cmd" : "npm", []]
      : [process.env.npm_node_execpath ?? process.execPath, [npm]];
  const done = spawnSync(command, [...before, "ci", "--include=dev"], {
    cwd: root,
    // Standard output stays free for the answers of the command that follows.
    stdio: ["ignore", 2, 2],
  });
  if (done.status !== 0) throw new Error("npm ci failed; its messages are above.");
}

/** The Node that npm installed for the scripts, or a sentence on what to do about its absence. */
function checkNode() {
  const { node: wanted } = readJson("package.json").devDependencies;
  const found = spawnSync(join(root, "node_modules", ".bin", "node"), ["--version"], {
    encoding: "utf8",
  });
  if (found.stdout?.trim() === `v${wanted}`) return;
  throw new Error(
    `node_modules/.bin/node is not Node ${wanted}: the install script of the npm package "node" did not run. ` +
      "Allow it (npm config set ignore-scripts false), delete node_modules, and try again.",
  );
}

try {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < nodeMajorMin) {
    throw new Error(
      `Node ${process.versions.node} is too old to install with; use ${nodeMajorMin} or later.`,
    );
  }
  if (installIsStale()) install();
  checkNode();
  if (buildIsStale()) {
    console.error("Building …");
    build();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
