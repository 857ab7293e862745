// Takes parts of Node into a chunk of the bundle without an import of them: for each one imported, Node reads all that
// it exports, and with that loads whatever waits behind a getter. Of `node:http` that is a second undici, of
// `node:crypto` the web's cryptography.

/** The same chunk, its imports of `node:` parts as constants. Those of a whole namespace stay. */
export function withBuiltins(code) {
  return code.replace(
    /^import (\{[^}]*\}|[\w$]+) from ("node:[\w/]+");$/gm,
    (line, names, part) => {
      if (/\bdefault as\b/.test(names)) return line;
      return `const ${names.replaceAll(" as ", ": ")} = globalThis.process.getBuiltinModule(${part});`;
    },
  );
}
