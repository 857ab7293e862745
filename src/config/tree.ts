import { resolve } from "node:path";
import { fileFaultWords } from "../core/file-faults.ts";
import { isRecord, replaceAt, valueAt } from "../core/entry-paths.ts";
import type { FileDocument } from "./document.ts";
import {
  ConfigError,
  type Fault,
  type Faults,
  gatherFaults,
  type Path,
  type Place,
  settingName,
} from "./faults.ts";
import { interpolate } from "./interpolate.ts";
import { type Environment, fileSource, flagName, readVariable, settingSources } from "./sources.ts";

/** The command line's part of a configuration. */
export interface Flags {
  /** `--config`. */
  readonly file?: string | undefined;
  /** Text by the path of its setting: `{ "server.port": "8081" }`. */
  readonly settings?: Readonly<Record<string, string | undefined>>;
}

/** The sources that a configuration's parts are read from. */
export interface TreeInput {
  readonly env: Environment;
  readonly flags: Flags;
  /** Paths in file, environment and flags count from here. */
  readonly cwd: string;
  /** Throws as `node:fs` does. */
  readonly readFile: (path: string) => string;
}

/** File, environment and flags laid over each other, not yet validated. */
export interface Tree {
  /** The file that was read, absolute. */
  readonly file: string | undefined;
  /** The text of that file. */
  readonly text: string | undefined;
  readonly value: unknown;
  readonly faults: Faults;
}

const fileNameDefault = "pinhole.yaml";

/**
 * Reads and overlays. Throws `ConfigError` where the file is missing or no YAML, since nothing else can be said then.
 * The reader of YAML is loaded for a file alone: most of a start without one would be its.
 */
export async function readTree(input: TreeInput): Promise<Tree> {
  const { env, flags } = input;
  const named = namedFile(env, flags);
  const name = named?.name ?? fileNameDefault;
  const path = resolve(input.cwd, name);
  const text = readText(input, path, name, named?.place);
  const read =
    text === undefined ? undefined : (await import("./document.ts")).readDocument(text, name);
  if (read !== undefined && "faults" in read) throw new ConfigError(read.faults);
  const document = read?.document;
  const origins = new Map<string, Place>();
  const faults = gatherFaults((at) => placeOf(at, origins, document, name, env));
  let value: unknown = interpolate(document?.value ?? {}, env, faults);
  for (const source of settingSources) {
    const given = givenOutside(source.setting, env, flags);
    if (given === undefined) continue;
    const at = source.setting.split(".");
    // A group that is no group is a fault of the file, told where it stands.
    const holder = valueAt(value, at.slice(0, -1));
    if (holder !== undefined && !isRecord(holder)) continue;
    value = replaceAt(value, at, given.text);
    origins.set(source.setting, given.place);
  }
  return { file: text === undefined ? undefined : path, text, value, faults };
}

function namedFile(
  env: Environment,
  flags: Flags,
): { readonly name: string; readonly place: Place } | undefined {
  if (flags.file !== undefined) {
    return { name: flags.file, place: { flag: flagName(fileSource.flag) } };
  }
  const variable = readVariable(env, fileSource.variables);
  return variable === undefined
    ? undefined
    : { name: variable.value, place: { variable: variable.name } };
}

/** Undefined: there is no file, and none was asked for. */
function readText(
  input: TreeInput,
  path: string,
  name: string,
  askedBy: Place | undefined,
): string | undefined {
  try {
    return input.readFile(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    const missing = code === "ENOENT" || code === "ENOTDIR";
    if (missing && askedBy === undefined) return undefined;
    const [why, remedy] = fileFaultWords(code) ?? [`the system says ${code}`, "check the file"];
    const message = missing ? `there is no file ${name}` : `cannot read ${name}: ${why}; ${remedy}`;
    const fault: Fault = {
      setting: "",
      message,
      place: askedBy ?? { file: name, line: undefined },
    };
    throw new ConfigError([fault]);
  }
}

function givenOutside(
  setting: string,
  env: Environment,
  flags: Flags,
): { readonly text: string; readonly place: Place } | undefined {
  const source = settingSources.find((row) => row.setting === setting);
  if (source === undefined) return undefined;
  const flag = flags.settings?.[setting];
  if (flag !== undefined) return { text: flag, place: { flag: flagName(source.flag ?? setting) } };
  const variable = readVariable(env, source.variables);
  return variable === undefined
    ? undefined
    : { text: variable.value, place: { variable: variable.name } };
}

function placeOf(
  at: Path,
  origins: ReadonlyMap<string, Place>,
  document: FileDocument | undefined,
  name: string,
  env: Environment,
): Place | undefined {
  const origin = origins.get(settingName(at));
  if (origin !== undefined) return origin;
  const [first] = at;
  // What the environment alone makes stands under the name of its variable.
  if (typeof first === "string" && /^[A-Z_0-9]+$/.test(first) && env[first] !== undefined) {
    return { variable: first };
  }
  return document === undefined ? undefined : { file: name, line: document.lineOf(at) };
}
