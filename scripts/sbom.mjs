// Writes dist/sbom.cdx.json: every package that an installed Pinhole has, as CycloneDX. Those are what npm installs with
// it, and what is bundled into dist/, the console's packages among them. Run by `npm pack`, after the build.
import { readFileSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The tree as npm knows it. */
function sbom(...options) {
  const npm = process.env.npm_execpath;
  const node = process.env.npm_node_execpath ?? process.execPath;
  const args = ["sbom", "--sbom-format=cyclonedx", "--sbom-type=application", ...options];
  const [command, before] = npm === undefined ? ["npm", []] : [node, [npm]];
  const done = spawnSync(command, [...before, ...args], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (done.status !== 0) throw new Error(`npm sbom failed: ${done.stderr || done.stdout}`);
  return JSON.parse(done.stdout);
}

const all = sbom();
const bundled = JSON.parse(readFileSync(join(root, "dist", "bundled.json"), "utf8"));
const installed = sbom("--omit=dev").components.map((one) => one["bom-ref"]);
const kept = new Set([...installed, ...bundled.map(({ name, version }) => `${name}@${version}`)]);
const components = all.components
  .filter((one) => kept.has(one["bom-ref"]))
  .map((one) => ({ ...one, scope: one.scope === "optional" ? "optional" : "required" }));
const missing = [...kept].filter((ref) => components.every((one) => one["bom-ref"] !== ref));
if (missing.length > 0) throw new Error(`npm does not know ${missing.join(", ")}.`);
const self = all.metadata.component["bom-ref"];
kept.add(self);
const dependencies = all.dependencies
  .filter(({ ref }) => kept.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) }));
const { name } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const component = { ...all.metadata.component, name };
const document = { ...all, metadata: { ...all.metadata, component }, components, dependencies };
writeFileSync(join(root, "dist", "sbom.cdx.json"), `${JSON.stringify(document, null, 2)}\n`);
