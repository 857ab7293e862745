import type { Fault } from "./layer-rules.ts";
import { stateFolders, timerFiles, timerlessFolders } from "./layers.ts";
import { asNode, children, descendants, lineAt, literalText, parse } from "./source.ts";
import type { SourceFile, SyntaxNode } from "./source.ts";

/** Methods that change the collection they are called on. */
const writers = new Set([
  "set",
  "add",
  "delete",
  "clear",
  "push",
  "pop",
  "shift",
  "unshift",
  "splice",
  "sort",
  "reverse",
  "fill",
  "copyWithin",
]);

/** State that outlives every call: variables at the top of a module, and values there that are written to. */
export function stateFaults(file: SourceFile): Fault[] {
  if (isIn(file.path, stateFolders)) return [];
  const program = parse(file);
  const declarations = topDeclarations(program);
  const caches = new Set(
    declarations.flatMap(({ declarator }) =>
      className(declarator) === "WeakMap" ? [nameOf(declarator["id"])] : [],
    ),
  );
  const names = new Set([
    ...declarations.map(({ declarator }) => nameOf(declarator["id"])),
    // Another module's value is written to as well as one of its own; what runtime holds is there for that.
    ...importedNames(program, (module) => /^\.(?!.*\/runtime\/)/.test(module)),
  ]);
  const imported = importedNames(program, () => true);
  const at = (node: SyntaxNode): string => `${file.path}:${lineAt(file.text, node.start)}`;
  const declared = declarations.flatMap(({ kind, declarator }) => {
    if (kind !== "const") return [`${at(declarator)}: a variable at the top of a module is state`];
    const made = className(declarator);
    const isState = made !== undefined && imported.has(made);
    return isState ? [`${at(declarator)}: a ${made} at the top of a module is state`] : [];
  });
  const written = [...descendants(program)].flatMap(({ node }) => {
    const target = writtenBy(node);
    if (target === undefined || !names.has(target) || caches.has(target)) return [];
    return [`${at(node)}: writes to ${target} at the top of the module, which is state`];
  });
  const statics = [...descendants(program)].flatMap(({ node }) =>
    node.type === "PropertyDefinition" && node["static"] === true && node["readonly"] !== true
      ? [`${at(node)}: a static field is state`]
      : [],
  );
  return [...declared, ...written, ...statics];
}

interface TopDeclaration {
  readonly kind: unknown;
  readonly declarator: SyntaxNode;
}

function topDeclarations(program: SyntaxNode): TopDeclaration[] {
  return children(program).flatMap((statement) => {
    const exported = statement.type === "ExportNamedDeclaration";
    const node = exported ? asNode(statement["declaration"]) : statement;
    if (node?.type !== "VariableDeclaration" || node["declare"] === true) return [];
    const kind = node["kind"];
    return children(node).map((declarator) => ({ kind, declarator }));
  });
}

function importedNames(program: SyntaxNode, from: (module: string) => boolean): Set<string> {
  const imports = children(program).filter(
    (node) => node.type === "ImportDeclaration" && from(literalText(asNode(node["source"])) ?? ""),
  );
  return new Set(imports.flatMap(children).map((part) => nameOf(part["local"])));
}

/** `Map` for `const a = new Map()`, also behind `as` and `satisfies`. */
function className(declarator: SyntaxNode): string | undefined {
  let value = asNode(declarator["init"]);
  while (value?.type.startsWith("TS") === true) value = asNode(value["expression"]);
  return value?.type === "NewExpression" ? nameOf(value["callee"]) : undefined;
}

function nameOf(value: unknown): string {
  const name = asNode(value)?.["name"];
  return typeof name === "string" ? name : "";
}

/** The variable whose value a node changes: `a` for `a.push(1)`, `a.b.c = 1`, `a[0] += 1` and `delete a.b`. */
function writtenBy(node: SyntaxNode): string | undefined {
  if (node.type === "AssignmentExpression") return ownerOf(asNode(node["left"]));
  if (node.type === "UpdateExpression") return ownerOf(asNode(node["argument"]));
  if (node.type === "UnaryExpression" && node["operator"] === "delete")
    return ownerOf(asNode(node["argument"]));
  if (node.type !== "CallExpression") return undefined;
  const callee = asNode(node["callee"]);
  const property = asNode(callee?.["property"]);
  const method = literalText(property) ?? nameOf(property);
  return writers.has(method) ? ownerOf(callee) : undefined;
}

function ownerOf(node: SyntaxNode | undefined): string | undefined {
  let owner = node?.type === "MemberExpression" ? asNode(node["object"]) : undefined;
  while (owner?.type === "MemberExpression" || owner?.type === "TSNonNullExpression")
    owner = asNode(owner["object"] ?? owner["expression"]);
  return owner?.type === "Identifier" ? nameOf(owner) : undefined;
}

const timerNames = new Set(["setTimeout", "setInterval"]);

/** Timers where nothing may wait by itself: what recurs is a row of app/upkeep.ts, and who must wait is handed a timer. */
export function timerFaults(file: SourceFile): Fault[] {
  if (!isIn(file.path, timerlessFolders) || timerFiles.includes(file.path)) return [];
  return [...descendants(parse(file))].flatMap(({ node, ancestors }) =>
    isTimer(node, ancestors.at(-1))
      ? [
          `${file.path}:${lineAt(file.text, node.start)}: no timers here; what recurs is a row of app/upkeep.ts`,
        ]
      : [],
  );
}

function isTimer(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (node.type === "ImportDeclaration") {
    const module = literalText(asNode(node["source"])) ?? "";
    // The turn of the event loop is none.
    return (
      /^node:timers(\/promises)?$/.test(module) &&
      children(node).some((part) => {
        const imported = asNode(part["imported"]);
        return part.type !== "Literal" && nameOf(imported) !== "setImmediate";
      })
    );
  }
  if (node.type === "MemberExpression") {
    const isSignal = nameOf(node["object"]) === "AbortSignal";
    return isSignal && nameOf(node["property"]) === "timeout";
  }
  if (node.type !== "Identifier" || !timerNames.has(nameOf(node))) return false;
  // A property of that name is what a value was handed.
  return (
    parent?.["property"] !== node && parent?.["key"] !== node && parent?.type !== "ImportSpecifier"
  );
}

function isIn(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path.startsWith(`src/${folder}/`));
}
