import type { Fault } from "./layer-rules.ts";
import { emptyBeginnings } from "./layers.ts";
import { lineAt, parseComments, type SourceFile } from "./source.ts";

/** Doc comments whose first sentence does not name its subject. */
export function commentFaults(file: SourceFile): Fault[] {
  return parseComments(file).flatMap(({ text, start }) => {
    if (!text.startsWith("*")) return [];
    const word = /^[\s*]*([A-Za-z]+)/.exec(text)?.[1] ?? "";
    return emptyBeginnings.has(word)
      ? [
          `${file.path}:${lineAt(file.text, start)}: the comment begins with "${word}"; name its subject and say what it is`,
        ]
      : [];
  });
}
