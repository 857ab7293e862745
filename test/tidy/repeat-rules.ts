import type { Fault } from "./layer-rules.ts";
import { providerOf } from "./layer-rules.ts";
import { lineAt, parse, descendants } from "./source.ts";
import type { SourceFile } from "./source.ts";

/** So many lines in a row may be the same in two providers; more are moved to where both can have them. */
export const sameLinesMax = 5;

/** A line that says something, with its number in the file. */
interface Line {
  readonly text: string;
  readonly number: number;
}

/** Lines without imports, comments, and those that hold nothing but brackets. */
function tellingLines(file: SourceFile): Line[] {
  const imports = new Set<number>();
  for (const { node } of descendants(parse(file))) {
    if (node.type !== "ImportDeclaration") continue;
    for (let line = lineAt(file.text, node.start); line <= lineAt(file.text, node.end); line += 1)
      imports.add(line);
  }
  return file.text
    .split("\n")
    .map((text, index) => ({ text: text.trim(), number: index + 1 }))
    .filter(
      ({ text, number }) => !imports.has(number) && /\w/.test(text) && !/^(\/?\*|\/\/)/.test(text),
    );
}

/** Runs of lines that stand in two providers' folders: where, and how many. */
export function repeatFaults(files: readonly SourceFile[]): Fault[] {
  const seen = new Map<string, { readonly path: string; readonly number: number }>();
  const faults: Fault[] = [];
  for (const file of files) {
    const provider = providerOf(file.path);
    if (provider === undefined) continue;
    const lines = tellingLines(file);
    let toldUntil = -1;
    for (let start = 0; start + sameLinesMax < lines.length; start += 1) {
      const run = lines.slice(start, start + sameLinesMax + 1);
      const key = run.map(({ text }) => text).join("\n");
      const first = seen.get(key);
      const number = run[0]?.number ?? 0;
      if (first === undefined) {
        seen.set(key, { path: file.path, number });
      } else if (providerOf(first.path) !== provider && start > toldUntil) {
        faults.push(
          `${file.path}:${number}: repeats ${first.path}:${first.number}; move what both need to src/dialects`,
        );
      }
      if (first !== undefined) toldUntil = start + sameLinesMax;
    }
  }
  return faults;
}
