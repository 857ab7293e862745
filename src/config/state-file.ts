import { stringify } from "yaml";
import { isRecord } from "../core/entry-paths.ts";
import { readDocument } from "./document.ts";
import { ConfigError, type Path } from "./faults.ts";
import type { Environment } from "./sources.ts";

/** A state as a file has it. */
export interface StateFile {
  readonly state: Readonly<Record<string, unknown>>;
  /** The values of the variables that it names, as far as the environment has them. */
  readonly variables: Readonly<Record<string, string>>;
  /** The line of a setting by its name (`keys[0].rpm`), or of the nearest one around it. From 1. */
  lineOf(setting: string): number | undefined;
}

/** The way from a state's file to what is sent, and back. */
export interface StateFiles {
  readonly readStateFile: typeof readStateFile;
  readonly stateText: typeof stateText;
}

/** Reads a file of a state; nothing in it is filled in yet. Throws `ConfigError` where it is no YAML. `name` stands in the faults. */
export function readStateFile(text: string, name: string, env: Environment): StateFile {
  const read = readDocument(text, name);
  if ("faults" in read) throw new ConfigError(read.faults);
  const { value, lineOf } = read.document;
  const variables: Record<string, string> = {};
  for (const variable of variablesIn(value)) {
    const found = Object.hasOwn(env, variable) ? env[variable] : undefined;
    if (found !== undefined) variables[variable] = found;
  }
  return { state: value, variables, lineOf: (setting) => lineOf(pathOf(setting)) };
}

/** Names of the variables in all texts of a value. */
function variablesIn(value: unknown): string[] {
  if (typeof value === "string")
    return [...value.matchAll(/\$(\$?)\{([A-Za-z_]\w*)(?::-[^}]*)?\}/g)].flatMap(
      ([, escape, name = ""]) => (escape === "" ? [name] : []),
    );
  if (Array.isArray(value)) return value.flatMap(variablesIn);
  return isRecord(value) ? Object.values(value).flatMap(variablesIn) : [];
}

/** The path of a setting's name. */
function pathOf(setting: string): Path {
  const steps = setting.matchAll(/(?:^|\.)([\w-]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g);
  return [...steps].map(([, name, index, quoted]) => {
    if (index !== undefined) return Number(index);
    // As `settingName` wrote it.
    return quoted === undefined ? (name ?? "") : String(JSON.parse(quoted));
  });
}

/** A state as the text of a file, with lines of comment before it. */
export function stateText(
  state: Readonly<Record<string, unknown>>,
  comments: readonly string[],
): string {
  const head = comments.map((line) => `# ${line.replaceAll(/\p{C}/gu, "?")}\n`).join("");
  return `${head}${stringify(state, { lineWidth: 0 })}`;
}
