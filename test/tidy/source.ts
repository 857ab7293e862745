import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync, visitorKeys } from "oxc-parser";

/** A file of the tree, or of a test's small imaginary one. Paths have forward slashes and no leading one. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A node of the syntax tree, read with care: every property is unknown until looked at. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

/** One import, re-export, dynamic import or `typeof import()` of a file. */
export interface ImportEdge {
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** The exported names that are taken; undefined where all are. */
  readonly names?: readonly string[] | undefined;
}

const skippedFolders = new Set(["node_modules", "dist", "data", "coverage", ".git", ".cache"]);

/** Paths of all files below the folders given, relative to root, sorted. */
export function listFiles(root: string, folders: readonly string[]): string[] {
  const found: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (!entry.isDirectory()) found.push(path);
      else if (!skippedFolders.has(entry.name)) visit(path);
    }
  };
  for (const folder of folders) visit(folder);
  return found.toSorted();
}

export function readSource(root: string, path: string): SourceFile {
  return { path, text: readFileSync(join(root, path), "utf8") };
}

function isNode(value: unknown): value is SyntaxNode {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
  );
}

/** Reads a value as a syntax node; undefined where it is none. */
export function asNode(value: unknown): SyntaxNode | undefined {
  return isNode(value) ? value : undefined;
}

/** The syntax tree of a file. Throws where the file does not parse, since a rule that sees nothing finds nothing. */
export function parse(file: SourceFile): SyntaxNode {
  const result = parseSync(file.path, file.text, { preserveParens: false });
  const [fault] = result.errors;
  if (fault !== undefined) throw new Error(`${file.path}: ${fault.message}`);
  const program = asNode(result.program);
  if (program === undefined) throw new Error(`${file.path}: no program`);
  return program;
}

/** The comments of a file, without their marks: a doc comment begins with `*`. */
export function parseComments(
  file: SourceFile,
): readonly { readonly text: string; readonly start: number }[] {
  return parseSync(file.path, file.text).comments.map(({ value, start }) => ({
    text: value,
    start,
  }));
}

/** The direct children of a node, in source order. */
export function children(node: SyntaxNode): SyntaxNode[] {
  return (visitorKeys[node.type] ?? []).flatMap((key) => {
    const value = node[key];
    return Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [];
  });
}

/** The node and everything in it, parents before children. */
export function* descendants(
  node: SyntaxNode,
  ancestors: readonly SyntaxNode[] = [],
): Generator<{ readonly node: SyntaxNode; readonly ancestors: readonly SyntaxNode[] }> {
  yield { node, ancestors };
  const below = [...ancestors, node];
  for (const child of children(node)) yield* descendants(child, below);
}

/** The text of a string literal, or of a template without holes. */
export function literalText(node: SyntaxNode | undefined): string | undefined {
  if (node?.type === "Literal" && typeof node["value"] === "string") return node["value"];
  if (node?.type !== "TemplateLiteral") return undefined;
  const quasis = node["quasis"];
  if (!Array.isArray(quasis) || quasis.length !== 1) return undefined;
  const value = asNode(quasis[0])?.["value"];
  const cooked = typeof value === "object" && value !== null && "cooked" in value && value.cooked;
  return typeof cooked === "string" ? cooked : undefined;
}

function allTypes(node: SyntaxNode, list: string, kind: string): boolean {
  const parts = node[list];
  if (!Array.isArray(parts) || parts.length === 0) return false;
  return parts.every((part) => asNode(part)?.[kind] === "type");
}

/** The names of `import { a, b } from`; undefined where a default or the whole namespace is taken too. */
function importedNames(node: SyntaxNode): string[] | undefined {
  const parts = node["specifiers"];
  if (!Array.isArray(parts)) return undefined;
  const names = parts.map((part) => asNode(asNode(part)?.["imported"])?.["name"]);
  const known = names.filter((name) => typeof name === "string");
  return known.length === names.length ? known : undefined;
}

/** Everything that a file imports. */
export function importsOf(program: SyntaxNode): ImportEdge[] {
  const edges: ImportEdge[] = [];
  for (const { node } of descendants(program)) {
    const specifier = literalText(asNode(node["source"]));
    if (specifier === undefined) continue;
    if (node.type === "ImportDeclaration") {
      const typeOnly = node["importKind"] === "type" || allTypes(node, "specifiers", "importKind");
      edges.push({ specifier, typeOnly, names: importedNames(node) });
    } else if (node.type === "ExportNamedDeclaration" || node.type === "ExportAllDeclaration") {
      const typeOnly = node["exportKind"] === "type" || allTypes(node, "specifiers", "exportKind");
      edges.push({ specifier, typeOnly });
    } else if (node.type === "ImportExpression") edges.push({ specifier, typeOnly: false });
    else if (node.type === "TSImportType") edges.push({ specifier, typeOnly: true });
  }
  return edges;
}

/** 1 for the first line. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
