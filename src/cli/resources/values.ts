import { readFileSync } from "node:fs";
import type { JsonSchema } from "../../api/json-schema.ts";
import { UsageError } from "../remote.ts";

/** The forms in which a field is written on the command line. */
type Form = "text" | "number" | "boolean" | "list" | "group" | "groups";

interface Field {
  readonly form: Form;
  /** Of a group: its fields by name. */
  readonly fields: Readonly<Record<string, JsonSchema>>;
  /** True: in a list of groups, a text may stand for one: a model's name. */
  readonly hasNames: boolean;
  /** True: a group of whatever names, such as a channel's settings. */
  readonly isOpen: boolean;
}

/** A schema without the alternatives that it is written as, and without null. */
function alternatives(schema: JsonSchema): JsonSchema[] {
  const inner = (schema["anyOf"] ?? schema["oneOf"]) as readonly JsonSchema[] | undefined;
  if (inner !== undefined) return inner.flatMap(alternatives);
  const { type } = schema;
  if (Array.isArray(type)) return type.flatMap((one) => alternatives({ ...schema, type: one }));
  return type === "null" ? [] : [schema];
}

function fieldOf(schema: JsonSchema): Field {
  const all = alternatives(schema);
  const list = all.find(({ type }) => type === "array");
  // An array's items are a schema.
  const items = list === undefined ? [] : alternatives((list["items"] ?? {}) as JsonSchema);
  // An object of any names, beside a list, is another form of the list.
  const group = [...all, ...items].find(
    ({ type, properties }) => type === "object" && (properties !== undefined || list === undefined),
  );
  // An object's properties are schemas by name.
  const fields = (group?.["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>;
  if (group !== undefined) {
    const isAlone = all.some(({ type }) => type === "object");
    const hasNames = items.some(({ type }) => type === "string");
    const isOpen = group["properties"] === undefined;
    return { form: isAlone ? "group" : "groups", fields, hasNames, isOpen };
  }
  const [hasNames, isOpen] = [false, false];
  if (list !== undefined) return { form: "list", fields, hasNames, isOpen };
  const has = (type: string): boolean => all.some((one) => one["type"] === type);
  if (has("boolean") && !has("string")) return { form: "boolean", fields, hasNames, isOpen };
  // What may be text as well keeps its digits.
  const isNumber = !has("string") && (has("integer") || has("number"));
  return { form: isNumber ? "number" : "text", fields, hasNames, isOpen };
}

function mayBeBoolean(schema: JsonSchema): boolean {
  return alternatives(schema).some(({ type }) => type === "boolean");
}

function mayBeText(schema: JsonSchema): boolean {
  return alternatives(schema).some(({ type }) => type === "string");
}

/** The form of a field's value, for the help of its flag. */
export function formOf(schema: JsonSchema): Form {
  return fieldOf(schema).form;
}

/** A value that was typed, once or several times, as the API reads it. `null` takes a value back. */
export function valueOf(flag: string, schema: JsonSchema, typed: readonly string[]): unknown {
  const field = fieldOf(schema);
  const { form, hasNames } = field;
  const [first = ""] = typed;
  if (typed.length === 1 && first === "null") return null;
  if (form === "text" && mayBeBoolean(schema) && /^(?:true|false)$/.test(first))
    return first === "true";
  if (form === "list") return typed.flatMap((text) => listOf(flag, text));
  if (form === "group" && typed.length === 1 && mayBeText(schema) && !/[=[{]/.test(first))
    return first;
  if (form === "group" || form === "groups") {
    const groups = typed.map((text) =>
      hasNames && !/[=[{]/.test(text) ? listOf(flag, text) : groupOf(flag, field, text),
    );
    if (field.isOpen) return Object.assign({}, ...groups) as unknown;
    const isOne = groups.length === 1 && (form === "group" || Array.isArray(groups[0]));
    return isOne ? groups[0] : groups.flat();
  }
  if (typed.length > 1) throw new UsageError(`${flag} was given more than once`);
  return scalar(flag, form, first);
}

function scalar(flag: string, form: Form, text: string): unknown {
  if (form === "boolean") {
    if (text === "true" || text === "false") return text === "true";
    throw new UsageError(`${flag} must be true or false, not \`${text}\``);
  }
  if (form !== "number") return text;
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number))
    throw new UsageError(`${flag} must be a number, not \`${text}\``);
  return number;
}

function listOf(flag: string, text: string): unknown[] {
  const read = text.startsWith("[") ? jsonOf(flag, text) : text.split(",").map((one) => one.trim());
  return Array.isArray(read) ? read : [read];
}

/** `usd=50,period=month` as a group, or JSON. A dot leads into an inner group, `|` stands between the items of a list. */
function groupOf(
  flag: string,
  { fields, isOpen }: Pick<Field, "fields" | "isOpen">,
  text: string,
): unknown {
  if (/^\s*[[{]/.test(text)) return jsonOf(flag, text);
  const group: Record<string, unknown> = {};
  for (const pair of text.split(",")) {
    const at = pair.indexOf("=");
    const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    if (at === -1)
      throw new UsageError(
        `${flag} must be a group such as ${[...Object.keys(fields), "name"].slice(0, 2).join("=…,")}=…, or JSON; \`${pair}\` has no =`,
      );
    const [own = "", ...inner] = name.split(".");
    const schema = isOpen ? {} : fields[own];
    if (schema === undefined)
      throw new UsageError(`${flag} has no \`${own}\`; it has ${Object.keys(fields).join(", ")}`);
    group[own] =
      inner.length === 0
        ? member(flag, schema, value)
        : within(flag, schema, group[own], [inner.join("."), value]);
  }
  return group;
}

function member(flag: string, schema: JsonSchema, value: string): unknown {
  // Of what is in a group of any names nothing is known.
  const isUnknown = Object.keys(schema).length === 0;
  if (isUnknown && value.startsWith("@")) return textOfFile(flag, value.slice(1));
  const { form } = fieldOf(schema);
  return form === "list" ? value.split("|") : valueOf(flag, schema, [value]);
}

function within(
  flag: string,
  schema: JsonSchema,
  known: unknown,
  [name, value]: readonly [string, string],
): unknown {
  const field = fieldOf(schema);
  // Of what is in a group of any names nothing is known.
  const isOpen = field.isOpen || Object.keys(schema).length === 0;
  const added = groupOf(flag, { fields: field.fields, isOpen }, `${name}=${value}`);
  return { ...(known as object | undefined), ...(added as object) };
}

/** The text of a file, such as a credential that other users of the machine must not see typed. */
function textOfFile(flag: string, path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    throw new UsageError(`${flag} names the file ${path}, which cannot be read`);
  }
}

function jsonOf(flag: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${flag} is no valid JSON: ${text.slice(0, 100)}`);
  }
}
