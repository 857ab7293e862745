import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The published schema, with the one widening that CONTRACT allows: `size` is any WxH. */
function publishedDocument(): object {
  const path = join(import.meta.dirname, "../contract/openai-images.openapi.json");
  const document = JSON.parse(readFileSync(path, "utf8")) as {
    components: { schemas: Record<string, { properties?: Record<string, unknown> }> };
  };
  for (const schema of Object.values(document.components.schemas)) {
    if (schema.properties?.size !== undefined) {
      schema.properties.size = { type: "string", pattern: "^(auto|[1-9][0-9]*x[1-9][0-9]*)$" };
    }
  }
  return document;
}

let ajv: Ajv2020 | undefined;

/** Faults of a value against one of the published component schemas; empty: valid. */
export function schemaFaults(name: string, value: unknown): string[] {
  if (ajv === undefined) {
    ajv = new Ajv2020({ strict: false, allErrors: true });
    // The package's types describe a CommonJS default; at run time under ES modules it is the function itself or its default.
    const install = (addFormats as unknown as { default?: unknown }).default ?? addFormats;
    (install as (ajv: Ajv2020) => void)(ajv);
    ajv.addFormat("unixtime", true);
    ajv.addFormat("binary", true);
    ajv.addSchema(publishedDocument(), "openai");
  }
  const validate = ajv.getSchema(`openai#/components/schemas/${name}`);
  if (validate === undefined) throw new Error(`the published document has no schema ${name}`);
  if (validate(value) === true) return [];
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ""}`);
}
