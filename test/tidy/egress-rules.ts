import type { Fault } from "./layer-rules.ts";
import { asNode, descendants, lineAt, literalText, parse } from "./source.ts";
import type { SourceFile, SyntaxNode } from "./source.ts";

/** Globals that open connections, and the ways around naming them. */
const openers = ["fetch", "WebSocket", "EventSource", "XMLHttpRequest"];
const detours = ["globalThis", "global", "eval", "Function"];

/** `fetch` and its like anywhere but in src/net, and in the command line, which is a client itself. */
export function egressFaults(file: SourceFile): Fault[] {
  if (file.path.startsWith("src/net/") || file.path === "src/cli/remote.ts") return [];
  return [...descendants(parse(file))]
    .filter(({ node, ancestors }) => opens(node, ancestors.at(-1)))
    .map(
      ({ node }) =>
        `${file.path}:${lineAt(file.text, node.start)}: all egress goes through src/net, where the guard is`,
    );
}

function opens(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (node.type === "MemberExpression") return nameOf(node) === "getBuiltinModule";
  if (node.type !== "Identifier" || parent === undefined) return false;
  if (![...openers, ...detours].includes(String(node["name"]))) return false;
  // A property of that name is what a value was handed; a type opens nothing.
  const isOwnName =
    parent["computed"] !== true && (parent["property"] === node || parent["key"] === node);
  return !isOwnName && !parent.type.startsWith("TS");
}

function nameOf(member: SyntaxNode): unknown {
  const property = asNode(member["property"]);
  return literalText(property) ?? property?.["name"];
}
