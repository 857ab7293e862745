import { z } from "zod";
import { code } from "./markdown.ts";

/** The part of a JSON schema that the documents speak about. */
const jsonSchema = z.object({
  type: z.union([z.string(), z.array(z.string())]).nullish(),
  enum: z.array(z.unknown()).nullish(),
  const: z.unknown().optional(),
  default: z.unknown().optional(),
  description: z.string().nullish(),
  /** Ours, by `.meta({ form })`: the expected form in words. */
  form: z.string().nullish(),
  minimum: z.number().nullish(),
  maximum: z.number().nullish(),
  minLength: z.number().nullish(),
  maxLength: z.number().nullish(),
  get items() {
    return jsonSchema.nullish();
  },
  get anyOf() {
    return z.array(jsonSchema).nullish();
  },
  get oneOf() {
    return z.array(jsonSchema).nullish();
  },
  get properties() {
    return z.record(z.string(), jsonSchema).nullish();
  },
  required: z.array(z.string()).nullish(),
  get additionalProperties() {
    return z.union([z.boolean(), jsonSchema]).nullish();
  },
});
export type JsonSchema = z.infer<typeof jsonSchema>;

/** What a person writes (the input side of transforms), as a JSON schema. */
export function inputSchema(schema: z.ZodType): JsonSchema {
  return jsonSchema.parse(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
}

function range(low: number | null | undefined, high: number | null | undefined): string {
  const lowest = low === Number.MIN_SAFE_INTEGER ? undefined : low;
  const highest = high === Number.MAX_SAFE_INTEGER ? undefined : high;
  if (lowest != null && highest != null) return ` from ${lowest} to ${highest}`;
  if (lowest != null) return ` from ${lowest}`;
  return highest == null ? "" : ` to ${highest}`;
}

function scalarForm(schema: JsonSchema, type: string): string {
  if (type === "integer" || type === "number")
    return `${type}${range(schema.minimum, schema.maximum)}`;
  if (type !== "string") return type;
  return schema.maxLength == null ? "text" : `text of at most ${schema.maxLength} characters`;
}

/** The form of a value in words: `integer from 1 to 10`, `list of text`, `` `png`, `jpeg` ``. */
export function formWords(schema: JsonSchema): string {
  if (schema.form != null) return schema.form;
  if (schema.enum != null) return schema.enum.map((value) => code(String(value))).join(", ");
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices != null) return [...new Set(choices.map(formWords))].join(", or ");
  const types = [schema.type ?? []].flat();
  if (types.includes("array"))
    return schema.items == null ? "list" : `list of ${formWords(schema.items)}`;
  if (types.includes("object")) {
    const value = schema.additionalProperties;
    return typeof value === "object" && value !== null && Object.keys(value).length > 0
      ? `map of names to ${formWords(value)}`
      : "map";
  }
  return types.length === 0 ? "any" : types.map((type) => scalarForm(schema, type)).join(" or ");
}

/** A row for each setting, nested ones as `a.b` and elements of lists as `a[].b`: name, form, default, description. */
export function settingRows(schema: JsonSchema, prefix = ""): string[][] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    const inner = objectInside(value);
    const nested =
      inner === undefined ? [] : settingRows(inner.schema, `${path}${inner.list ? "[]" : ""}.`);
    if (nested.length > 0 && !inner?.list) return nested;
    const fallback = required.has(name) ? "required" : defaultText(value);
    return [[code(path), formWords(value), fallback, value.description ?? ""], ...nested];
  });
}

function objectInside(schema: JsonSchema): { schema: JsonSchema; list: boolean } | undefined {
  if (schema.properties != null) return { schema, list: false };
  const items = schema.items;
  if (items == null) return undefined;
  const inside = [items, ...(items.anyOf ?? [])].find((part) => part.properties != null);
  return inside === undefined ? undefined : { schema: inside, list: true };
}

function defaultText(schema: JsonSchema): string {
  return schema.default === undefined ? "" : code(JSON.stringify(schema.default));
}
