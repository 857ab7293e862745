// Writes a chunk of the bundle in ASCII alone: a source with one character above U+00FF is kept by V8 in two bytes a
// character for as long as the process runs, which was 3.7 MB of its memory.
import { parseAst } from "rolldown/parseAst";

/** The same program with every other character as its escape. Throws where an escape would not mean the same. */
export function inAscii(code, name) {
  const isPlain = /^[\0-\x7f]*$/;
  if (isPlain.test(code)) return code;
  for (const quasi of rawTexts(parseAst(code)))
    if (!isPlain.test(quasi)) throw new Error(`${name}: a raw text (${quasi}) must be ASCII.`);
  // A backslash before such a character means nothing, and would take the escape's own away.
  return code.replace(/(\\*)([^\0-\x7f])/g, (_, slashes, character) => {
    const kept = slashes.length % 2 === 0 ? slashes : slashes.slice(1);
    return kept + escapeOf(character);
  });
}

function escapeOf(unit) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The texts of templates that a function reads as they are written, such as `String.raw`. */
function rawTexts(node) {
  if (Array.isArray(node)) return node.flatMap(rawTexts);
  if (typeof node !== "object" || node === null) return [];
  const own =
    node.type === "TaggedTemplateExpression" ? node.quasi.quasis.map(({ value }) => value.raw) : [];
  return [...own, ...Object.values(node).flatMap(rawTexts)];
}
