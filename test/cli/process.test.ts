import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder } from "./run-command.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** Runs the real command in a process of its own, with nothing of this one's environment. */
function start(argv: readonly string[], cwd: string, env: Record<string, string> = {}) {
  return spawn(process.execPath, [main, ...argv], {
    cwd,
    env: { NODE_NO_WARNINGS: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function ended(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)));
}

async function run(argv: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const child = start(argv, cwd, env);
  const [code, out, err] = await Promise.all([
    ended(child),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, out, err };
}

interface Serving {
  readonly url: string;
  readonly apiKey: string | undefined;
  stop(): Promise<number | NodeJS.Signals | null>;
}

/** Starts `pinhole serve` on a free port and waits until it says where it listens. */
async function serve(cwd: string): Promise<Serving> {
  const child = start(["serve", "--port", "0"], cwd);
  const exit = ended(child);
  const errors = text(child.stderr);
  let out = "";
  const found = (): { url: string | undefined; apiKey: string | undefined } => ({
    url: /listening at (http:[^"]+)"/.exec(out)?.[1],
    apiKey: /"api_key":"([^"]+)"/.exec(out)?.[1],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      out += chunk;
      const { url, apiKey } = found();
      // The first start shows its key after the address; a later one shows none.
      if (url !== undefined && (apiKey !== undefined || existsSync(join(cwd, "second")))) resolve();
    });
    void exit.then(async () => reject(new Error(`it did not start: ${await errors}`)));
  });
  const { url = "", apiKey } = found();
  const stop = async (): Promise<number | NodeJS.Signals | null> => {
    child.kill("SIGTERM");
    const code = await exit;
    expect(await errors).toContain("SIGTERM: finishing the requests in flight");
    return code;
  };
  return { url, apiKey, stop };
}

const pngHead = "\x89PNG";

test("from nothing to an edited picture, and a second start that knows the key", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path;
  const first = await serve(cwd);
  const env = { PINHOLE_URL: first.url, PINHOLE_KEY: first.apiKey ?? "" };
  const listed = await run(["models", "--json"], cwd, env);
  const { models } = JSON.parse(listed.out) as { models: { id: string }[] }; // It is our own answer.
  const model = models.find(({ id }) => id.startsWith("sandbox"))?.id ?? "";
  const made = await run(
    ["generate", "a fox", "-m", model, "-s", "256x256", "-o", "a.png"],
    cwd,
    env,
  );
  expect(made).toMatchObject({ code: 0, out: "a.png\n" });
  const edit = ["edit", "a.png", "a moon", "-m", model, "-s", "256x256", "-o", "b.webp", "--json"];
  const edited = await run(edit, cwd, env);
  expect(edited).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(edited.out)).toMatchObject({ files: [{ content_type: "image/webp" }] });
  expect(readFileSync(join(cwd, "a.png"), "latin1").slice(0, 4)).toBe(pngHead);
  expect(readFileSync(join(cwd, "b.webp"), "latin1").slice(8, 12)).toBe("WEBP");
  const refused = await run(["models"], cwd, { ...env, PINHOLE_KEY: "pin_wrong" });
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(/^pinhole: .*\(invalid_api_key, request req_\w+\)\n$/);
  expect(await first.stop()).toBe(0);

  writeFileSync(join(cwd, "second"), "");
  const second = await serve(cwd);
  expect(second.apiKey).toBeUndefined();
  const again = await run(["models"], cwd, { ...env, PINHOLE_URL: second.url });
  expect(again.code).toBe(0);
  expect(await second.stop()).toBe(0);
});

test("a port in use is one line and exit code 1", async () => {
  using folder = temporaryFolder();
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address of this kind.
  const { port } = taken.address() as AddressInfo;
  const { code, err } = await run(["serve", "--port", String(port)], folder.path);
  await new Promise((resolve) => taken.close(resolve));
  expect(code).toBe(1);
  expect(err).toMatch(new RegExp(`^pinhole: .*${port}.* in use.*\n$`));
});

test("a data folder that cannot be made is one line and exit code 1", async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "file"), "");
  const { code, err } = await run(["serve", "--port", "0", "--data", "file/data"], folder.path);
  expect(code).toBe(1);
  expect(err).toMatch(/^pinhole: .*file\/data.*--data.*\n$/);
});

test("a second start on the same data or images names who has them, and leaves the first one alone", async () => {
  using folder = temporaryFolder();
  using other = temporaryFolder();
  const first = await serve(folder.path);
  const spool = join(folder.path, "data/spool");
  writeFileSync(join(spool, "a picture being received"), "");
  const inUse = / folder .* is in use by another Pinhole \(process \d+ on \S+, since \S+Z\); .*\n$/;
  const same = await run(["serve", "--port", "0"], folder.path, { PINHOLE_SECRET: "s".repeat(40) });
  expect(same.code).toBe(1);
  expect(same.err).toMatch(new RegExp(`^pinhole: The data${inUse.source}`));
  const images = { PINHOLE_IMAGES_URL: `file:${join(folder.path, "data/images")}` };
  const shared = await run(["serve", "--port", "0"], other.path, images);
  expect(shared.code).toBe(1);
  expect(shared.err).toMatch(new RegExp(`^pinhole: The images${inUse.source}`));
  expect(existsSync(join(spool, "a picture being received"))).toBe(true);
  expect((await fetch(`${first.url}/health/ready`)).status).toBe(200);
  await first.stop();
  // Given back, it is free at once.
  writeFileSync(join(folder.path, "second"), "");
  const second = await serve(folder.path);
  expect((await fetch(`${second.url}/health/ready`)).status).toBe(200);
  await second.stop();
});
