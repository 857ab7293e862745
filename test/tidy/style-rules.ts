import {
  bannedNames,
  entryFiles,
  fileLinesMax,
  functionLinesMax,
  testFileLinesMax,
} from "./layers.ts";
import { layerOf, providerOf, type Fault } from "./layer-rules.ts";
import { providerLists } from "./provider-rules.ts";
import { asNode, children, descendants, lineAt, literalText, parse } from "./source.ts";
import type { SourceFile, SyntaxNode } from "./source.ts";

const functionTypes = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);

/** A callback of `describe` is a heading over tests, not a function to be read at once. */
function isDescribe(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (parent?.type !== "CallExpression" || parent["callee"] === node) return false;
  return [...descendants(asNode(parent["callee"]) ?? parent)].some(
    (inner) => inner.node.type === "Identifier" && inner.node["name"] === "describe",
  );
}

/** Files and functions that are too long to be read. */
export function lengthFaults(file: SourceFile): Fault[] {
  const faults: Fault[] = [];
  const lines = file.text.split("\n").length - (file.text.endsWith("\n") ? 1 : 0);
  const linesMax = file.path.startsWith("test/") ? testFileLinesMax : fileLinesMax;
  // A list has an entry for each provider or model there is, and nobody reads it through.
  const isList = providerLists.includes(file.path);
  if (lines > linesMax && !isList) faults.push(`${file.path}: ${lines} lines; at most ${linesMax}`);
  for (const { node, ancestors } of descendants(parse(file))) {
    if (!functionTypes.has(node.type) || isDescribe(node, ancestors.at(-1))) continue;
    const first = lineAt(file.text, node.start);
    const length = lineAt(file.text, node.end) - first + 1;
    if (length > functionLinesMax)
      faults.push(
        `${file.path}:${first}: a function of ${length} lines; at most ${functionLinesMax}`,
      );
  }
  return faults;
}

/** Names of files and folders: kebab-case, and none that says nothing. */
export function nameFaults(path: string): Fault[] {
  return path.split("/").flatMap((part) => {
    const words = part.split(/[-.]/);
    const faults: Fault[] = [];
    if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/.test(part))
      faults.push(`${path}: ${part} is not kebab-case`);
    for (const word of words.filter((word) => bannedNames.includes(word)))
      faults.push(`${path}: the name "${word}" says nothing`);
    return faults;
  });
}

function isProcess(value: unknown): boolean {
  const node = asNode(value);
  return node?.type === "Identifier" && node["name"] === "process";
}

function isProcessEnv(node: SyntaxNode): boolean {
  if (node.type === "VariableDeclarator")
    return isProcess(node["init"]) && asNode(node["id"])?.type === "ObjectPattern";
  if (node.type !== "MemberExpression" || !isProcess(node["object"])) return false;
  const property = asNode(node["property"]);
  return (literalText(property) ?? property?.["name"]) === "env";
}

/** Only the configuration reads the environment. */
export function environmentFaults(file: SourceFile): Fault[] {
  if (layerOf(file.path) === "config") return [];
  return [...descendants(parse(file))]
    .filter(({ node }) => isProcessEnv(node))
    .map(
      ({ node }) =>
        `${file.path}:${lineAt(file.text, node.start)}: only src/config reads process.env`,
    );
}

/** A provider's id is a word of its own folder only. `ids` are those of all providers. */
/** Ids that are also words of other things: zod's code of an issue of one's own, and the owner of models that have none. */
const ordinaryWords: readonly string[] = ["custom"];

export function providerIdFaults(file: SourceFile, ids: readonly string[]): Fault[] {
  if (providerLists.includes(file.path)) return [];
  const names = ids.filter((id) => !ordinaryWords.includes(id));
  const own = providerOf(file.path);
  return [...descendants(parse(file))].flatMap(({ node, ancestors }) => {
    const text = literalText(node);
    if (text === undefined || text === own || !names.includes(text)) return [];
    if (ancestors.at(-1)?.["source"] === node) return [];
    return [
      `${file.path}:${lineAt(file.text, node.start)}: "${text}" is a provider's id; ask the provider instead`,
    ];
  });
}

/** Classes that stand for a kind of thing rather than for a base of others. */
const extendable = new Set(["Error"]);

/** No inheritance, no decorators. */
export function classFaults(file: SourceFile): Fault[] {
  return [...descendants(parse(file))].flatMap(({ node }) => {
    const line = `${file.path}:${lineAt(file.text, node.start)}`;
    if (node.type === "Decorator") return [`${line}: no decorators`];
    const parent = asNode(node["superClass"]);
    if (parent === undefined) return [];
    const name = parent["name"];
    return typeof name === "string" && extendable.has(name)
      ? []
      : [`${line}: a value that satisfies a type instead of a subclass`];
  });
}

/** Statements at the top of a module that act instead of declaring. */
const actingStatements = new Set([
  "ExpressionStatement",
  "IfStatement",
  "ForStatement",
  "ForOfStatement",
  "ForInStatement",
  "WhileStatement",
  "TryStatement",
]);

function awaitsAtTop(node: SyntaxNode): boolean {
  if (node.type === "AwaitExpression") return true;
  return !functionTypes.has(node.type) && children(node).some(awaitsAtTop);
}

/** Importing a file does nothing but define; entry points aside. */
export function importWorkFaults(file: SourceFile): Fault[] {
  if (entryFiles.some((entry) => entry.test(file.path))) return [];
  return children(parse(file))
    .filter((node) => actingStatements.has(node.type) || awaitsAtTop(node))
    .map((node) => `${file.path}:${lineAt(file.text, node.start)}: work at import`);
}
