import { type Command, Option } from "commander";
import type { JsonSchema } from "../../api/json-schema.ts";
import type { Operation } from "./operations.ts";
import { formOf, valueOf } from "./values.ts";

/** A flag of an operation, for a field of its body or a word of its query. */
interface Flag {
  /** As the API writes it. */
  readonly name: string;
  readonly schema: JsonSchema;
  readonly option: Option;
}

const words: Readonly<Record<ReturnType<typeof formOf>, string>> = {
  text: "<text>",
  number: "<number>",
  boolean: "[true|false]",
  list: "<a,b>",
  group: "<name=value,…>",
  groups: "<name=value,…>",
};

/** Names that every command has for itself. */
const taken = new Set(["url", "json", "help", "if-match"]);

function flagOf(name: string, schema: JsonSchema): Flag {
  const form = formOf(schema);
  const dashed = name.replaceAll("_", "-");
  const flag = `--${taken.has(dashed) ? `field-${dashed}` : dashed}`;
  const more = form === "group" || form === "groups" || form === "list" ? " May be repeated." : "";
  const option = new Option(`${flag} ${words[form]}`, `${aboutOf(schema)}${more}`.trim());
  option.argParser((typed: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    typed,
  ]);
  return { name, schema, option };
}

function aboutOf(schema: JsonSchema): string {
  const about = typeof schema["description"] === "string" ? schema["description"] : "";
  const allowed = schema["enum"];
  const choices = Array.isArray(allowed) ? ` (${allowed.join(", ")})` : "";
  return `${about}${choices}`.trim();
}

/** The flags of an operation: a part of them is its query's, the other its body's. */
export interface OperationFlags {
  readonly query: readonly Flag[];
  readonly body: readonly Flag[];
}

/** Adds the flags of an operation to its command. */
export function defineFlags(command: Command, operation: Operation): OperationFlags {
  // An object's properties are schemas by name.
  const fields = (operation.body?.["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const flags = {
    query: operation.query.map(({ name, schema }) => flagOf(name, schema)),
    body: Object.entries(fields).map(([name, schema]) => flagOf(name, schema)),
  };
  for (const { option } of [...flags.query, ...flags.body]) command.addOption(option);
  return flags;
}

/** The values of those flags that were typed, by the names of the API. */
export function typedValues(
  flags: readonly Flag[],
  options: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { name, schema, option } of flags) {
    const typed = options[option.attributeName()];
    // A flag that may stand without a value is `true` then.
    const texts = Array.isArray(typed) ? typed.map(String) : typed === undefined ? [] : ["true"];
    if (texts.length > 0) values[name] = valueOf(option.long ?? name, schema, texts);
  }
  return values;
}
