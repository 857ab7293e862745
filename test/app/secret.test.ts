import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pinhole-secret-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  /** Warnings of the start. */
  readonly said: readonly string[];
  readonly apiKey: string | undefined;
  /** The status of a call with this key; with a key that is good a picture is made and kept. */
  call(key: string | undefined): Promise<number>;
  /** Deletes all keys with this admin token. */
  deleteKeys(token: string): Promise<void>;
  stop(): Promise<void>;
}

async function run(env: Record<string, string> = {}): Promise<Run> {
  const config = await loadConfig({
    env: { PINHOLE_PORT: "0", ...env },
    flags: {},
    cwd: folder,
    terminal: false,
    now: Date.now(),
  });
  const lines: { readonly level: number; readonly msg: string }[] = [];
  const write = (line: string): void =>
    void lines.push(JSON.parse(line) as { readonly level: number; readonly msg: string });
  const app = await startApp(config, pino({ level: "warn" }, { write }));
  return {
    said: lines.map(({ msg }) => msg),
    apiKey: app.firstRun.apiKey,
    async call(key) {
      const answer = await fetch(`${app.url}/v1/images/generations`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "sandbox-fast", prompt: "a fox", size: "64x64" }),
      });
      await answer.arrayBuffer();
      return answer.status;
    },
    async deleteKeys(token) {
      const headers = { authorization: `Bearer ${token}` };
      const listed = await fetch(`${app.url}/admin/v1/keys`, { headers });
      const { data } = (await listed.json()) as { data: { id: string }[] }; // It is our own answer.
      for (const { id } of data)
        await fetch(`${app.url}/admin/v1/keys/${id}`, { method: "DELETE", headers });
    },
    stop: () => app.close(),
  };
}

const secretFile = (): string => join(folder, "data/secret");
const other = { PINHOLE_SECRET: "another-secret-0123456789-0123456789" };

/** A first start whose key has made a picture. */
async function firstRun(env: Record<string, string> = {}): Promise<string> {
  const first = await run(env);
  expect(first.said).toEqual([]);
  expect(await first.call(first.apiKey)).toBe(200);
  await first.stop();
  return first.apiKey ?? "";
}

test("a start with the same secret says nothing, nor does a first one with a secret that was put there", async () => {
  const key = await firstRun();
  const again = await run();
  expect(again.said).toEqual([]);
  expect(await again.call(key)).toBe(200);
  await again.stop();
  rmSync(join(folder, "data"), { recursive: true });
  await firstRun(other);
});

test("a secret that is gone is told at each start, and all is well when it is back", async () => {
  const key = await firstRun();
  const secret = readFileSync(secretFile());
  rmSync(secretFile());
  for (const what of ["is gone and a new one was made", "is not the one that this database"]) {
    const next = await run();
    expect(next.said).toHaveLength(1);
    expect(next.said[0]).toContain(`the secret in ${secretFile()} ${what}`);
    expect(next.said[0]).toContain("the API key and the admin token that were made here");
    expect(next.said[0]).toContain(`put the old secret back (${secretFile()} or PINHOLE_SECRET)`);
    expect(await next.call(key)).toBe(401);
    await next.stop();
  }
  writeFileSync(secretFile(), secret);
  const back = await run();
  expect(back.said).toEqual([]);
  expect(await back.call(key)).toBe(200);
  await back.stop();
});

test("another configured secret, and one that is no longer configured, are told too", async () => {
  await firstRun(other);
  const changed = await run({ PINHOLE_SECRET: `${other.PINHOLE_SECRET}-2` });
  expect(changed.said[0]).toMatch(/^the secret is not the one that this database was made with: /);
  await changed.stop();
  const forgotten = await run();
  expect(forgotten.said[0]).toContain("is gone and a new one was made");
  await forgotten.stop();
  const right = await run(other);
  expect(right.said).toEqual([]);
  await right.stop();
});

test("who goes on with another secret is told of the URLs once, when the old keys are deleted, and then no more", async () => {
  await firstRun();
  const token = "an-admin-token-of-the-operator-0123";
  const env = { ...other, PINHOLE_ADMIN_TOKEN: token };
  const next = await run(env);
  expect(next.said).toHaveLength(1);
  await next.deleteKeys(token);
  await next.stop();
  const last = await run(env);
  expect(last.said).toEqual([
    expect.stringMatching(/: the URLs of images that were handed out are no longer good; /),
  ]);
  await last.stop();
  const quiet = await run(env);
  expect(quiet.said).toEqual([]);
  await quiet.stop();
});

test("images and a secret without their database are told", async () => {
  await firstRun();
  for (const end of ["", "-wal", "-shm"])
    rmSync(join(folder, `data/pinhole.db${end}`), { force: true });
  const next = await run();
  expect(next.said).toEqual([
    expect.stringMatching(
      /^the database .*pinhole\.db is new, but .*images holds images of an earlier one: /,
    ),
  ]);
  expect(next.apiKey).toBeDefined();
  await next.stop();
  const again = await run();
  expect(again.said).toEqual([]);
  await again.stop();
});
