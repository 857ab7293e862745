import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examples } from "../../src/api/examples.ts";
import { imageFields } from "../../src/api/image-fields.ts";
import { openApiDocument, pathOf } from "../../src/api/openapi.ts";
import { routes } from "../../src/api/routes.ts";
import { errorTable, publicCode, type ErrorCode } from "../../src/core/errors.ts";
import { docsPage } from "../../src/http/open/docs/page.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { factsOf, leftHalfMask } from "../support/pictures.ts";
import { requireForTest, testPython } from "../support/require.ts";

const root = join(import.meta.dirname, "../..");
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { operationId: string; responses: object }>>;
}

/** Every `$ref` in a document. */
function references(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === "$ref" ? [String(inner)] : references(inner),
  );
}

function at(document: unknown, pointer: string): unknown {
  return pointer
    .replace(/^#\//, "")
    .split("/")
    .reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], document);
}

describe("GET /openapi.json", () => {
  test("is open to all and holds every route, each with its own operation id", async () => {
    const response = await fetch(`${gateway.url}/openapi.json`);
    expect(response.status).toBe(200);
    const document = (await response.json()) as Document;
    expect(document).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
    expect(document.openapi).toMatch(/^3\.1\./);
    const ids = new Set<string>();
    for (const route of routes) {
      const operation = document.paths[pathOf(route)]?.[route.method.toLowerCase()];
      expect(Object.keys(operation?.responses ?? {})).toContain("500");
      ids.add(operation?.operationId ?? "");
    }
    expect(ids.size).toBe(routes.length);
  });

  test("says that a request may not be over yet, and what is streamed", () => {
    const { paths } = openApiDocument() as unknown as Document;
    const found = paths["/v1/images/requests/{id}"]?.["get"]?.responses ?? {};
    expect(Object.keys(found)).toEqual(expect.arrayContaining(["200", "202", "410"]));
    const made = JSON.stringify(paths["/v1/images/generations"]?.["post"]?.responses);
    expect(made).toContain("text/event-stream");
  });

  test("refers to nothing that it does not hold", () => {
    const document = openApiDocument();
    const all = references(document);
    expect(all.length).toBeGreaterThan(20);
    expect(all.filter((pointer) => at(document, pointer) === undefined)).toEqual([]);
  });

  test("knows every field of a generation, and every public error", () => {
    const text = JSON.stringify(openApiDocument());
    const names = Object.keys(errorTable) as ErrorCode[];
    for (const code of names.map(publicCode)) expect(text).toContain(`"${code}"`);
    for (const field of Object.keys(imageFields)) expect(text).toContain(`"${field}":`);
  });
});

describe("GET /docs", () => {
  test("is a page that loads its own style sheet and nothing else", async () => {
    const response = await fetch(`${gateway.url}/docs`);
    const page = await response.text();
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|\son\w+=|style="|@import/);
    const loaded = [...page.matchAll(/(?:href|src)="([^"#]*)"/g)].map(([, target]) => target);
    expect(new Set(loaded)).toEqual(new Set(["docs/docs.css", "openapi.json"]));
    const styles = await fetch(new URL("docs/docs.css", response.url));
    expect(styles.headers.get("content-type")).toContain("text/css");
    expect(await styles.text()).not.toMatch(/url\(|@import/);
    for (const name of Object.keys(imageFields)) expect(page).toContain(`<code>${name}</code>`);
  });

  test("never takes a host for markup", () => {
    const page = docsPage('https://a"><script>alert(1)</script>', "m");
    expect(page).not.toContain("<script");
  });
});

describe("the examples run as they stand", () => {
  const run = async (
    id: string,
    file: string,
    command: (file: string) => readonly [string, ...string[]],
  ): Promise<{ stdout: string; folder: string }> => {
    const folder = await mkdtemp(join(gateway.folder, "example-"));
    const example = examples(gateway.url, "sandbox-fast").find((one) => one.id === id);
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, file), example?.code ?? "");
    await writeFile(join(folder, "mask.png"), await leftHalfMask(1024, 1024));
    const [program, ...rest] = command(join(folder, file));
    const env = { ...process.env, PINHOLE_KEY: gateway.key };
    const { stdout } = await promisify(execFile)(program, rest, { cwd: folder, env });
    return { stdout, folder };
  };
  const fox = (folder: string): Buffer => readFileSync(join(folder, "fox.png"));

  test.each(["node", "ai-sdk"])("%s", async (id) => {
    const { folder } = await run(id, "example.mjs", (file) => [process.execPath, file]);
    expect(await factsOf(fox(folder))).toEqual({ format: "png", width: 1024, height: 1024 });
  });

  test("python", async (context) => {
    const what = "A Python with the openai package (PINHOLE_TEST_PYTHON)";
    const python = requireForTest(context, what, testPython());
    const { stdout, folder } = await run("python", "example.py", (file) => [python, file]);
    expect(await factsOf(fox(folder))).toEqual({ format: "png", width: 1024, height: 1024 });
    expect(stdout).toMatch(/^http:\/\/.*\/i\//);
  });

  test("curl", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pinhole-curl-"));
    try {
      const [generation] = (examples(gateway.url, "sandbox-fast")[0]?.code ?? "").split("\n\n");
      const env = { ...process.env, PINHOLE_KEY: gateway.key };
      const { stdout } = await promisify(execFile)("sh", ["-c", generation ?? ""], { env });
      expect(JSON.parse(stdout)).toMatchObject({ size: "1024x1024" });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
