// Notes which packages a bundle holds: their licences, which must come with every copy, go to dist/LICENSES.txt, their
// names and versions to dist/bundled.json, from which sbom.mjs reads them.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const list = join(dist, "bundled.json");

/** The folder of the package that a module is of; none for our own. */
function packageFolder(module) {
  return /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)(?=\/)/.exec(module)?.[1] ?? [];
}

function read(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim();
  return { name, version, license, text };
}

/** Adds the packages of these modules (paths of files) to those noted before. */
export function noteLicences(modules) {
  const before = existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : [];
  const found = [...new Set(modules.flatMap(packageFolder))].map(read);
  const byName = new Map([...before, ...found].map((one) => [`${one.name} ${one.version}`, one]));
  const packages = [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  writeFileSync(list, JSON.stringify(packages));
  const texts = packages.map(
    ({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`,
  );
  const head = "dist/ holds code of these packages, under their own licences.\n";
  writeFileSync(join(dist, "LICENSES.txt"), [head, ...texts].join(`\n${"-".repeat(80)}\n\n`));
}
