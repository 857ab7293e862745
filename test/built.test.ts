import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

/** The built program, which npm start and the package run: `pretest` builds it. */

const main = join(import.meta.dirname, "../dist/main.js");

/** Writes down each module that the program's main thread loads. */
const listening = `
  import { appendFileSync } from "node:fs";
  import { registerHooks } from "node:module";
  import { isMainThread } from "node:worker_threads";
  if (isMainThread) registerHooks({
    load(url, context, next) {
      if (url.startsWith("file:")) appendFileSync("loaded.txt", url + "\\n");
      return next(url, context);
    },
  });`;
let folder = "";
let child: ChildProcess;
let url = "";
let key = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pinhole-built-"));
  const hook = `data:text/javascript,${encodeURIComponent(listening)}`;
  child = spawn(process.execPath, ["--import", hook, main, "serve", "--port", "0"], {
    cwd: folder,
    env: { NODE_NO_WARNINGS: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  await new Promise<void>((resolve, reject) => {
    const read = (text: string): void => {
      output += text;
      url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? "";
      key = /Bearer ([\w-]+)/.exec(output)?.[1] ?? "";
      if (url !== "" && key !== "") resolve();
    };
    child.stdout?.setEncoding("utf8").on("data", read);
    child.stderr?.setEncoding("utf8").on("data", read);
    child.on("exit", () => reject(new Error(`it did not start: ${output}`)));
  });
});

afterAll(async () => {
  if (child.exitCode === null) {
    const ended = new Promise((resolve) => child.on("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

/** The sources that the program has loaded up to now. */
function loadedSources(): string[] {
  const urls = new Set(readFileSync(join(folder, "loaded.txt"), "utf8").trim().split("\n"));
  return [...urls].map((url) => readFileSync(fileURLToPath(url), "utf8"));
}

/** The files that these sources were made from. */
function filesOf(sources: readonly string[]): string[] {
  return sources.flatMap((source) =>
    [...source.matchAll(/^\/\/ ((?:src|node_modules)\/.+)$/gm)].map(([, path = ""]) => path),
  );
}

test("a start loads only what serving with default settings needs", () => {
  const sources = loadedSources();
  const modules = filesOf(sources);
  expect(modules).toContain("src/http/v1/image-routes.ts");
  // Each is loaded on its first use: docs/decisions/0053-lean-start.md says what that saves.
  const onUse = [
    /^src\/http\/(admin|console)\//,
    // How a notice and a correction are told is said by those who make them, too.
    /^src\/api\/(openapi|admin\/(?!\w+-json\.))/,
    /^node_modules\/(yaml|undici\/lib\/(mock|cache|interceptor|web\/websocket))\//,
  ];
  expect(modules.filter((path) => onUse.some((pattern) => pattern.test(path)))).toEqual([]);
  const bytes = sources.reduce((sum, source) => sum + source.length, 0);
  expect(bytes).toBeLessThan(2_950_000);
  // An import of a part of Node loads all that its getters would.
  expect(sources.filter((source) => /^import [^*]* from "node:/m.test(source))).toEqual([]);
  // One character above U+00FF, and V8 keeps a whole chunk in two bytes a character.
  expect(sources.filter((source) => !/^[\0-\x7f]*$/.test(source))).toEqual([]);
});

test("the database's thread loads no package: zod alone would be 13 MB there", () => {
  const parts = new Set(["worker.js"]);
  const read = (part: string): string => readFileSync(join(dirname(main), "parts", part), "utf8");
  // The set grows while it is walked.
  for (const part of parts)
    for (const [, next = ""] of read(part).matchAll(/^import .*"\.\/(.+)";$/gm)) parts.add(next);
  const modules = filesOf([...parts].map(read));
  expect(modules).toContain("src/store/sqlite/worker.ts");
  expect(modules.filter((path) => path.startsWith("node_modules/"))).toEqual([]);
});

test("makes a picture: its database's and its sandbox's workers are found", async () => {
  const answer = await fetch(`${url}/v1/images/generations`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ prompt: "a fox", model: "sandbox-fast", response_format: "b64_json" }),
  });
  expect(await answer.json()).toMatchObject({
    data: [{ b64_json: expect.stringMatching(/^iVBOR/) }],
  });
});

test.each(["/docs", "/docs/docs.css", "/openapi.json", "/health/ready"])(
  "serves %s",
  async (path) => {
    expect((await fetch(url + path)).status).toBe(200);
  },
);
