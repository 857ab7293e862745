import { posix } from "node:path";
import { builtinModules } from "node:module";
import { builtinFolders, layers, packageFolders, pureLayers, type Layer } from "./layers.ts";
import { descendants, importsOf, literalText, asNode, parse } from "./source.ts";
import type { ImportEdge, SourceFile } from "./source.ts";

/** A broken rule: where, and one sentence on what to change. */
export type Fault = string;

const builtins = new Set(builtinModules);

/** `core` for src/core/money.ts, `config` for src/config.ts and src/config/read.ts, `web` for web/main.tsx. */
export function layerOf(path: string): string {
  const [top, second = ""] = path.split("/");
  return top === "src" ? second.replace(/\.ts$/, "") : (top ?? "");
}

/** `openai` for src/providers/openai/index.ts; undefined for everything that is in no provider's folder. */
export function providerOf(path: string): string | undefined {
  const match = /^src\/providers\/([^/]+)\/.+$/.exec(path);
  return match?.[1];
}

function rowOf(layer: string): Layer | undefined {
  return layers.find((row) =>
    row.folder
      .split(", ")
      .some((folder) => folder.replace(/^src\//, "").replace(/\/<id>$|\.ts$/, "") === layer),
  );
}

function mayImport(row: Layer, target: string, typeOnly: boolean): boolean {
  return row.mayImport.some((word) => {
    if (word === "everything") return true;
    if (word.endsWith(" (types)")) return typeOnly && word === `${target} (types)`;
    return word.replace(/\.ts$/, "") === target;
  });
}

function internalFault(path: string, target: string, typeOnly: boolean): Fault | undefined {
  const from = layerOf(path);
  const to = layerOf(target);
  const row = rowOf(from);
  if (row === undefined) return `${path}: ${from} is no folder of the layer table`;
  if (!target.startsWith("src/") && layerOf(target) !== from)
    return `${path}: imports ${target}, which is outside src`;
  if (from === "providers" && to === "providers") {
    // The list names every provider; a provider names none.
    const isList = path === "src/providers/index.ts";
    return isList || providerOf(path) === providerOf(target)
      ? undefined
      : `${path}: imports ${target}, another provider's file`;
  }
  if (from === to || mayImport(row, to, typeOnly)) return undefined;
  return `${path}: ${from} may not import ${to} (${target})`;
}

function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function builtinFault(path: string, { specifier, typeOnly, names }: ImportEdge): Fault | undefined {
  const name = specifier.slice("node:".length);
  const layer = layerOf(path);
  const pure = Object.hasOwn(pureLayers, layer) ? pureLayers[layer] : undefined;
  if (pure !== undefined && !pure.includes(name))
    return `${path}: ${layer} is pure and may not import node:${name}`;
  const rule = builtinFolders[name];
  if (rule === undefined || rule.folders.includes(layer)) return undefined;
  if (rule.types === true && typeOnly) return undefined;
  if (names !== undefined && names.length > 0 && names.every((taken) => rule.free?.includes(taken)))
    return undefined;
  return `${path}: ${layer} may not import node:${name}`;
}

function externalFault(path: string, edge: ImportEdge): Fault | undefined {
  const { specifier } = edge;
  if (specifier.startsWith("node:")) return builtinFault(path, edge);
  if (builtins.has(specifier)) return `${path}: write node:${specifier}`;
  const name = packageName(specifier);
  const folders = Object.hasOwn(packageFolders, name) ? packageFolders[name] : undefined;
  if (folders === undefined) return `${path}: the package ${name} is not allowed anywhere in src`;
  if (folders === "everywhere" || folders.includes(layerOf(path))) return undefined;
  return `${path}: ${layerOf(path)} may not import the package ${name}`;
}

/** Who imports whom: layers, packages and parts of Node. For files of src. */
export function importFaults(file: SourceFile): Fault[] {
  const program = parse(file);
  const faults = importsOf(program).map((edge) => {
    if (!edge.specifier.startsWith(".")) return externalFault(file.path, edge);
    if (!/\.(ts|json)$/.test(edge.specifier))
      return `${file.path}: write the extension in ${edge.specifier}`;
    const target = posix.normalize(posix.join(posix.dirname(file.path), edge.specifier));
    return internalFault(file.path, target, edge.typeOnly);
  });
  for (const { node } of descendants(program)) {
    if (node.type === "ImportExpression" && literalText(asNode(node["source"])) === undefined)
      faults.push(`${file.path}: import() of something other than a literal cannot be checked`);
  }
  return faults.filter((fault) => fault !== undefined);
}
