import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/** The built program, which npm start and the package run: `pretest` builds it. */

const main = join(import.meta.dirname, "../dist/main.js");
let folder = "";
let child: ChildProcess;
let url = "";
let key = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pinhole-built-"));
  child = spawn(process.execPath, [main, "serve", "--port", "0"], {
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
