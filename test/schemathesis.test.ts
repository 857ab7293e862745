import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test, type TestContext } from "vitest";
import { startTestGateway, type TestGateway } from "./support/gateway.ts";
import { requireForTest, testPython } from "./support/require.ts";

/** What is asserted: no 5xx, and no answer that the document does not have. */
const checks = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_schema_conformance",
];
const seed = "20261122";
/** Generated requests for each operation; the time below ends the run first where the machine is slow. */
const examplesMax = "15";
const timeoutMs = 300_000;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    channels: [{ id: "sandbox", provider: "sandbox", models: ["sandbox-fast"] }],
    default_model: "sandbox-fast",
  });
});
afterAll(() => gateway.close());

/** The program, beside the Python that the SDK's test runs on. */
function schemathesis(context: TestContext): string {
  const python = testPython();
  const program = python === undefined ? undefined : join(dirname(python), "schemathesis");
  const what = "Schemathesis beside the Python of PINHOLE_TEST_PYTHON";
  const found = program !== undefined && existsSync(program) ? program : undefined;
  return requireForTest(context, what, found);
}

interface Document {
  readonly paths: Record<string, Record<string, { requestBody?: Body }>>;
}
interface Body {
  readonly content: Record<string, { schema: { properties?: Record<string, unknown> } }>;
}

/** Patterns that the program can check and not make a value for, which it says of names in any script. */
function nameSimply(properties: Record<string, unknown>): void {
  for (const [name, schema] of Object.entries(properties))
    if (JSON.stringify(schema).includes("{Cs}"))
      properties[name] = { type: "string", pattern: "^[a-z]{1,20}$" };
}

/** The served document, its models and sizes narrowed to what is there and quickly painted. */
async function narrowedDocument(): Promise<string> {
  const document = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as Document;
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path))) {
    for (const { schema } of Object.values(operation.requestBody?.content ?? {})) {
      nameSimply(schema.properties ?? {});
      if (schema.properties?.["size"] === undefined) continue;
      schema.properties["model"] = { enum: ["sandbox-fast", "no-such-model"] };
      schema.properties["size"] = { enum: ["64x64", "96x64", "1x1", "large"] };
    }
  }
  const path = join(gateway.folder, "openapi.json");
  await writeFile(path, JSON.stringify(document));
  return path;
}

function run(program: string, options: readonly string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const whole = {
      cwd: gateway.folder,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, CI: "1" },
    };
    execFile(program, [...options], whole, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, text: `${stdout}${stderr}` });
    });
  });
}

const parts = [
  {
    name: "images, models, health and documents",
    exclude: "^/admin",
    seconds: "40",
    token: () => gateway.key,
  },
  {
    name: "the admin API",
    // Signing in elsewhere leads a browser from page to page.
    exclude: "^/(v1|i|health|docs|openapi|admin/v1/sign-in)",
    seconds: "15",
    token: () => gateway.adminToken,
  },
];

test.for(parts)(
  "Schemathesis finds no 5xx and no undocumented answer in $name",
  { timeout: timeoutMs },
  async ({ exclude, seconds, token }, context) => {
    const program = schemathesis(context);
    const options = ["--url", gateway.url, "--header", `Authorization: Bearer ${token()}`];
    options.push("--exclude-path-regex", exclude, "--checks", checks.join(","), "--seed", seed);
    options.push("--max-examples", examplesMax, "--max-time", seconds, "--workers", "1");
    options.push("--phases", "coverage,fuzzing", "--request-timeout", "60");
    const { code, text } = await run(program, ["run", await narrowedDocument(), ...options]);
    const report = code === 0 ? "" : text.slice(-20000);
    expect({ code, report }).toEqual({ code: 0, report: "" });
    // A run that asked nothing would find nothing.
    expect(Number(/(\d+) generated/.exec(text)?.[1])).toBeGreaterThan(40);
  },
);
