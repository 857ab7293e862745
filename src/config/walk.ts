import type { z } from "zod";
import type { Path } from "./faults.ts";

/** A schema's words about itself, said with `.meta()` and `.describe()`. */
export interface SchemaWords {
  /** The expected form in words: "a whole number from 1 to 9". */
  readonly form: string | undefined;
  readonly description: string | undefined;
  /** True: what is inside has a page of its own, so the reference shows the whole alone. */
  readonly elsewhere: boolean;
  /** True: its value is a credential. */
  readonly secret: boolean;
}

interface Unwrapped extends SchemaWords {
  /** Without optional, default and transform around it. */
  readonly inner: z.core.$ZodType;
  readonly default: unknown;
  /** True where the setting may be left out. */
  readonly optional: boolean;
}

/** zod's own union of all its schema types, which `$ZodType` stands for at every place where one is nested. */
function definition(schema: z.core.$ZodType): z.core.$ZodTypes["_zod"]["def"] {
  // Every schema that zod makes is a member of this union; its types say so only at the leaves.
  return (schema as z.core.$ZodTypes)._zod.def;
}

function metaOf(schema: z.core.$ZodType): SchemaWords {
  // Every schema made by the classic API, which is the only one used here, has `meta`.
  const meta = (schema as z.ZodType).meta() ?? {};
  const form = meta["form"];
  return {
    form: typeof form === "string" ? form : undefined,
    description: meta.description,
    elsewhere: meta["elsewhere"] === true,
    secret: meta["secret"] === true,
  };
}

/** The schema inside optional, default, prefault and transform, with the words found on the way. */
export function unwrap(schema: z.core.$ZodType): Unwrapped {
  const own = metaOf(schema);
  const found = inside(schema);
  if (found === undefined) return { ...own, inner: schema, default: undefined, optional: false };
  const rest = unwrap(found.schema);
  return {
    inner: rest.inner,
    form: own.form ?? rest.form,
    description: own.description ?? rest.description,
    elsewhere: own.elsewhere || rest.elsewhere,
    secret: own.secret || rest.secret,
    default: found.default ?? rest.default,
    optional: found.optional || rest.optional,
  };
}

function inside(
  schema: z.core.$ZodType,
): { schema: z.core.$ZodType; default: unknown; optional: boolean } | undefined {
  const def = definition(schema);
  switch (def.type) {
    case "default":
    case "prefault":
      return { schema: def.innerType, default: def.defaultValue, optional: true };
    case "optional":
    case "nullable":
      return { schema: def.innerType, default: undefined, optional: true };
    case "readonly":
      return { schema: def.innerType, default: undefined, optional: false };
    case "pipe": {
      const before = definition(def.in).type === "transform" ? def.out : def.in;
      return { schema: before, default: undefined, optional: false };
    }
    default:
      return undefined;
  }
}

/** The settings of an object schema, or of the object among a union's choices; empty for anything else. */
export function settingsOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  const def = definition(unwrap(schema).inner);
  if (def.type === "object") return def.shape;
  if (def.type !== "union") return {};
  return def.options.map(settingsOf).find((shape) => Object.keys(shape).length > 0) ?? {};
}

/** The schema of a list's elements or a map's values, also where the list is one choice of a union. */
export function elementOf(
  schema: z.core.$ZodType,
): { readonly kind: "list" | "map"; readonly schema: z.core.$ZodType } | undefined {
  const def = definition(unwrap(schema).inner);
  if (def.type === "array") return { kind: "list", schema: def.element };
  if (def.type === "record") return { kind: "map", schema: def.valueType };
  if (def.type !== "union") return undefined;
  return def.options.map(elementOf).find((element) => element !== undefined);
}

/** The words that an enum or a literal takes. */
export function wordsOf(schema: z.core.$ZodType): string[] {
  const def = definition(unwrap(schema).inner);
  if (def.type === "enum") return Object.values(def.entries).map(String);
  return def.type === "literal" ? def.values.map(String) : [];
}

/** Words for the kind of value that a schema takes; undefined where the schema is no simple one. */
export function kindOf(schema: z.core.$ZodType): string | undefined {
  const def = definition(unwrap(schema).inner);
  switch (def.type) {
    case "string":
      return "text";
    case "number":
      return "format" in def && def.format !== undefined ? "a whole number" : "a number";
    case "boolean":
      return "true or false";
    case "array":
      return "a list";
    case "object":
    case "record":
      return "a group of settings";
    default:
      return undefined;
  }
}

/** The schema of the setting at a path, or undefined where the path leaves what the schema knows. */
export function schemaAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType | undefined {
  let current: z.core.$ZodType | undefined = schema;
  for (const step of path) {
    if (current === undefined) return undefined;
    current = settingsOf(current)[step] ?? elementOf(current)?.schema;
  }
  return current;
}
