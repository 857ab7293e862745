import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { egressFaults } from "./egress-rules.ts";
import { listFiles, readSource } from "./source.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("only src/net opens connections", () => {
  test("in the tree", () => {
    const sources = listFiles(root, ["src"]).filter((path) => path.endsWith(".ts"));
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.flatMap((path) => egressFaults(readSource(root, path)))).toEqual([]);
  });

  test.each([
    `await fetch("https://example.com");`,
    `const get = fetch;`,
    `const { fetch } = globalThis;`,
    `globalThis.fetch("https://example.com");`,
    `globalThis["fet" + "ch"]("https://example.com");`,
    `global.fetch("https://example.com");`,
    `new WebSocket("wss://example.com");`,
    `new EventSource("https://example.com");`,
    `new XMLHttpRequest();`,
    `use({ fetch });`,
    `eval("fetch");`,
    `new Function("return fetch")();`,
    `process.getBuiltinModule("node:http");`,
    `process["getBuiltinModule"]("node:http");`,
  ])("%s is caught", (text) => {
    expect(egressFaults({ path: "src/gateway/a.ts", text })).not.toEqual([]);
    expect(egressFaults({ path: "src/net/a.ts", text })).toEqual([]);
  });

  test.each([
    `options.fetch(url);`,
    `interface Http { fetch(url: string): Promise<void> }`,
    `type Get = typeof fetch;`,
    `const word = "fetch";`,
  ])("%s is not", (text) => {
    expect(egressFaults({ path: "src/gateway/a.ts", text })).toEqual([]);
  });
});

test("the linter says so too, while the line is being written", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pinhole-lint-"));
  await writeFile(join(folder, "a.mjs"), `export const get = (url) => fetch(url);\n`);
  const linter = join(root, "node_modules/oxlint/bin/oxlint");
  const args = [linter, "-c", join(root, ".oxlintrc.json"), join(folder, "a.mjs")];
  const { status, output } = await new Promise<{ status: unknown; output: string }>((resolve) =>
    execFile(process.execPath, args, { cwd: folder }, (error, stdout, stderr) =>
      resolve({ status: error?.code ?? 0, output: stdout + stderr }),
    ),
  );
  await rm(folder, { recursive: true });
  expect(status).toBe(1);
  expect(output).toContain("All egress goes through src/net");
});
