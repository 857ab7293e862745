import { resolve } from "node:path";
import { fileFaultWords } from "../core/file-faults.ts";
import type { Provider } from "../core/provider.ts";
import { isRecord, replaceAt, valueAt } from "../core/entry-paths.ts";
import type { Path } from "./faults.ts";
import type { Reading } from "./issues.ts";
import type { TreeInput } from "./tree.ts";

/** Characters of a file that a setting names. */
const fileCharactersMax = 4_000_000;

/** A channel's settings with the texts of files where the provider says that a path stands. */
export function withFileTexts(
  { fileSettings = [] }: Provider,
  given: Readonly<Record<string, unknown>>,
  { cwd, readFile }: Pick<TreeInput, "cwd" | "readFile">,
  { faults, at }: Reading,
): Readonly<Record<string, unknown>> {
  let settings: unknown = given;
  for (const place of fileSettings) {
    for (const path of pathsTo(given, place.split("."))) {
      const name = valueAt(given, path);
      if (typeof name !== "string") continue;
      const text = readTextFile(readFile, resolve(cwd, name));
      if ("text" in text) settings = replaceAt(settings, path, text.text);
      else faults.add([...at, ...path], `cannot read ${name}: ${text.fault}`);
    }
  }
  return isRecord(settings) ? settings : given;
}

/** The paths that exist in a value and that the steps, with `*` for every key, lead to. */
function pathsTo(value: unknown, [step, ...rest]: readonly string[]): Path[] {
  if (step === undefined) return [[]];
  if (!isRecord(value)) return [];
  const keys = step === "*" ? Object.keys(value) : Object.hasOwn(value, step) ? [step] : [];
  return keys.flatMap((key) => pathsTo(value[key], rest).map((path) => [key, ...path]));
}

/** The text of a file that a setting names, or a fault with its remedy. */
export function readTextFile(
  readFile: TreeInput["readFile"],
  path: string,
): { readonly text: string } | { readonly fault: string } {
  try {
    const text = readFile(path);
    return text.length <= fileCharactersMax
      ? { text }
      : { fault: `it has more than ${fileCharactersMax} characters` };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    const [why, remedy] = fileFaultWords(code) ?? [`the system says ${code}`, "check the file"];
    return { fault: `${why}; ${remedy}` };
  }
}
