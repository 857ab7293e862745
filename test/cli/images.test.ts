import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type FakeGateway, type Received, type Reply, startFakeGateway } from "./fake-gateway.ts";
import { type Outcome, runCommand, temporaryFolder } from "./run-command.ts";

const picture = Buffer.from("the bytes of a picture");
const key = "pin_test_key";

/** Answers with `count` addresses, and the bytes below them. */
function makes(count: number, more: Partial<Reply> = {}) {
  return (request: Received, origin: string): Reply => {
    if (request.path.startsWith("/images/")) {
      return { headers: { "content-type": "image/png" }, body: picture };
    }
    const data = Array.from({ length: count }, (_, index) => ({
      url: `${origin}/images/${index}?sig=x`,
      revised_prompt: "a red fox",
    }));
    return {
      headers: {
        "x-request-id": "req_1",
        "x-pinhole-model": "play-1",
        "x-pinhole-cost": "0.04",
        ...more.headers,
      },
      body: JSON.stringify({ created: 1, data, size: "1024x1024" }),
    };
  };
}

async function run(gateway: FakeGateway, cwd: string, argv: readonly string[]): Promise<Outcome> {
  return runCommand([...argv, "--url", `${gateway.url}/v1/`], { cwd, env: { PINHOLE_KEY: key } });
}

function jsonBody(gateway: FakeGateway): unknown {
  return JSON.parse(gateway.received[0]?.body.toString() ?? "");
}

test("generate sends the fields and saves the picture", async () => {
  using folder = temporaryFolder();
  await using gateway = await startFakeGateway(makes(1));
  const options =
    "--model play-1 --size 1024x1024 --quality high --background opaque --seed 7 --compression 80";
  const further = ["--opt", "negative_prompt=no=text", "--opt", "steps=5", "--opt", 'a={"b":[1]}'];
  const argv = ["generate", "a fox", ...options.split(" "), ...further, "-o", "fox.jpg"];
  const { code, out, err } = await run(gateway, folder.path, argv);
  expect(code).toBe(0);
  expect(out).toBe("fox.jpg\n");
  expect(err).toBe(
    "warning: fox.jpg holds png, whatever its name says\n1 picture by play-1 in 0.0 s, 0.04 USD (request req_1)\n",
  );
  expect(readFileSync(join(folder.path, "fox.jpg"))).toEqual(picture);
  expect(jsonBody(gateway)).toEqual({
    model: "play-1",
    prompt: "a fox",
    size: "1024x1024",
    quality: "high",
    output_format: "jpeg",
    output_compression: 80,
    background: "opaque",
    seed: 7,
    negative_prompt: "no=text",
    steps: 5,
    a: { b: [1] },
    response_format: "url",
  });
  expect(gateway.received.map((each) => [each.method, each.path, each.authorization])).toEqual([
    ["POST", "/v1/images/generations", `Bearer ${key}`],
    ["GET", "/images/0?sig=x", undefined],
  ]);
});

test("several pictures are numbered, and one document tells scripts everything", async () => {
  using folder = temporaryFolder();
  const warnings = [{ param: "style", code: "unsupported_parameter", message: "Left out." }];
  const headers = { "x-pinhole-warnings": JSON.stringify(warnings) };
  await using gateway = await startFakeGateway(makes(2, { headers }));
  const argv = ["generate", "a fox", "-n", "3", "-o", "fox.png", "--json"];
  const { code, out, err } = await run(gateway, folder.path, argv);
  expect(code).toBe(0);
  expect(err).toBe("warning: style: Left out.\n");
  const file = {
    bytes: picture.byteLength,
    content_type: "image/png",
    revised_prompt: "a red fox",
  };
  expect(JSON.parse(out)).toEqual({
    files: [
      { path: "fox-1.png", ...file },
      { path: "fox-2.png", ...file },
    ],
    model: "play-1",
    size: "1024x1024",
    cost_usd: "0.04",
    request_id: "req_1",
    warnings,
  });
  expect(readdirSync(folder.path).toSorted()).toEqual(["fox-1.png", "fox-2.png"]);
  expect(jsonBody(gateway)).toMatchObject({ n: 3 });
});

test("without a name the prompt gives one; - is standard output", async () => {
  using folder = temporaryFolder();
  await using gateway = await startFakeGateway(makes(1));
  const named = await run(gateway, folder.path, ["generate", "A fox, réd!", "-f", "webp"]);
  expect(named.out).toBe("a-fox-re-d-20270101-000001.webp\n");
  const piped = await run(gateway, folder.path, ["generate", "a fox", "-o", "-"]);
  expect(piped.bytes).toEqual(picture);
  expect(piped.out).toBe("");
});

test("edit uploads the pictures and the mask under their names", async () => {
  using folder = temporaryFolder();
  await using gateway = await startFakeGateway(makes(1));
  for (const name of ["in.png", "more.png", "mask.png"]) {
    writeFileSync(join(folder.path, name), `bytes of ${name}`);
  }
  const argv = "edit in.png PROMPT --image more.png --mask mask.png -n 2 -o out.png".split(" ");
  const { code } = await run(gateway, folder.path, argv);
  expect(code).toBe(0);
  const [sent] = gateway.received;
  expect(sent?.path).toBe("/v1/images/edits");
  const headers = { "content-type": sent?.contentType ?? "" };
  const form = await new Response(sent?.body, { headers }).formData();
  const fields = await Promise.all(
    [...form].map(async ([name, value]) =>
      typeof value === "string" ? [name, value] : [name, value.name, await value.text()],
    ),
  );
  expect(fields).toEqual([
    ["prompt", "PROMPT"],
    ["n", "2"],
    ["response_format", "url"],
    ["image[]", "in.png", "bytes of in.png"],
    ["image[]", "more.png", "bytes of more.png"],
    ["mask", "mask.png", "bytes of mask.png"],
  ]);
  expect(readFileSync(join(folder.path, "out-1.png"))).toEqual(picture);
});

describe("what goes wrong", () => {
  test("the gateway's own words, code and request id", async () => {
    using folder = temporaryFolder();
    const error = { message: "No such model.", type: "t", code: "model_not_found", param: "model" };
    await using gateway = await startFakeGateway(() => ({
      status: 404,
      headers: { "x-request-id": "req_9" },
      body: JSON.stringify({ error }),
    }));
    const plain = await run(gateway, folder.path, ["generate", "x", "-o", "x.png"]);
    expect([plain.code, plain.out, plain.err]).toEqual([
      1,
      "",
      "pinhole: No such model. (model_not_found, request req_9)\n",
    ]);
    const json = await run(gateway, folder.path, ["generate", "x", "-o", "x.png", "--json"]);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.err)).toEqual({
      error: {
        message: "No such model.",
        code: "model_not_found",
        param: "model",
        status: 404,
        request_id: "req_9",
      },
    });
    expect(existsSync(join(folder.path, "x.png"))).toBe(false);
  });

  test("nobody answers", async () => {
    using folder = temporaryFolder();
    const gone = await startFakeGateway(() => ({ body: "" }));
    await gone[Symbol.asyncDispose]();
    const { code, err } = await run(gone, folder.path, ["generate", "x"]);
    expect(code).toBe(1);
    expect(err).toBe(
      `pinhole: No answer from ${gone.url} (ECONNREFUSED); is the gateway running there? (unreachable)\n`,
    );
  });

  test.each([
    [
      500,
      "<html>",
      "The server answered with status 500 and no explanation; is it a Pinhole? (http_500)",
    ],
    [
      200,
      "<html>",
      "The server's answer is none that a Pinhole gives; check the address. (unreadable_answer)",
    ],
    [
      200,
      '{"data":[{"b64_json":"AAAA"}]}',
      "the server answered without addresses of the pictures; is it a Pinhole?",
    ],
  ])("something else answers: %i %s", async (status, body, message) => {
    using folder = temporaryFolder();
    await using gateway = await startFakeGateway(() => ({ status, body }));
    const { code, err } = await run(gateway, folder.path, ["generate", "x"]);
    expect([code, err]).toEqual([1, `pinhole: ${message}\n`]);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("a download that is refused leaves no file", async () => {
    using folder = temporaryFolder();
    const good = makes(1);
    await using gateway = await startFakeGateway((request, origin) =>
      request.path.startsWith("/images/")
        ? {
            status: 410,
            body: JSON.stringify({ error: { message: "Gone.", code: "result_expired" } }),
          }
        : good(request, origin),
    );
    const { code, err } = await run(gateway, folder.path, ["generate", "x", "-o", "x.png"]);
    expect([code, err]).toEqual([1, "pinhole: Gone. (result_expired)\n"]);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test.each([
    [
      ["generate", "x", "-o", "old.png"],
      "old.png exists already; choose another name or give --force",
    ],
    [["generate", "x", "-o", "no/x.png"], "the folder of no/x.png does not exist; make it first"],
    [
      ["generate", "x", "-o", "-", "-n", "2"],
      "only one picture fits on standard output; leave out -n",
    ],
    [
      ["generate", "x", "-o", "-", "--json"],
      "standard output has room for -o - or --json, not both",
    ],
    [["generate", "x", "--opt", "steps"], "--opt steps must be name=value"],
  ])("%j is refused before anything is paid for", async (argv, message) => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "old.png"), "old");
    await using gateway = await startFakeGateway(makes(1));
    const { code, err } = await run(gateway, folder.path, argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(gateway.received).toEqual([]);
    expect(readFileSync(join(folder.path, "old.png"), "utf8")).toBe("old");
  });

  test("--force overwrites", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "old.png"), "old");
    await using gateway = await startFakeGateway(makes(1));
    const { code } = await run(gateway, folder.path, ["generate", "x", "-o", "old.png", "--force"]);
    expect(code).toBe(0);
    expect(readFileSync(join(folder.path, "old.png"))).toEqual(picture);
  });

  test("an input picture that there is not", async () => {
    using folder = temporaryFolder();
    await using gateway = await startFakeGateway(makes(1));
    const { code, err } = await run(gateway, folder.path, ["edit", "in.png", "x"]);
    expect([code, err]).toEqual([1, "pinhole: cannot read in.png; is there such a file?\n"]);
    expect(gateway.received).toEqual([]);
  });

  test("no key, a key that is none, an address that is none", async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const none = await runCommand(["models"], { cwd });
    expect(none.code).toBe(2);
    expect(none.err).toMatch(/^pinhole: an API key is needed: set PINHOLE_KEY or give --key/);
    const line = await runCommand(["models", "--key", "two\nlines"], { cwd });
    expect(line.code).toBe(2);
    const address = await runCommand(["models", "--key", key, "--url", "localhost:8080"], { cwd });
    expect(address.err).toBe(
      "pinhole: localhost:8080 is no http or https URL; correct --url or PINHOLE_URL\n",
    );
  });
});

test("on a terminal progress is drawn and erased again", async () => {
  using folder = temporaryFolder();
  await using gateway = await startFakeGateway(makes(1));
  const argv = ["generate", "x", "-o", "x.png", "--url", gateway.url, "--key", key];
  const { err } = await runCommand(argv, { cwd: folder.path, terminal: true });
  expect(err).toMatch(/^\r⠋ generating 0 s/);
  expect(err).toContain("\r\u001B[K1 picture");
});

describe("models", () => {
  const list = {
    object: "list",
    data: [
      {
        id: "play-1",
        object: "model",
        retires_at: "2027-05-01",
        successor: "play-2",
        capabilities: {
          operations: ["generation", "edit"],
          sizes: ["1x1", "2x2", "3x3", "4x4", "5x5"],
          mask: true,
        },
      },
      {
        id: "fox",
        object: "model",
        alias_of: ["play-1"],
        capabilities: { size_rule: { edge_max: 3840 } },
      },
    ],
  };

  test("as a table", async () => {
    using folder = temporaryFolder();
    await using gateway = await startFakeGateway(() => ({ body: JSON.stringify(list) }));
    const { code, out } = await run(gateway, folder.path, ["models"]);
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      "model   operations        sizes                          notes",
      "play-1  generation, edit  1x1, 2x2, 3x3, 4x4 and 1 more  mask; retires 2027-05-01; then play-2",
      "fox     unknown           any up to 3840                 alias of play-1",
      "",
    ]);
    expect(gateway.received[0]).toMatchObject({
      path: "/v1/models",
      authorization: `Bearer ${key}`,
    });
  });

  test("as one document", async () => {
    using folder = temporaryFolder();
    await using gateway = await startFakeGateway(() => ({ body: JSON.stringify(list) }));
    const { out } = await run(gateway, folder.path, ["models", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ models: [{ id: "play-1" }, { id: "fox" }] });
  });
});
