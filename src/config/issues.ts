import type { z } from "zod";
import { isRecord, replaceAt, valueAt } from "../core/entry-paths.ts";
import { type Faults, type Path, settingName } from "./faults.ts";
import { didYouMean } from "./suggest.ts";
import { kindOf, schemaAt, settingsOf, unwrap, wordsOf } from "./walk.ts";

type Issue = z.core.$ZodIssue;

/** Settings that are, or may hold, credentials: their values are never repeated in a message. */
const secretPlace = /(^|\.)(settings|secret|admin_token|key|token|url|base_url|public_url)\b/;

/** A part of the configuration that is read, and its place in the whole. */
export interface Reading {
  readonly faults: Faults;
  /** The path of the value that is read. */
  readonly at: Path;
  /** True: the value holds credentials, wherever it stands. */
  readonly secret?: boolean;
  /** True: text that spells a number is none, since whoever wrote it could write numbers. */
  readonly asWritten?: boolean;
  /** True: the schema reads this one value, so that compiling it first would cost more than it saves. */
  readonly once?: boolean;
  /** Settings elsewhere, by their last name, for "did you mean". */
  readonly elsewhere?: (name: string) => string | undefined;
  /** Settings of the value that are written elsewhere, with their whole paths there. */
  readonly renamed?: readonly { readonly from: string; readonly to: Path }[];
}

/**
 * Reads a value with a schema and adds a fault for each mistake. Text that spells a number or true or
 * false counts as one where the schema wants it, unless the reading is of what was written as it is: the environment has only text.
 */
export function readWith<S extends z.ZodType>(
  schema: S,
  value: unknown,
  reading: Reading,
): z.output<S> | undefined {
  const how = { jitless: reading.once === true };
  const first = schema.safeParse(value, how);
  if (first.success) return first.data;
  const isLoose = reading.asWritten !== true;
  const loosened = isLoose ? first.error.issues.reduce(spellOut, value) : value;
  const second = loosened === value ? first : schema.safeParse(loosened, how);
  if (second.success) return second.data;
  for (const issue of second.error.issues) explain(schema, loosened, issue, reading);
  return undefined;
}

/** The value with the text at an issue's place replaced by the number or boolean that it spells. */
function spellOut(value: unknown, issue: Issue): unknown {
  if (issue.code !== "invalid_type") return value;
  const text = valueAt(value, pathOf(issue));
  if (typeof text !== "string") return value;
  const isNumber = /^(number|int)$/.test(issue.expected) && /^-?\d{1,15}(\.\d{1,9})?$/.test(text);
  const isBoolean = issue.expected === "boolean" && /^(true|false)$/.test(text);
  if (!isNumber && !isBoolean) return value;
  return replaceAt(value, pathOf(issue), isNumber ? Number(text) : text === "true");
}

function pathOf(issue: Issue): Path {
  return issue.path.map((step) => (typeof step === "number" ? step : String(step)));
}

/** The path at which a value was written. */
function placeIn({ at, renamed }: Reading, path: Path): Path {
  const [first, ...rest] = path;
  const elsewhere = renamed?.find(({ from }) => from === first);
  return elsewhere === undefined ? [...at, ...path] : [...elsewhere.to, ...rest];
}

function explain(schema: z.ZodType, value: unknown, issue: Issue, reading: Reading): void {
  const path = pathOf(issue);
  const { faults } = reading;
  if (issue.code === "unrecognized_keys") {
    const holder = schemaAt(schema, path);
    const known = holder === undefined ? [] : Object.keys(settingsOf(holder));
    for (const name of issue.keys) {
      const hint = didYouMean(name, known);
      const other = hint === "" ? reading.elsewhere?.(name) : undefined;
      const suggestion = other === undefined ? hint : `; did you mean \`${other}\`?`;
      faults.add(placeIn(reading, [...path, name]), `unknown setting \`${name}\`${suggestion}`);
    }
    return;
  }
  if (issue.code === "invalid_union") {
    const branch = nearestBranch(issue.errors);
    if (branch !== undefined) {
      // The choice's own issues count from the union's place.
      for (const inner of branch) {
        explain(schema, value, { ...inner, path: [...issue.path, ...inner.path] }, reading);
      }
      return;
    }
  }
  const place = placeIn(reading, path);
  const hidden = reading.secret === true || secretPlace.test(settingName(place));
  faults.add(place, mistake(schema, value, issue, { name: settingName(place), hidden }));
}

/** The choice of a union that was meant: the only one whose kind fits, so that its own mistakes are worth telling. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const fitting = branches.filter((issues) =>
    issues.every(
      (issue) =>
        issue.path.length > 0 || (issue.code !== "invalid_type" && issue.code !== "invalid_value"),
    ),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** "`server.port` must be a whole number from 0 to 65535, not 70000"; the value itself unless it is hidden. */
function mistake(
  schema: z.ZodType,
  value: unknown,
  issue: Issue,
  { name, hidden }: { readonly name: string; readonly hidden: boolean },
): string {
  // The name is the mistake, so the form of its value does not help.
  if (issue.code === "invalid_key") return `\`${name}\` ${issue.issues[0]?.message ?? ""}`;
  const path = pathOf(issue);
  const given = valueAt(value, path);
  const own = schemaAt(schema, path);
  // A rule of the provider's own says itself what to change, better than the kind of the setting does.
  if (issue.code === "custom" && issue.message !== "Invalid input" && own !== undefined) {
    if (unwrap(own).form === undefined) return ownWords(issue.message, name);
  }
  const form = formOf(own, issue);
  if (given === undefined) return `\`${name}\` is missing; it must be ${form ?? "given"}`;
  const words = own === undefined ? [] : wordsOf(own);
  const hint = typeof given === "string" ? didYouMean(given, words) : "";
  const shown = hidden ? "" : show(given, issue);
  if (form !== undefined) return `\`${name}\` must be ${form}${shown}${hint}`;
  const said = ownWords(issue.message, name);
  return said.startsWith(`\`${name}\` must `) ? `${said}${shown}` : said;
}

function ownWords(message: string, name: string): string {
  const said = message.replace(/^./, (letter) => letter.toLowerCase()).replace(/\.$/, "");
  return said.startsWith("must ") ? `\`${name}\` ${said}` : `\`${name}\`: ${said}`;
}

/** The value that was given, for the end of a sentence. Text in the place of a list or group may be any of what these hold, keys too. */
function show(value: unknown, issue: Issue): string {
  const isWhole = issue.code === "invalid_type" && /^(array|object|record)$/.test(issue.expected);
  if (isWhole && typeof value === "string") return ", not text";
  if (typeof value === "number" || typeof value === "boolean") return `, not ${value}`;
  if (typeof value === "string" && value.length <= 60) return `, not ${JSON.stringify(value)}`;
  if (Array.isArray(value)) return value.length === 0 ? ", not an empty list" : ", not a list";
  return isRecord(value) ? ", not a group of settings" : "";
}

/** The expected form: what the setting itself says, else what the issue gives away. */
export function formOf(schema: z.core.$ZodType | undefined, issue?: Issue): string | undefined {
  const said = schema === undefined ? undefined : unwrap(schema).form;
  if (said !== undefined || schema === undefined) return said;
  const words = wordsOf(schema);
  if (words.length > 0) return words.length === 1 ? `\`${words[0]}\`` : `one of ${list(words)}`;
  const kind = kindOf(schema);
  if (issue === undefined || issue.code === "invalid_type") {
    if (issue?.code === "invalid_type" && issue.expected === "int") return "a whole number";
    return kind;
  }
  if (issue.code === "invalid_format" && issue.format === "url") {
    return "a URL such as https://api.example.com/v1";
  }
  if (issue.code === "too_small") return bounded(issue.origin, issue.minimum, "or more", kind);
  if (issue.code === "too_big") return bounded(issue.origin, issue.maximum, "or less", kind);
  return undefined;
}

function bounded(
  origin: string,
  limit: number | bigint,
  side: string,
  kind: string | undefined,
): string {
  if (origin === "string")
    return limit === 1 ? "text, and not empty" : `text of ${limit} characters ${side}`;
  if (origin === "array")
    return limit === 1 ? "a list with at least one entry" : `a list of ${limit} entries ${side}`;
  return `${kind ?? "a number"}, ${limit} ${side}`;
}

function list(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}
