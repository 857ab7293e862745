import { parseSync, visitorKeys } from "oxc-parser";

/** A node of the syntax tree, read with care: every property is unknown until looked at. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

/** Reads a value as a syntax node; undefined where it is none. */
export function nodeOf(value: unknown): SyntaxNode | undefined {
  return typeof value === "object" &&
    value !== null &&
    "type" in value &&
    typeof value.type === "string"
    ? (value as SyntaxNode)
    : undefined;
}

/** Types and imports do nothing when the program runs. */
const skipped = /^(TS(?!AsExpression|SatisfiesExpression)|Import|ExportAll)/;

/** Calls back for every node that does something at run time, outermost first, with the nodes around it. */
export function walk(
  path: string,
  text: string,
  visit: (node: SyntaxNode, around: readonly SyntaxNode[]) => void,
): void {
  const { program, errors } = parseSync(path, text, { preserveParens: false });
  const [fault] = errors;
  const root = nodeOf(program);
  if (fault !== undefined || root === undefined)
    throw new Error(`${path}: ${fault?.message ?? "no program"}`);
  const descend = (node: SyntaxNode, around: readonly SyntaxNode[]): void => {
    if (skipped.test(node.type)) return;
    visit(node, around);
    const inside = [...around, node];
    for (const key of visitorKeys[node.type] ?? []) {
      const child = node[key];
      for (const one of Array.isArray(child) ? child : [child]) {
        const found = nodeOf(one);
        if (found !== undefined) descend(found, inside);
      }
    }
  };
  descend(root, []);
}
