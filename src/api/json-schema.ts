import { z } from "zod";

/** A JSON schema as it stands in a document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema of what a client writes, before the schema transforms it; without the dialect's own address. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}

/** The same or null, which means absent in this API. */
export function orNull(schema: JsonSchema): JsonSchema {
  const { description, ...rest } = schema;
  return {
    ...(description === undefined ? {} : { description }),
    anyOf: [rest, { type: "null" }],
  };
}

export function reference(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}
