import { posix } from "node:path";
import { builtinModules } from "node:module";
import {
  builtinFolders,
  consolePackages,
  floors,
  type Layer,
  packageFolders,
  pureLayers,
  rooms,
} from "./layers.ts";
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

/** Beginnings of the paths that a word of the tables stands for. */
function pathsOf(word: string): RegExp {
  const path = word === "web" ? word : `src/${word}`;
  const pattern = path.replace(/[.]/g, String.raw`\.`).replace(/<\w+>/g, "[^/]+");
  // Only a folder has a name of its own; a file beside it is of the row around.
  return new RegExp(`^${pattern}${word.endsWith(">") ? "/" : String.raw`(\.tsx?$|/)`}`);
}

/** Longest first, so that a room's row wins over its house's. */
const rows = [...floors, ...rooms]
  .map((layer) => ({ layer, paths: pathsOf(layer.folder) }))
  .toSorted((a, b) => b.layer.folder.length - a.layer.folder.length);

/** The row that a path belongs to, and the folder or file that the row means for it. */
function placeOf(path: string): { readonly row: Layer; readonly root: string } | undefined {
  for (const { layer, paths } of rows) {
    const match = paths.exec(path);
    if (match !== null) return { row: layer, root: match[0].replace(/\.ts$|\/$/, "") };
  }
  return undefined;
}

function internalFault(path: string, target: string): Fault | undefined {
  const from = placeOf(path);
  const to = placeOf(target);
  if (from === undefined) return `${path}: is in no folder of the layer tables`;
  if (to?.root === from.root) return undefined;
  if (!target.startsWith("src/")) return `${path}: imports ${target}, which is outside src`;
  const { folder, mayImport } = from.row;
  const isAllowed = mayImport.some((word) => word === "everything" || pathsOf(word).test(target));
  return isAllowed ? undefined : `${path}: ${folder} may not import ${target}`;
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
  if (layerOf(path) === "web" && consolePackages.includes(name)) return undefined;
  const folders = Object.hasOwn(packageFolders, name) ? packageFolders[name] : undefined;
  if (folders === undefined) return `${path}: the package ${name} is not allowed anywhere in src`;
  if (folders === "everywhere" || folders.includes(layerOf(path))) return undefined;
  return `${path}: ${layerOf(path)} may not import the package ${name}`;
}

/** The file that a relative import names. */
export function targetOf(path: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(path), specifier));
}

/** Who imports whom: layers, packages and parts of Node. For files of src. */
export function importFaults(file: SourceFile): Fault[] {
  const program = parse(file);
  const faults = importsOf(program).map((edge) => {
    if (!edge.specifier.startsWith(".")) return externalFault(file.path, edge);
    if (!/\.(tsx?|json|css)$/.test(edge.specifier))
      return `${file.path}: write the extension in ${edge.specifier}`;
    return internalFault(file.path, targetOf(file.path, edge.specifier));
  });
  for (const { node } of descendants(program)) {
    if (node.type === "ImportExpression" && literalText(asNode(node["source"])) === undefined)
      faults.push(`${file.path}: import() of something other than a literal cannot be checked`);
  }
  return faults.filter((fault) => fault !== undefined);
}
