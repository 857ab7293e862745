import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from "yaml";
import { isRecord, withoutNulls } from "../core/entry-paths.ts";
import type { Fault, Path } from "./faults.ts";

/** A parsed file. */
export interface FileDocument {
  /** Plain values; a setting that is null is as good as absent and left out. */
  readonly value: Record<string, unknown>;
  /** The line of a setting, or of the nearest one around it. From 1. */
  lineOf(path: Path): number | undefined;
}

/** A bound that no file written by hand reaches. */
const fileCharactersMax = 16 * 2 ** 20;

/** Reads YAML. `name` stands in the faults. Anchors, aliases and `<<` work. */
export function readDocument(
  text: string,
  name: string,
): { readonly document: FileDocument } | { readonly faults: Fault[] } {
  const fault = (message: string, line?: number): { faults: Fault[] } => ({
    faults: [{ setting: "", message, place: { file: name, line } }],
  });
  if (text.length > fileCharactersMax)
    return fault(`is longer than ${fileCharactersMax} characters`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const problems = tellable([...document.errors, ...document.warnings]);
  if (problems.length > 0) {
    return {
      faults: problems.flatMap((problem) => {
        const line = lines.linePos(problem.pos[0]).line;
        // The commonest slip: a flow map ends at the brace of ${NAME}.
        const bare = /[{,[:]\s*\$+\{/.test(text.split("\n")[line - 1] ?? "");
        const hint =
          bare && problem.code !== "DUPLICATE_KEY"
            ? "; inside { } or [ ], put ${NAME} in quotes"
            : "";
        return fault(`not valid YAML: ${sentence(problem.message)}${hint}`, line).faults;
      }),
    };
  }
  let value: unknown;
  try {
    value = document.toJS() ?? {};
  } catch (error) {
    // An alias without its anchor, or aliases that multiply without end.
    return fault(`not valid YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  const plain = withoutNulls(value);
  if (!isRecord(plain)) return fault("must hold settings such as `server:` and `channels:`", 1);
  return { document: { value: plain, lineOf: (path) => lineOf(document, lines, path) } };
}

/** Up to the first that is about the syntax: what follows it is mostly its echo. */
function tellable<P extends { readonly code: string }>(problems: readonly P[]): readonly P[] {
  const first = problems.findIndex((problem) => problem.code !== "DUPLICATE_KEY");
  return first === -1 ? problems : problems.slice(0, first + 1);
}

/** Without the piece of the file that some messages end with: it may be a credential. */
function sentence(message: string): string {
  return message
    .replace(/\s+/g, " ")
    .replace(/: ".*$/, "")
    .replace(/\.$/, "");
}

function lineOf(document: Document.Parsed, lines: LineCounter, path: Path): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined = document.contents?.range?.[0];
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      );
      // The line of the name, since a value may begin below it.
      if (pair !== undefined && isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      next = pair?.value;
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
      const range = isMap(next) || isSeq(next) || isScalar(next) ? next.range : undefined;
      offset = range?.[0] ?? offset;
    }
    if (next === undefined || next === null) break;
    node = next;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}
