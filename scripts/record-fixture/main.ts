// Makes a fixture of one live call, which is paid: `npm run record-fixture -- <provider> --model <name> --request '{"prompt": "a fox"}'`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { shippedProviders } from "../docs/pages.ts";
import { recordFixture } from "./record.ts";

const usage = `npm run record-fixture -- <provider> --model <name> --request '{"prompt": "a fox"}' [--settings '{"api_key": "$VENDOR_API_KEY"}'] [--options '{}'] [--name "what it shows"]

Makes one real, paid call and writes what went over the wire into the provider's fixtures, with secrets and bytes redacted. The request
is in the form of test/providers/fixture.ts: {"operation": "edit", "prompt": "…", "images": ["png 512x512"]} sends a plain picture.
Settings come from the provider's variables and from --settings, where a text "$NAME" is that variable.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: "string" },
    request: { type: "string", default: "{}" },
    settings: { type: "string", default: "{}" },
    options: { type: "string", default: "{}" },
    name: { type: "string" },
  },
});
const [id = ""] = positionals;
const found = (await shippedProviders()).find(({ provider }) => provider.id === id);
if (found === undefined || values.model === undefined) {
  console.error(usage);
  process.exit(2);
}
const day = new Date().toISOString().slice(0, 10);
const request = JSON.parse(values.request) as { operation?: string };
const operation = request.operation ?? "generation";
const fixture = await recordFixture({
  ...found,
  env: process.env,
  model: values.model,
  request,
  options: JSON.parse(values.options),
  settings: JSON.parse(values.settings) as Record<string, unknown>,
  name: values.name ?? `a live ${operation} of ${day}`,
  day,
});
const slug = `${operation}-${values.model}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
const folder = fileURLToPath(new URL(`../../src/providers/${id}/fixtures/`, import.meta.url));
const path = join(folder, `live-${slug}.json`);
writeFileSync(path, `${JSON.stringify(fixture, null, 2)}\n`);
console.log(`${path}

Read it: no name, account or address of yours may be left in it. Then
  npm run fix
  npm test -- test/providers/contract.test.ts -t "provider ${id}"
and where it holds, say so in src/providers/${id}/index.ts: facts: { …, live: { ${operation}: "${day}" } }`);
