import { ApiError } from "../api/ask.ts";
import type { Words } from "./channels.ts";
import { type FieldKind, NoJson, textOf, valueOf } from "./schema-fields.ts";

/**
 * Texts of a form that differ from what stands, by the place of the field. A text that is the same again is
 * taken out, so that what is here is what a save would change.
 */
export type Changes = Readonly<Record<string, string>>;

/** The mark of a credential that stands: its last four characters, behind a character that nobody types. */
const keptMark = "\uE000";

/** The last characters of a credential that is kept; undefined: the text is a new one, or none. */
export function keptHint(text: string): string | undefined {
  return text.startsWith(keptMark) ? text.slice(keptMark.length) : undefined;
}

/** The value at a place of words. */
export function valueAt(words: unknown, path: string): unknown {
  let value: unknown = words;
  for (const step of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Words)[step];
  }
  return value;
}

/** The text of a field as it stands, before anything is changed. */
export function standingText(words: Words, path: string, kind: FieldKind): string {
  const value = valueAt(words, path);
  const hint = hintOf(value);
  return hint === undefined ? textOf(value, kind) : keptMark + hint;
}

/** The hint of a credential's mark; undefined for any other value. */
export function hintOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { hint, ...rest } = value as Words;
  return typeof hint === "string" && Object.keys(rest).length === 0 ? hint : undefined;
}

/** The changes with another text in one field; `standing` is the text of before any. */
export function withText(
  changes: Changes,
  field: { readonly path: string; readonly text: string; readonly standing: string },
): Changes {
  const { [field.path]: _, ...rest } = changes;
  return field.text === field.standing ? rest : { ...rest, [field.path]: field.text };
}

/** Groups that count as a whole: with nothing in them they are not set. */
const wholeGroups = ["markup"];

/** The words that a save sends; null takes a word away. Throws `FieldFault` for a text that cannot be meant. */
export function wordsOf(
  changes: Changes,
  kinds: ReadonlyMap<string, FieldKind>,
  words: Words,
): Words {
  const sent: Record<string, unknown> = {};
  for (const [path, text] of Object.entries(changes)) {
    put(sent, path.split("."), read(path, kinds.get(path) ?? "json", text));
  }
  for (const name of wholeGroups) {
    const change = sent[name];
    if (typeof change !== "object" || change === null) continue;
    const after = { ...(words[name] as Words | null | undefined), ...change };
    if (Object.values(after).every((value) => value === null)) sent[name] = null;
  }
  return sent;
}

function read(path: string, kind: FieldKind, text: string): unknown {
  try {
    return valueOf(kind, text);
  } catch (thrown) {
    if (thrown instanceof NoJson) throw new FieldFault(path);
    throw thrown;
  }
}

function put(into: Record<string, unknown>, [first = "", ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const group = (into[first] ?? {}) as Record<string, unknown>;
  into[first] = group;
  put(group, rest, value);
}

/** Thrown for a field whose text is no JSON. */
export class FieldFault extends Error {
  readonly path: string;

  constructor(path: string) {
    super(path);
    this.path = path;
  }
}

/** Faults in the gateway's words, by the place that each names. */
export type Faults = ReadonlyMap<string, string>;

interface FaultBody {
  readonly error?: {
    readonly faults?: readonly { readonly setting: string; readonly message: string }[];
  };
}

/** The faults of a refusal by the fields that they name; empty where it names none. */
export function faultsOf(error: unknown, notJson: string): Faults {
  if (error instanceof FieldFault) return new Map([[error.path, notJson]]);
  if (!(error instanceof ApiError)) return new Map();
  const listed = (error.body as FaultBody | undefined)?.error?.faults ?? [];
  const first: [string, string][] = error.param === undefined ? [] : [[error.param, error.message]];
  return new Map([...listed.map(({ setting, message }) => [setting, message] as const), ...first]);
}

/** The fault of a field, or of something in it. */
export function faultAt(faults: Faults, path: string): string | undefined {
  for (const [param, message] of faults)
    if (param === path || param.startsWith(`${path}.`) || param.startsWith(`${path}[`))
      return message;
  return undefined;
}

/** The faults that none of these fields shows. */
export function faultsElsewhere(faults: Faults, paths: readonly string[]): string[] {
  const shown = new Set(paths.map((path) => faultAt(faults, path)));
  return [...new Set(faults.values())].filter((message) => !shown.has(message));
}
