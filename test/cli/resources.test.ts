import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openApiDocument } from "../../src/api/openapi.ts";
import { operationsOf, resourceNames } from "../../src/cli/resources/operations.ts";
import { tableOf } from "../../src/cli/resources/tables.ts";
import { valueOf } from "../../src/cli/resources/values.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { startFakeGateway } from "./fake-gateway.ts";
import { type Outcome, runCommand } from "./run-command.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

const run = (argv: readonly string[], env: Record<string, string> = {}): Promise<Outcome> =>
  runCommand(argv, {
    cwd: gateway.folder,
    env: { PINHOLE_URL: gateway.url, PINHOLE_ADMIN_TOKEN: gateway.adminToken, ...env },
  });

describe("commands read from the API's document", () => {
  test("every admin route that is no page's has one, with a word of its own", () => {
    const document = openApiDocument();
    const found = resourceNames(document).flatMap((name) => operationsOf(document, name));
    const words = found.map(({ path, verb }) => `${path.split("/")[3]} ${verb}`);
    expect(new Set(words).size).toBe(words.length);
    const paths = document["paths"] as Record<string, Record<string, Record<string, unknown>>>;
    const meant = Object.entries(paths)
      .filter(([path]) => path.startsWith("/admin/v1/"))
      .flatMap(([, item]) => Object.values(item))
      .filter((operation) => operation["x-pinhole-verb"] !== null);
    expect(words).toHaveLength(meant.length);
  });

  test("resources that the document gains get commands by themselves", () => {
    const operation = { description: "It does.", responses: {} };
    const document = {
      paths: {
        "/admin/v1/things": { get: operation, post: operation },
        "/admin/v1/things/{id}": {
          get: operation,
          patch: operation,
          put: operation,
          delete: { ...operation, "x-pinhole-verb": "end" },
        },
        "/admin/v1/things/{id}/turn": { post: operation },
        "/admin/v1/things/{id}/hidden": { post: { ...operation, "x-pinhole-verb": null } },
        "/v1/others": { get: operation },
      },
    };
    expect(resourceNames(document)).toEqual(["things"]);
    expect(operationsOf(document, "things").map(({ verb }) => verb)).toEqual([
      "list",
      "create",
      "show",
      "change",
      "set",
      "end",
      "turn",
    ]);
  });

  test("a resource with the name of another command has its own words, and the command keeps its", async () => {
    const listed = await run(["channels", "list", "--json"]);
    expect(JSON.parse(listed.out)).toMatchObject({ data: [{ provider: "sandbox" }] });
    expect((await run(["channels", "test", "no-such"])).err).toContain("there is no channel");
    expect((await run(["channels", "lisst", "x"])).err).toContain("there are test and models");
  });

  test("help names what there is", async () => {
    expect((await run(["--help"])).out).toMatch(/^ {2}keys /m);
    const help = (await run(["keys", "create", "--help"])).out;
    expect(help).toMatch(/--expires-at <text>/);
    expect(help).toMatch(/--strict \[true\|false\]/);
    expect((await run(["keys", "--help"])).out).toContain("PINHOLE_ADMIN_TOKEN");
    // A resource with the name of another command tells the words of both.
    for (const argv of [["help"], ["--help"], []]) {
      const { out, err } = await run(["channels", ...argv]);
      expect(out + err).toMatch(
        /^ {2}create [^]*`pinhole channels test`, `pinhole channels models`/m,
      );
    }
  });
});

describe("keys from a terminal", () => {
  test("one is made, listed and used", async () => {
    const limits = [
      "--rpm",
      "60",
      "--models",
      "sandbox-fast,gpt-*",
      "--models",
      "flux",
      "--strict",
    ];
    const made = await run(["keys", "create", "--name", "by hand", ...limits, "--json"]);
    expect(made.err).toBe("");
    const key = JSON.parse(made.out) as { id: string; key: string };
    expect(key).toMatchObject({
      name: "by hand",
      rpm: 60,
      strict: true,
      models: ["sandbox-fast", "gpt-*", "flux"],
    });
    const headers = { authorization: `Bearer ${key.key}` };
    expect((await fetch(`${gateway.url}/v1/models`, { headers })).status).toBe(200);
    const listed = await run(["keys", "list"]);
    expect(listed.out.split("\n")[0]).toMatch(/^id +name +hint/);
    expect(listed.out).toMatch(new RegExp(`^${key.id} +by hand `, "m"));
    expect(listed.out).not.toContain(key.key);
  });

  test("a page of records is asked for in the query", async () => {
    expect((await run(["requests", "list", "--limit", "1"])).out).toBe("There are none.\n");
    const refused = await run(["requests", "list", "--limit", "many"]);
    expect([refused.code, refused.err]).toEqual([
      2,
      "pinhole: --limit must be a number, not `many`\n",
    ]);
  });
});

describe("refusals are told in words", () => {
  test("of the gateway, with the code and the request", async () => {
    const refused = await run(["requests", "show", "a/b?c"]);
    expect([refused.code, refused.out]).toEqual([1, ""]);
    expect(refused.err).toMatch(
      /^pinhole: There is no request with this id\. \(not_found, request req_\w+\)\n$/,
    );
    const json = await run(["keys", "create", "--json"]);
    expect([json.code, JSON.parse(json.err)]).toMatchObject([1, { error: { status: 400 } }]);
  });

  test("a missing or wrong token", async () => {
    const none = await runCommand(["keys", "list", "--url", gateway.url], { cwd: gateway.folder });
    expect([none.code, none.err]).toEqual([2, expect.stringContaining("set PINHOLE_ADMIN_TOKEN")]);
    const wrong = await run(["keys", "list"], { PINHOLE_ADMIN_TOKEN: "x".repeat(30) });
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining("(invalid_api_key, ")]);
  });

  test("no gateway, and what is none", async () => {
    const gone = await run(["keys", "list", "--url", "http://127.0.0.1:1"]);
    expect([gone.code, gone.err]).toEqual([1, expect.stringContaining("is the gateway running")]);
    expect((await run(["keys", "list", "--url", "ftp://x"])).code).toBe(2);
    await using other = await startFakeGateway(() => ({ body: "{" }));
    const odd = await run(["keys", "list", "--url", other.url]);
    expect([odd.code, odd.err]).toEqual([1, expect.stringContaining("no JSON document")]);
  });

  test("a word or a flag that there is not", async () => {
    expect((await run(["keys", "frobnicate"])).code).toBe(2);
    expect((await run(["keys", "list", "--frobnicate"])).err).toContain("unknown option");
    expect((await run(["keys", "change"])).err).toContain("missing required argument 'id'");
  });
});

describe("values on the command line", () => {
  const budget = {
    type: "object",
    properties: {
      usd: { anyOf: [{ type: "number" }, { type: "string" }] },
      hard: { type: "boolean" },
      models: { type: "array", items: { type: "string" } },
      raise: { type: "object", properties: { usd: { type: "string" }, until: { type: "string" } } },
    },
  };
  const either = { anyOf: [budget, { type: "array", items: budget }, { type: "null" }] };
  const orWord = { anyOf: [{ type: "string", const: "free" }, ...either.anyOf] };
  const texts = { type: "array", items: { type: "string" } };

  test.each([
    [{ type: "string" }, ["a,b"], "a,b"],
    [{ anyOf: [{ type: "integer" }, { type: "null" }] }, ["7"], 7],
    [{ type: "integer" }, ["null"], null],
    [{ type: "boolean" }, ["false"], false],
    [texts, ["a, b", "c"], ["a", "b", "c"]],
    [texts, ['["a,b"]'], ["a,b"]],
    [either, ["usd=0.10,hard=false"], { usd: "0.10", hard: false }],
    [either, ["usd=1", "usd=2,models=a*|b"], [{ usd: "1" }, { usd: "2", models: ["a*", "b"] }]],
    [
      either,
      ["usd=1,raise.usd=5,raise.until=2027-01-31"],
      { usd: "1", raise: { usd: "5", until: "2027-01-31" } },
    ],
    [either, ['[{"usd":1}]'], [{ usd: 1 }]],
    [either, ["null"], null],
    [orWord, ["free"], "free"],
    [orWord, ["usd=1"], { usd: "1" }],
    [orWord, ["usd=1", "usd=2"], [{ usd: "1" }, { usd: "2" }]],
    [{ type: "array", items: budget }, ["usd=1"], [{ usd: "1" }]],
  ])("%j: %j is %j", (schema, typed, value) => {
    expect(valueOf("--x", schema, typed)).toEqual(value);
  });

  test.each([
    [{ type: "integer" }, ["many"], "must be a number"],
    [{ type: "boolean" }, ["key_1"], "must be true or false"],
    [{ type: "string" }, ["a", "b"], "more than once"],
    [either, ["50"], "has no ="],
    [either, ["sud=50"], "has no `sud`; it has usd, hard, models, raise"],
    [either, ["{usd:50}"], "no valid JSON"],
  ])("%j: %j is refused", (schema, typed, message) => {
    expect(() => valueOf("--x", schema, typed)).toThrow(message);
  });
});

test("tables leave out what says nothing or does not fit, and steer no terminal", () => {
  const long = "x".repeat(100);
  const rows = [
    { id: "a", none: null, off: false, name: "A\u001b[31m", list: ["b", "c"], deep: { usd: 1 } },
    { id: "bb", none: null, off: false, name: long, list: [], deep: null, z: long, more: long },
  ];
  const [head = "", first = "", second = ""] = tableOf({ object: "list", data: rows }).split("\n");
  expect(head).toMatch(/^id {2}name +list +deep +z$/);
  expect(head).not.toContain("more");
  expect(first).toMatch(/^a {3}A\?\[31m +b, c {2}usd=1$/);
  expect(second).toMatch(/^bb {2}x{47}…/);
  expect(tableOf({ id: "a", budget: [{ usd: "5", period: "day" }, { usd: "9" }] })).toBe(
    "id      a\nbudget  usd=5 period=day; usd=9\n",
  );
});
