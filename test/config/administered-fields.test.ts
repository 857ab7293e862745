import { expect, test } from "vitest";
import { z } from "zod";
import { openApiDocument } from "../../src/api/openapi.ts";
import { fileSchema } from "../../src/config/schema.ts";
import { read } from "./provider-stand-ins.ts";

/** A schema as JSON Schema has it; the tests look at what they use of it. */
interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema | readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

/** Fields that only the file has, each with its reason. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  // The gateway makes a key's secret and shows it once; a state may bring one along.
  "POST /admin/v1/keys": ["key"],
};

/** A schema with the document that its references are of. */
interface Located {
  readonly schema: Schema | undefined;
  readonly document: unknown;
}

/** The fields of a schema and of all that is in it, with dots. */
function fieldsOf({ schema, document }: Located, at = "", depth = 0): string[] {
  // References may go in circles.
  if (schema === undefined || depth > 10) return [];
  const inside = (inner: Schema | undefined, place: string): string[] =>
    fieldsOf({ schema: inner, document }, place, depth + 1);
  if (schema.$ref !== undefined) return inside(referred(schema.$ref, document), at);
  const { properties = {}, items, anyOf = [], oneOf = [], allOf = [] } = schema;
  const own = Object.entries(properties).flatMap(([name, inner]) => {
    const place = at === "" ? name : `${at}.${name}`;
    return [place, ...inside(inner, place)];
  });
  const parts = [...[items ?? []].flat(), ...anyOf, ...oneOf, ...allOf];
  return [...new Set([...own, ...parts.flatMap((part) => inside(part, at))])];
}

function referred(reference: string, document: unknown): Schema | undefined {
  const steps = reference.replace(/^#\//, "").split("/");
  const step = (node: unknown, name: string): unknown =>
    typeof node === "object" && node !== null ? Reflect.get(node, name) : undefined;
  // The document is one of schemas.
  return steps.reduce(step, document) as Schema | undefined;
}

const jsonSchema = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Schema;

const file = jsonSchema(fileSchema);
const api = openApiDocument();

/** The fields of an entry of a section of the file. */
function fieldsOfSection(document: Schema, section: string): string[] {
  return fieldsOf({ schema: document.properties?.[section], document });
}

test.each([
  ["keys", "POST /admin/v1/keys"],
  ["users", "POST /admin/v1/users"],
  ["teams", "POST /admin/v1/teams"],
  ["channels", "POST /admin/v1/channels"],
])("each field that the file has of %s stands in the body of %s", (section, route) => {
  const [, path = ""] = route.split(" ");
  // A path holds slashes, so it is looked up by hand.
  const { paths } = api as unknown as {
    paths: Record<
      string,
      { post?: { requestBody?: { content: Record<string, { schema: Schema }> } } }
    >;
  };
  const schema = paths[path]?.post?.requestBody?.content["application/json"]?.schema;
  const known = new Set([...fieldsOf({ schema, document: api }), ...(exceptions[route] ?? [])]);
  const wanted = fieldsOfSection(file, section);
  expect(wanted.length).toBeGreaterThan(5);
  expect(wanted.filter((field) => !known.has(field))).toEqual([]);
});

test("each setting that the file has of policy is a policy of the database, and another is none", async () => {
  const { entries } = await read({});
  const settings = fieldsOfSection(file, "policy");
  expect(settings).toContain("strict");
  const faultsOf = async (id: string): Promise<unknown[]> => {
    const { faults } = await entries.read([{ kind: "policy", id, words: { value: [] } }]);
    return [...faults.values()].flat().map(({ param }) => param);
  };
  // The name is known, and its value is read by its own schema.
  for (const id of [...settings, "default_model"])
    expect([id, await faultsOf(id)]).toEqual([id, ["value"]]);
  expect(await faultsOf("no_such_policy")).toEqual(["id"]);
});
