import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { floorsMarkdown, packageFolders, roomsMarkdown } from "./tidy/layers.ts";
import { circleFaults } from "./tidy/circle-rules.ts";
import { commentFaults } from "./tidy/comment-rules.ts";
import { doorFaults } from "./tidy/door-rules.ts";
import { importFaults } from "./tidy/layer-rules.ts";
import {
  classFaults,
  environmentFaults,
  importWorkFaults,
  lengthFaults,
  nameFaults,
  providerIdFaults,
} from "./tidy/style-rules.ts";
import { providerFolderFaults, providerIds } from "./tidy/provider-rules.ts";
import { repeatFaults, sameLinesMax } from "./tidy/repeat-rules.ts";
import { listFiles, readSource } from "./tidy/source.ts";
import { stateFaults, timerFaults } from "./tidy/state-rules.ts";
import { providers } from "../src/providers/index.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const isCode = (path: string): boolean => /\.(ts|tsx|mjs)$/.test(path);
const paths = listFiles(root, ["src", "web", "test", "scripts"]);
const code = paths.filter(isCode).map((path) => readSource(root, path));
const sources = code.filter((file) => /^(src|web)\//.test(file.path));
const ids = providerIds(paths);

/** A file of an imaginary tree. */
const file = (path: string, text: string) => ({ path, text });

test("the tree that the rules read is there", () => {
  expect(sources.length).toBeGreaterThan(20);
  expect(ids.length).toBeGreaterThan(0);
});

test("docs/architecture.md quotes the layer tables", () => {
  const page = readFileSync(join(root, "docs", "architecture.md"), "utf8");
  expect(page).toContain(floorsMarkdown());
  expect(page).toContain(roomsMarkdown());
});

test("every runtime dependency has its folders, and at most 25 are direct", () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    // The file is this project's own.
    dependencies: Record<string, string>;
  };
  expect(Object.keys(dependencies).toSorted()).toEqual(Object.keys(packageFolders).toSorted());
  expect(Object.keys(dependencies).length).toBeLessThanOrEqual(25);
  const record = readFileSync(join(root, "docs", "decisions", "0002-dependencies.md"), "utf8");
  for (const name of Object.keys(dependencies)) expect(record).toContain(`| \`${name}\` |`);
});

describe("imports follow the layer tables", () => {
  test("in the tree", () => {
    expect(sources.flatMap(importFaults)).toEqual([]);
  });

  test.each([
    ["src/core/a.ts", `import { b } from "../net/b.ts";`],
    ["src/core/a.ts", `import type { B } from "../net/b.ts";`],
    ["src/core/a.ts", `export { b } from "../net/b.ts";`],
    ["src/core/a.ts", `export * from "../net/b.ts";`],
    ["src/core/a.ts", `const b = await import("../net/b.ts");`],
    ["src/core/a.ts", `type B = import("../net/b.ts").B;`],
    ["src/core/a.ts", `const b = await import(name);`],
    ["src/core/a.ts", `import { b } from "./b";`],
    ["src/net/a.ts", `import { b } from "../pictures/b.ts";`],
    ["src/gateway/a.ts", `import { b } from "../providers/index.ts";`],
    ["src/gateway/a.ts", `import { b } from "../config.ts";`],
    ["src/providers/one/index.ts", `import { b } from "../two/index.ts";`],
    ["src/providers/one/index.ts", `import { b } from "../index.ts";`],
    ["src/providers/one/index.ts", `import { b } from "../../net/b.ts";`],
    ["src/core/a.ts", `import { b } from "../../test/b.ts";`],
    ["src/nowhere/a.ts", `import { b } from "../core/b.ts";`],
    ["src/gateway/a.ts", `import { request } from "undici";`],
    ["src/pictures/a.ts", `import { parse } from "yaml";`],
    ["src/store/a.ts", `import sharp from "sharp";`],
    ["src/core/a.ts", `import leftPad from "left-pad";`],
    ["src/core/a.ts", `import "toString";`],
    ["src/http/a.ts", `import { a } from "../store/a.ts";`],
    ["src/http/a.ts", `import type { A } from "../store/a.ts";`],
    ["src/http/a.ts", `import { a } from "../blobs/types.ts";`],
    ["src/http/a.ts", `import type { A } from "../gateway/requests/a.ts";`],
    ["src/http/v1/a.ts", `import { a } from "../../gateway/delivery/a.ts";`],
    ["src/gateway/fit/a.ts", `import { a } from "../routing/a.ts";`],
    ["src/gateway/fit/a.ts", `import type { A } from "../routing/a.ts";`],
    ["src/gateway/fit/a.ts", `import { a } from "../gateway.ts";`],
    ["src/gateway/keys/a.ts", `import { a } from "../limits/a.ts";`],
    ["src/gateway/a.ts", `import { a } from "./fit/a.ts";`],
    ["src/gateway/gateway.ts", `import { a } from "../identity/a.ts";`],
    ["src/money/a.ts", `import { a } from "../store/a.ts";`],
    ["src/json/a.ts", `import { a } from "../net/a.ts";`],
    ["src/cli/a.ts", `import { a } from "../gateway/gateway.ts";`],
    ["src/config/a.ts", `import { a } from "../providers/one/index.ts";`],
    ["src/http/a.ts", `import { request } from "node:http";`],
    ["src/gateway/a.ts", `import { connect } from "node:net";`],
    ["src/gateway/a.ts", `import { connect, isIP } from "node:net";`],
    ["src/gateway/a.ts", `import "node:net";`],
    ["src/gateway/a.ts", `import { lookup } from "node:dns/promises";`],
    ["src/gateway/a.ts", `import { DatabaseSync } from "node:sqlite";`],
    ["src/gateway/a.ts", `import { spawn } from "node:child_process";`],
    ["src/gateway/a.ts", `import process from "node:process";`],
    ["src/gateway/a.ts", `import { readFile } from "fs";`],
    ["src/core/a.ts", `import { readFile } from "node:fs";`],
    ["src/providers/one/index.ts", `import { setTimeout } from "node:timers/promises";`],
  ])("%s may not: %s", (path, text) => {
    expect(importFaults(file(path, text))).toHaveLength(1);
  });

  test.each([
    ["src/core/a.ts", `import { z } from "zod"; import { b } from "./b.ts";`],
    ["src/providers/index.ts", `import one from "./one/index.ts";`],
    [
      "src/providers/one/index.ts",
      `import { a } from "../../dialects/a.ts"; import b from "./b.ts";`,
    ],
    ["src/http/a.ts", `import type { IncomingMessage } from "node:http"; import "fastify";`],
    ["src/http/v1/a.ts", `import { a } from "../../gateway/gateway.ts"; import "../server/b.ts";`],
    ["src/http/v1/a.ts", `import { a } from "../../gateway/intake/a.ts";`],
    ["src/http/open/a.ts", `import { a } from "../../blobs/hosting/a.ts";`],
    ["src/gateway/fit/a.ts", `import { a } from "../catalog/a.ts"; import "../../store/b.ts";`],
    ["src/gateway/gateway.ts", `import { a } from "./fit/a.ts"; import "../net/egress.ts";`],
    ["src/providers/index.ts", `import type { A } from "../core/a.ts"; import "./list.ts";`],
    ["src/config/a.ts", `import { a } from "../config.ts"; import "../providers/index.ts";`],
    ["src/config.ts", `import { a } from "./config/a.ts";`],
    ["src/http/a.ts", `import { BlockList, isIP } from "node:net";`],
    ["src/http/a.ts", `import { createServer } from "node:http";`],
    ["src/app.ts", `import { a } from "./http/a.ts"; import { b } from "./net/b.ts";`],
    ["src/cli/a.ts", `import { a } from "../app.ts"; import { b } from "../config.ts";`],
    ["src/store/a.ts", `import { DatabaseSync } from "node:sqlite"; import { z } from "zod";`],
  ])("%s may: %s", (path, text) => {
    expect(importFaults(file(path, text))).toEqual([]);
  });
});

describe("no circle of files", () => {
  test("in the tree", () => {
    expect(circleFaults(sources)).toEqual([]);
  });

  test.each([
    { between: [`import { b } from "./b.ts";`, `import { a } from "./a.ts";`] },
    { between: [`import type { B } from "./b.ts";`, `import type { A } from "./a.ts";`] },
    { between: [`export * from "./b.ts";`, `type A = import("./a.ts").A;`] },
    { between: [`import "./b.ts";`, `import "./c.ts";`, `import { a } from "./a.ts";`] },
    { between: [`import "./a.ts";`] },
  ])("of imports is left unfound: $between", ({ between }) => {
    const files = between.map((text, at) => file(`src/core/${"abc"[at] ?? ""}.ts`, text));
    const entry = file("src/core/entry.ts", `import "./a.ts";`);
    expect(circleFaults([entry, ...files])).toHaveLength(1);
  });

  test("two ways to one file are none", () => {
    const files = [
      file("src/core/a.ts", `import "./b.ts"; import "./c.ts";`),
      file("src/core/b.ts", `import "./d.ts";`),
      file("src/core/c.ts", `import "./d.ts";`),
      file("src/core/d.ts", ``),
    ];
    expect(circleFaults(files)).toEqual([]);
  });
});

describe("a folder with a door is entered by it", () => {
  test("in the tree", () => {
    expect(sources.flatMap(doorFaults)).toEqual([]);
  });

  test.each([
    ["src/app.ts", `import { a } from "./gateway/fit/a.ts";`],
    ["src/app.ts", `import type { A } from "./gateway/requests/a.ts";`],
    ["src/gateway/fit/a.ts", `import type { A } from "../../net/upstream/a.ts";`],
    ["src/providers/one/index.ts", `import { a } from "../../dialects/shape/a.ts";`],
    ["src/dialects/other/a.ts", `import { a } from "../shape/a.ts";`],
    ["src/dialects/a.ts", `import type { A } from "./shape/a.ts";`],
    ["src/providers/one/index.ts", `import type { A } from "./paint/canvas.ts";`],
    ["src/providers/one/index.ts", `import "./paint/paint-worker.ts";`],
  ])("%s may not: %s", (path, text) => {
    expect(doorFaults(file(path, text))).toHaveLength(1);
  });

  test.each([
    ["src/app.ts", `import { a } from "./gateway/gateway.ts"; import "./net/egress.ts";`],
    ["src/http/v1/a.ts", `import { a } from "../../gateway/intake/a.ts";`],
    ["src/gateway/fit/a.ts", `import { a } from "../catalog/a.ts";`],
    ["src/providers/one/index.ts", `import "../../dialects/a.ts"; import "./b.ts";`],
    ["src/dialects/shape/a.ts", `import "./b.ts"; import "../other/index.ts";`],
    ["src/providers/one/a.ts", `import { a } from "./paint/painter.ts";`],
    ["src/providers/one/paint/painter.ts", `import { a } from "./canvas.ts";`],
  ])("%s may: %s", (path, text) => {
    expect(doorFaults(file(path, text))).toEqual([]);
  });
});

describe("modules hold no state", () => {
  test("in the tree", () => {
    expect(sources.flatMap(stateFaults)).toEqual([]);
  });

  test.each([
    "let a = 1;",
    "export let a = 1;",
    "var a;",
    "const a = []; function b() { a.push(1); }",
    "const a = new Map(); export function b(x) { a.set(x, 1); }",
    "const a = new Set() as Set<string>; const b = () => a.add(1);",
    "const a = {}; function b() { a.c = 1; }",
    "const a = {}; function b() { a.c.d += 1; }",
    "const a = { c: 1 }; function b() { a.c++; }",
    "const a = {}; function b(x) { delete a[x]; }",
    `const a = []; function b() { a["push"](1); }`,
    `import { Batch } from "../runtime/batch.ts"; const a = new Batch();`,
    `import { AsyncLocalStorage } from "node:async_hooks"; const a = new AsyncLocalStorage();`,
    `import { a } from "./a.ts"; export function b() { a.push(1); }`,
    "class A { static b = 1; }",
  ])("not by %s", (text) => {
    expect(stateFaults(file("src/net/a.ts", text))).toHaveLength(1);
    expect(stateFaults(file("src/runtime/a.ts", text))).toEqual([]);
  });

  test.each([
    "const a = 1; export const b = [1, 2].toSorted();",
    "const a = new WeakMap(); function b(x) { a.set(x, 1); }",
    "const a = new Set([1]); function b(x) { return a.has(x); }",
    "function b() { const a = []; a.push(1); let c = 1; c += 1; }",
    `import { arrivals } from "../runtime/batches.ts"; function b(x) { arrivals.add(x); }`,
    "class A { static readonly b = 1; c = 1; }",
  ])("but: %s", (text) => {
    expect(stateFaults(file("src/net/a.ts", text))).toEqual([]);
  });
});

describe("gateway, blobs, store and money have no timers", () => {
  test("in the tree", () => {
    expect(sources.flatMap(timerFaults)).toEqual([]);
  });

  test.each([
    "setTimeout(act, 1);",
    "const a = setInterval;",
    `import { setTimeout as sleep } from "node:timers/promises";`,
    `import timers from "node:timers";`,
    `import * as timers from "node:timers/promises";`,
    "const a = AbortSignal.timeout(1);",
  ])("not by %s", (text) => {
    for (const folder of ["gateway/requests", "blobs", "store/sqlite", "money"])
      expect(timerFaults(file(`src/${folder}/a.ts`, text))).toHaveLength(1);
    expect(timerFaults(file("src/net/a.ts", text))).toEqual([]);
    expect(timerFaults(file("src/gateway/channels/timer.ts", text))).toEqual([]);
  });

  test.each([
    `import { setImmediate as nextTurn } from "node:timers/promises";`,
    "setImmediate(act);",
    "parts.setTimeout(act, 1);",
    "const a = { setTimeout: 1 };",
  ])("but: %s", (text) => {
    expect(timerFaults(file("src/store/a.ts", text))).toEqual([]);
  });
});

describe("a doc comment names its subject", () => {
  test("in the tree", () => {
    expect(sources.flatMap(commentFaults)).toEqual([]);
  });

  test.each([
    "/** What is sent. */",
    "/** Where it rests. */",
    "/**\n * It is sent.\n */",
    "const a = {\n  /** How long it rests. */\n  b: 1,\n};",
    "/** Whose turn it is. */",
    "/** Nothing is sent. */",
  ])("not %s", (text) => {
    expect(commentFaults(file("src/core/a.ts", `${text}\nact();`))).toHaveLength(1);
  });

  test.each([
    "/** The request. What is sent is its body. */",
    "// What is sent.",
    "/* Where it rests. */",
    "/** Whole requests. */",
    "const a = `/** What is sent. */`;",
  ])("but: %s", (text) => {
    expect(commentFaults(file("src/core/a.ts", `${text}\nact();`))).toEqual([]);
  });
});

describe("functions and files are short", () => {
  const lines = (count: number): string => "  act();\n".repeat(count);

  test("in the tree", () => {
    expect(code.flatMap(lengthFaults)).toEqual([]);
  });

  test("a function of 70 lines passes and one of 71 does not", () => {
    expect(lengthFaults(file("src/core/a.ts", `function a() {\n${lines(68)}}\n`))).toEqual([]);
    expect(lengthFaults(file("src/core/a.ts", `function a() {\n${lines(69)}}\n`))).toHaveLength(1);
    expect(lengthFaults(file("src/core/a.ts", `const a = () => {\n${lines(69)}};\n`))).toHaveLength(
      1,
    );
    expect(
      lengthFaults(file("src/core/a.ts", `class A {\n b() {\n${lines(69)}}\n}\n`)),
    ).toHaveLength(1);
  });

  test("the lists of providers and of their models may be as long as they get", () => {
    expect(lengthFaults(file("src/providers/index.ts", "act();\n".repeat(301)))).toEqual([]);
    expect(lengthFaults(file("src/providers/a/index.ts", "act();\n".repeat(301)))).toHaveLength(1);
  });

  test("a file of 300 lines passes and one of 301 does not; tests have 600", () => {
    expect(lengthFaults(file("src/core/a.ts", "act();\n".repeat(300)))).toEqual([]);
    expect(lengthFaults(file("src/core/a.ts", "act();\n".repeat(301)))).toHaveLength(1);
    expect(lengthFaults(file("test/a.test.ts", "act();\n".repeat(600)))).toEqual([]);
    expect(lengthFaults(file("test/a.test.ts", "act();\n".repeat(601)))).toHaveLength(1);
  });

  test("describe is a heading and not a function, but a test is one", () => {
    expect(
      lengthFaults(file("test/a.test.ts", `describe("a", () => {\n${lines(80)}});\n`)),
    ).toEqual([]);
    expect(
      lengthFaults(file("test/a.test.ts", `test("a", () => {\n${lines(80)}});\n`)),
    ).toHaveLength(1);
  });
});

describe("names say what is inside", () => {
  test("in the tree", () => {
    expect(paths.flatMap(nameFaults)).toEqual([]);
  });

  test.each([
    "src/core/utils.ts",
    "src/helpers/a.ts",
    "src/core/image-utils.ts",
    "src/core/base/a.ts",
    "src/core/keyManager.ts",
    "src/core/Key.ts",
    "src/core/a_b.ts",
  ])("not %s", (path) => {
    expect(nameFaults(path).length).toBeGreaterThan(0);
  });

  test.each(["src/pictures/base64-stream.ts", "test/http/door.test.ts", "src/main.ts"])(
    "%s",
    (path) => {
      expect(nameFaults(path)).toEqual([]);
    },
  );
});

describe("only src/config reads the environment", () => {
  test("in the tree", () => {
    expect(sources.flatMap(environmentFaults)).toEqual([]);
  });

  test.each(["process.env.HOME", `process["env"]`, "const { env } = process"])(
    "not by %s",
    (text) => {
      expect(environmentFaults(file("src/net/a.ts", text))).toHaveLength(1);
      expect(environmentFaults(file("src/config.ts", text))).toEqual([]);
    },
  );
});

describe("a provider is one folder", () => {
  test("with an index, fixtures, and its own id", async () => {
    const load = async (path: string): Promise<unknown> =>
      ((await import(pathToFileURL(join(root, path)).href)) as { default?: unknown }).default;
    const builtIn = providers.filter((line) => line.builtIn === true).map(({ id }) => id);
    expect(await providerFolderFaults(paths, { load, builtIn })).toEqual([]);
  });

  test("that the list names by the ids of their folders, each once", () => {
    expect(providers.map(({ id }) => id).toSorted()).toEqual(ids);
  });

  test("that everything else in src leaves unnamed", () => {
    expect(sources.flatMap((source) => providerIdFaults(source, ids))).toEqual([]);
  });

  test.each([`if (id === "one") act();`, "const id = `one`;", `const table = { "one": 1 };`])(
    "naming it elsewhere is found: %s",
    (text) => {
      expect(providerIdFaults(file("src/gateway/a.ts", text), ["one"])).toHaveLength(1);
      expect(providerIdFaults(file("src/providers/two/a.ts", text), ["one", "two"])).toHaveLength(
        1,
      );
      expect(providerIdFaults(file("src/providers/one/a.ts", text), ["one"])).toEqual([]);
      expect(providerIdFaults(file("src/providers/index.ts", text), ["one"])).toEqual([]);
    },
  );

  test("a folder without index, with a wrong id or without fixtures is found", async () => {
    const values: Record<string, unknown> = {
      "src/providers/two/index.ts": { id: "deux" },
      "src/providers/three/index.ts": { id: "three" },
      "src/providers/four/index.ts": { id: "four" },
    };
    const faults = await providerFolderFaults(
      [
        "src/providers/index.ts",
        "src/providers/extra.ts",
        "src/providers/one/a.ts",
        "src/providers/two/fixtures/a.json",
        ...Object.keys(values),
      ],
      { load: (path) => Promise.resolve(values[path]), builtIn: ["four"] },
    );
    const folders = faults.map((fault) => fault.split(":")[0]);
    expect(folders).toEqual([
      "src/providers/extra.ts",
      "src/providers/one",
      "src/providers/three",
      "src/providers/two",
    ]);
  });
});

describe("what two providers have in common stands in dialects", () => {
  const lines = (count: number, word = "a") =>
    Array.from({ length: count }, (_, index) => `const ${word}${index} = ${index};`).join("\n");
  const one = file("src/providers/one/index.ts", lines(sameLinesMax + 1));

  test("in the tree", () => {
    expect(repeatFaults(sources)).toEqual([]);
  });

  test("a run that stands twice is found once, wherever it begins", () => {
    const two = file("src/providers/two/cards.ts", `${lines(4, "b")}\n{\n${lines(9)}\n}`);
    expect(repeatFaults([one, two])).toEqual([
      "src/providers/two/cards.ts:6: repeats src/providers/one/index.ts:1; move what both need to src/dialects",
    ]);
  });

  test("a short run, imports, comments and one's own folder are none", () => {
    const comments = Array(9).fill("// the same words").join("\n");
    const short = file("src/providers/two/a.ts", `${lines(sameLinesMax)}\n${comments}`);
    const own = file("src/providers/one/b.ts", one.text);
    expect(repeatFaults([one, short, own])).toEqual([]);
    const imports = Array.from({ length: 9 }, (_, i) => `import a${i} from "../../core/a.ts";`);
    const both = ["three", "four"].map((id) =>
      file(`src/providers/${id}/index.ts`, imports.join("\n")),
    );
    expect(repeatFaults(both)).toEqual([]);
  });
});

describe("values instead of subclasses", () => {
  test("in the tree", () => {
    expect(sources.flatMap(classFaults)).toEqual([]);
  });

  test.each([
    "class A extends B {}",
    "class A extends (mixin(B)) {}",
    "@known class A {}",
    "class A { @known act() {} }",
  ])("not %s", (text) => {
    expect(classFaults(file("src/core/a.ts", text))).toHaveLength(1);
  });

  test("an error may be one", () => {
    expect(classFaults(file("src/core/a.ts", "class Fault extends Error {}"))).toEqual([]);
  });
});

describe("importing does no work", () => {
  test("in the tree", () => {
    expect(sources.flatMap(importWorkFaults)).toEqual([]);
  });

  test.each([
    "act();",
    "if (x) act();",
    "const a = await act();",
    "for (const a of b) act(a);",
    "try { act(); } catch {}",
  ])("not %s", (text) => {
    expect(importWorkFaults(file("src/core/a.ts", text))).toHaveLength(1);
    expect(importWorkFaults(file("src/main.ts", text))).toEqual([]);
  });

  test("declaring is no work", () => {
    const text = `import { z } from "zod"; export const a = z.string(); async function b() { await a; }`;
    expect(importWorkFaults(file("src/core/a.ts", text))).toEqual([]);
  });
});
