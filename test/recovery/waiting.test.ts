import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import OpenAI from "openai";
import { expect, test } from "vitest";
import { requireForTest, testPython } from "../support/require.ts";
import { rawJson, send } from "./raw-client.ts";
import { ask, asked, model, setUp } from "./setup.ts";

const interim = { server: { interim_102: true, heartbeat: "100ms" } };

test("a client that waits is sent 102 until the answer, and only where the operator says so", async () => {
  const { gateway, upstream } = await setUp(interim);
  const call = send(gateway, rawJson(gateway, asked, 0));
  const execution = await upstream.arrived(0);
  const line = "HTTP/1.1 102 Processing\r\n\r\n";
  const heard = await call.read(2 * line.length);
  // A busy machine may have sent a third one.
  expect(heard.toString("latin1").replaceAll(line, "")).toBe("");
  execution.answer();
  const rest = await call.read(heard.length + 100);
  expect(rest.toString("latin1").replaceAll(line, "")).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  await call.drop();

  const quiet = await setUp({ server: { heartbeat: "100ms" } });
  const other = send(quiet.gateway, rawJson(quiet.gateway, asked, 0));
  (await quiet.upstream.arrived(0)).answer();
  expect((await other.read(20)).toString("latin1")).toMatch(/^HTTP\/1\.1 200 OK/);
  await other.drop();
});

test("the official Node SDK takes no harm from 102", async () => {
  const { gateway, upstream } = await setUp(interim);
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key });
  const watcher = send(gateway, rawJson(gateway, { ...asked, prompt: "beside it" }, 0));
  const answer = client.images.generate({ model, prompt: "a fox", response_format: "b64_json" });
  await upstream.arrived(1);
  // The one beside it, which began at the same time, has been sent two.
  await watcher.read(60);
  upstream.answerAll();
  const made = Buffer.from((await answer).data?.[0]?.b64_json ?? "", "base64");
  expect(upstream.executions.some(({ picture }) => picture.equals(made))).toBe(true);
  expect(upstream.executions).toHaveLength(2);
  await watcher.drop();
});

test("the official Python SDK takes no harm from 102", async (context) => {
  const python = requireForTest(
    context,
    "A Python with the openai package (PINHOLE_TEST_PYTHON)",
    testPython(),
  );
  const { gateway, upstream } = await setUp(interim);
  const script = join(gateway.folder, "ask.py");
  await writeFile(
    script,
    `import sys, openai
client = openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key=sys.argv[2])
answer = client.images.generate(model=sys.argv[3], prompt="a fox", response_format="b64_json")
print(answer.data[0].b64_json)
`,
  );
  const asking = promisify(execFile)(python, [script, gateway.url, gateway.key, model], {
    maxBuffer: 4 * 1024 * 1024,
  });
  const execution = await upstream.arrived(0);
  const watcher = send(gateway, rawJson(gateway, { ...asked, prompt: "beside it" }, 0));
  await watcher.read(60);
  upstream.answerAll();
  const { stdout } = await asking;
  expect(Buffer.from(stdout.trim(), "base64").equals(execution.picture)).toBe(true);
  await watcher.drop();
});

test("a stream that broke is tried again and gets its completed event from the running request", async () => {
  const { gateway, upstream } = await setUp();
  const body = { model, prompt: "a stream", stream: true };
  const first = send(gateway, rawJson(gateway, body, 0));
  const execution = await upstream.arrived(0);
  await first.drop();
  const retry = ask(gateway, { "x-stainless-retry-count": "1" }, body);
  execution.answer();
  const events = await (await retry).text();
  const data = /event: image_generation\.completed\ndata: (.*)\n\n/.exec(events)?.[1] ?? "{}";
  // The gateway's own event, whose form the streaming tests check.
  const { b64_json } = JSON.parse(data) as { b64_json?: string };
  expect(Buffer.from(b64_json ?? "", "base64").equals(execution.picture)).toBe(true);
  expect(upstream.executions).toHaveLength(1);
});

test("an SDK that gave up waiting is answered by its own retry from what it repeats", async () => {
  const { gateway, upstream } = await setUp();
  let tries = 0;
  const client = new OpenAI({
    baseURL: `${gateway.url}/v1`,
    apiKey: gateway.key,
    timeout: 1_000,
    maxRetries: 10,
    fetch(...args: Parameters<typeof fetch>) {
      tries += 1;
      // The upstream answers once the SDK has come back.
      if (tries === 2) void upstream.arrived(0).then((execution) => execution.answer());
      return fetch(...args);
    },
  });
  const asking = client.images.generate({ model, prompt: "slow", response_format: "b64_json" });
  const made = Buffer.from((await asking).data?.[0]?.b64_json ?? "", "base64");
  expect(made.equals(upstream.executions[0]?.picture ?? Buffer.alloc(0))).toBe(true);
  expect(upstream.executions).toHaveLength(1);
  expect(tries).toBeGreaterThan(1);
});
