/** The part of a JSON schema that forms are made of. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  /** Ours: its value is a credential. */
  readonly secret?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** The ways in which a value is typed or chosen. */
export type FieldKind = "text" | "secret" | "choice" | "flag" | "number" | "list" | "json";

/** One field of a form: where its value stands among the words of a channel, and how it is given. */
export interface FormField {
  /** The place, with dots, as refusals name it: `settings.base_url`. */
  readonly path: string;
  readonly name: string;
  readonly kind: FieldKind;
  /** The schema's own sentence. */
  readonly about: string | undefined;
  readonly isRequired: boolean;
  /** Text of the value that counts where nothing is said; undefined: none does. */
  readonly usual: string | undefined;
  readonly choices: readonly string[];
}

/** The fields of a schema's settings; those of a group stand under their whole names. */
export function fieldsOf(schema: Schema, at: string, group = ""): readonly FormField[] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const path = `${at}.${name}`;
    const whole = group === "" ? name : `${group}.${name}`;
    if (inner.properties !== undefined) return fieldsOf(inner, path, whole);
    const kind = kindOf(inner);
    const usual = inner.default === undefined ? undefined : textOf(inner.default, kind);
    return [
      {
        path,
        name: whole,
        kind,
        about: inner.description,
        isRequired: group === "" && required.has(name),
        usual: usual === "" ? undefined : usual,
        choices: (inner.enum ?? []).map(String),
      },
    ];
  });
}

function kindOf({ type, enum: words, secret, items }: Schema): FieldKind {
  if (secret === true) return "secret";
  if (words !== undefined) return "choice";
  if (type === "boolean") return "flag";
  if (type === "integer" || type === "number") return "number";
  if (type === "string") return "text";
  return type === "array" && items?.type === "string" ? "list" : "json";
}

/** A value as it stands in a field; what is not set is empty. */
export function textOf(value: unknown, kind: FieldKind): string {
  if (value === null || value === undefined) return "";
  if (kind === "list" && Array.isArray(value)) return value.join("\n");
  if (typeof value === "object")
    return Object.keys(value).length === 0 ? "" : JSON.stringify(value, null, 2);
  return typeof value === "string" && kind !== "json" ? value : JSON.stringify(value);
}

/** Thrown for a text that is meant as JSON and is none. */
export class NoJson extends Error {}

/** The value of a text; null: not set. Numbers that are none go as text, and the gateway says so. Throws `NoJson`. */
export function valueOf(kind: FieldKind, text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (kind === "number") return Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
  if (kind === "flag") return trimmed === "true";
  if (kind === "list")
    return trimmed
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  if (kind !== "json") return trimmed;
  try {
    return JSON.parse(trimmed) as unknown;
  } catch {
    throw new NoJson();
  }
}
