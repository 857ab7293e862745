import { nodeOf, type SyntaxNode, walk } from "./syntax.ts";

/** A small wrong change to a file: what stands from `start` to `end` is replaced. */
export interface Mutant {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** The kind of change, for the report. */
  readonly operator: string;
}

type Change = Omit<Mutant, "path">;

/** Makes the changes that a kind of change finds at a node. `sourceOf` gives a node's text. */
type Operator = (
  node: SyntaxNode,
  sourceOf: (node: SyntaxNode) => string,
  around: readonly SyntaxNode[],
) => readonly Change[];

const swapped: ReadonlyMap<string, string> = new Map([
  ["<", "<="],
  ["<=", "<"],
  [">", ">="],
  [">=", ">"],
  ["===", "!=="],
  ["!==", "==="],
  ["+", "-"],
  ["-", "+"],
  ["*", "/"],
  ["/", "*"],
  ["%", "*"],
  ["&&", "||"],
  ["||", "&&"],
  ["+=", "-="],
  ["-=", "+="],
  ["*=", "/="],
  ["++", "--"],
  ["--", "++"],
]);

/** Another operator in the place of one: `<` for `<=`, `||` for `&&`. */
const operatorSwap: Operator = (node, sourceOf) => {
  const sign = typeof node.operator === "string" ? node.operator : "";
  const other = swapped.get(sign);
  const left = nodeOf(node.left);
  const right = nodeOf(node.right);
  if (other === undefined || left === undefined || right === undefined) return [];
  // A plus between texts has no opposite.
  if (sign === "+" && [left, right].some(({ type }) => /Template|Literal/.test(type))) return [];
  const between = sourceOf({ ...node, start: left.end, end: right.start });
  const start = left.end + between.indexOf(sign);
  return [
    { start, end: start + sign.length, replacement: other, operator: `${sign} becomes ${other}` },
  ];
};

const updateSwap: Operator = ({ type, operator, prefix, start, end }) => {
  if (type !== "UpdateExpression" || typeof operator !== "string") return [];
  const at = prefix === true ? start : end - 2;
  const replacement = swapped.get(operator) ?? operator;
  return [{ start: at, end: at + 2, replacement, operator: `${operator} becomes ${replacement}` }];
};

/** The value behind `??` always. */
const fallback: Operator = (node, sourceOf) => {
  const right = nodeOf(node.right);
  if (node.type !== "LogicalExpression" || node.operator !== "??" || right === undefined) return [];
  const { start, end } = node;
  return [{ start, end, replacement: sourceOf(right), operator: "?? always falls back" }];
};

/** A condition that always or never holds. */
const condition: Operator = ({ type, test }) => {
  const found = nodeOf(test);
  if (!/^(If|While|DoWhile|For)Statement$|^ConditionalExpression$/.test(type)) return [];
  if (found === undefined) return [];
  const { start, end } = found;
  const words = /^(While|DoWhile|For)/.test(type) ? ["false"] : ["true", "false"];
  return words.map((word) => ({
    start,
    end,
    replacement: word,
    operator: `a condition is ${word}`,
  }));
};

const negation: Operator = (node, sourceOf) => {
  const argument = nodeOf(node.argument);
  if (node.type !== "UnaryExpression" || node.operator !== "!" || argument === undefined) return [];
  const { start, end } = node;
  return [{ start, end, replacement: `(${sourceOf(argument)})`, operator: "no negation" }];
};

/** Another number, the other truth, another word. Sentences are for people and stay. */
const literal: Operator = ({ type, value, start, end }, sourceOf, around) => {
  if (type !== "Literal") return [];
  const parent = around.at(-1);
  // A member's name, a discriminant in a type and the like are not values.
  if (parent?.type === "Property" && nodeOf(parent.key)?.start === start) return [];
  if (typeof value === "number") {
    // Of a large bound nobody notices one more.
    const replacement =
      value === 0 || value >= 100 ? "1" : `(${sourceOf({ type, start, end })} + 1)`;
    return [{ start, end, replacement, operator: "another number" }];
  }
  if (typeof value === "boolean") {
    return [{ start, end, replacement: String(!value), operator: "the other truth" }];
  }
  if (typeof value === "string" && /^[a-z][a-z0-9_-]*$/.test(value)) {
    return [{ start, end, replacement: `("mutated" as never)`, operator: "another word" }];
  }
  return [];
};

const otherMethods: ReadonlyMap<string, string> = new Map([
  ["min", "max"],
  ["max", "min"],
  ["floor", "ceil"],
  ["ceil", "floor"],
  ["round", "floor"],
  ["some", "every"],
  ["every", "some"],
  ["startsWith", "endsWith"],
  ["endsWith", "startsWith"],
]);

/** Methods without which a list is another one, or in another order. */
const listMethods = new Set(["filter", "toSorted", "toReversed", "slice", "subarray"]);

const method: Operator = (node, sourceOf) => {
  const callee = nodeOf(node.callee);
  const property = nodeOf(callee?.property);
  const object = nodeOf(callee?.object);
  if (node.type !== "CallExpression" || property === undefined || object === undefined) return [];
  const name = sourceOf(property);
  const other = otherMethods.get(name);
  const { start, end } = property;
  if (other !== undefined)
    return [{ start, end, replacement: other, operator: `${name} becomes ${other}` }];
  if (!listMethods.has(name)) return [];
  return [
    {
      start: node.start,
      end: node.end,
      replacement: sourceOf(object),
      operator: `no ${name}`,
    },
  ];
};

/** A statement that is done for its effect, left out. */
const effect: Operator = ({ type, expression, start, end }, _, around) => {
  const inner = nodeOf(expression);
  if (type !== "ExpressionStatement" || inner === undefined || around.length < 2) return [];
  return [{ start, end, replacement: ";", operator: "a statement is left out" }];
};

const returned: Operator = ({ type, argument }) => {
  const value = nodeOf(argument);
  if (type !== "ReturnStatement" || value === undefined) return [];
  if (!/^(Call|Object|Array|New|Await)Expression$/.test(value.type)) return [];
  const { start, end } = value;
  return [{ start, end, replacement: "undefined as never", operator: "nothing is returned" }];
};

/** A member that is spread in or named, left out of an object or a list. */
const member: Operator = (node, sourceOf) => {
  const { type } = node;
  const list =
    type === "ArrayExpression" ? node.elements : type === "ObjectExpression" ? node.properties : [];
  if (!Array.isArray(list)) return [];
  return list.flatMap((one, index) => {
    const found = nodeOf(one);
    if (found === undefined) return [];
    if (type === "ObjectExpression" && found.type !== "SpreadElement") return [];
    const next = nodeOf(list[index + 1]);
    // The last one goes with the comma behind it.
    const behind = sourceOf(node).slice(found.end - node.start);
    const end = next?.start ?? found.end + (/^\s*,/.exec(behind)?.[0].length ?? 0);
    if (sourceOf(found).length > 200) return [];
    return [{ start: found.start, end, replacement: "", operator: "a member is left out" }];
  });
};

/** What changes in SQL, each as it stands and what it becomes. */
const sqlChanges: readonly (readonly [RegExp, string])[] = [
  [/ < /g, " <= "],
  [/ <= /g, " < "],
  [/ > /g, " >= "],
  [/ >= /g, " > "],
  // The columns of an UPDATE are set, not compared.
  [/(?<=WHERE[^]*|WHEN \S+) = /g, " <> "],
  [/ AND /g, " OR "],
  [/ IS NOT NULL/g, " IS NULL"],
  [/ IS NULL/g, " IS NOT NULL"],
  [/ DESC/g, ""],
  [/ \+ /g, " - "],
  [/\bMAX\(/g, "MIN("],
  [/\bMIN\(/g, "MAX("],
  [/\bsum\(/gi, "max("],
];

const sql: Operator = (node, sourceOf) => {
  if (!/^(TemplateElement|Literal)$/.test(node.type)) return [];
  const text = sourceOf(node);
  if (!/^["'`]?\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/.test(text)) return [];
  return sqlChanges.flatMap(([from, to]) =>
    [...text.matchAll(from)].map(({ index, 0: found }) => ({
      start: node.start + index,
      end: node.start + index + found.length,
      replacement: to,
      operator: `SQL:${found} becomes ${to === "" ? "nothing" : to.trim()}`,
    })),
  );
};

const operators: readonly Operator[] = [
  operatorSwap,
  updateSwap,
  fallback,
  condition,
  negation,
  literal,
  method,
  effect,
  returned,
  member,
  sql,
];

/** A line of the log: what is said to the operator is no part of what clients are promised. */
const saying = /(?:\blog\.(?:debug|info|warn|error)|logFault)$/;

/** All small wrong changes to one file, in the order of the text. */
export function mutantsOf(path: string, text: string): Mutant[] {
  const sourceOf = ({ start, end }: SyntaxNode): string => text.slice(start, end);
  const found: Mutant[] = [];
  const isSaid = ({ type, callee, expression }: SyntaxNode): boolean => {
    const called = nodeOf(nodeOf(expression)?.callee ?? callee);
    return (
      called !== undefined &&
      /^(CallExpression|ExpressionStatement)$/.test(type) &&
      saying.test(sourceOf(called))
    );
  };
  walk(path, text, (node, around) => {
    if (isSaid(node) || around.some(isSaid)) return;
    for (const operator of operators)
      for (const change of operator(node, sourceOf, around)) found.push({ path, ...change });
  });
  return found
    .filter(({ start, end, replacement }) => text.slice(start, end) !== replacement)
    .toSorted((a, b) => a.start - b.start || a.end - b.end);
}

/** The file with the change in it. */
export function applied(text: string, { start, end, replacement }: Mutant): string {
  return text.slice(0, start) + replacement + text.slice(end);
}
