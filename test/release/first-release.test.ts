import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";

/**
 * The data folder that the first release (4de80f0) left: three keys of which one is revoked, a hosted
 * picture, and a request whose pictures are kept. What it promised then must still be so.
 */
const left = join(import.meta.dirname, "first-release");

interface Facts {
  readonly madeAt: string;
  readonly key: string;
  readonly revokedKey: string;
  readonly idempotencyKey: string;
  readonly body: object;
  readonly urlRequest: string;
  readonly base64Request: string;
  readonly url: string;
  readonly sha256: string;
}

const facts = JSON.parse(await readFile(join(left, "facts.json"), "utf8")) as Facts;
const admin = "an-admin-token-0123456789";
let folder = "";
let app: App;

beforeAll(async () => {
  // Within the life of its URLs and records, which end a year after they were made.
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(Date.parse(facts.madeAt) + 3_600_000);
  folder = await mkdtemp(join(tmpdir(), "pinhole-release-"));
  execFileSync("tar", ["xzf", join(left, "data.tar.gz"), "-C", folder]);
  const settings = {
    server: { host: "127.0.0.1", port: 0 },
    images: { ttl: "365d", retention: "365d" },
    channels: [{ id: "sandbox", provider: "sandbox", models: ["sandbox-fast"] }],
  };
  await writeFile(join(folder, "pinhole.yaml"), JSON.stringify(settings));
  const config = await loadConfig({
    env: { PINHOLE_ADMIN_TOKEN: admin },
    flags: {},
    cwd: folder,
    terminal: false,
    now: Date.now(),
  });
  app = await startApp(config, pino({ level: "silent" }));
});

afterAll(async () => {
  await app.close();
  vi.useRealTimers();
  await rm(folder, { recursive: true, force: true });
});

function ask(path: string, token: string, more: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return fetch(app.url + path, { ...more, headers: { ...headers, ...more.headers } });
}

const generate = (token: string, headers: Record<string, string> = {}): Promise<Response> =>
  ask("/v1/images/generations", token, {
    method: "POST",
    body: JSON.stringify(facts.body),
    headers,
  });

const sha256 = (bytes: ArrayBuffer): string =>
  createHash("sha256").update(new Uint8Array(bytes)).digest("hex");

test("its keys work, and the revoked one does not", async () => {
  expect((await generate(facts.key)).status).toBe(200);
  expect((await generate(facts.revokedKey)).status).toBe(401);
  const { data } = (await (await ask("/admin/v1/keys", admin)).json()) as { data: object[] };
  expect(data).toContainEqual(
    expect.objectContaining({ name: "old web shop", models: ["sandbox-fast"] }),
  );
});

test("a URL that it gave away serves the same bytes", async () => {
  const answer = await fetch(app.url + facts.url);
  expect(answer.status).toBe(200);
  expect(sha256(await answer.arrayBuffer())).toBe(facts.sha256);
});

test("a request repeated under its Idempotency-Key gets the picture that was made, and makes none", async () => {
  const before = await records();
  const answer = await generate(facts.key, { "idempotency-key": facts.idempotencyKey });
  const { data } = (await answer.json()) as { data: { url: string }[] };
  const picture = await fetch(data[0]?.url ?? "");
  expect(sha256(await picture.arrayBuffer())).toBe(facts.sha256);
  expect(await records()).toEqual(before);
});

test("its requests are in the log, and their pictures are given again", async () => {
  expect(await records()).toEqual(
    expect.arrayContaining([facts.urlRequest, facts.base64Request]) as string[],
  );
  const answer = await ask(`/v1/images/requests/${facts.base64Request}`, facts.key);
  const { data } = (await answer.json()) as { data: { b64_json: string }[] };
  expect(data.map(({ b64_json: picture }) => picture.slice(0, 5))).toEqual(["iVBOR", "iVBOR"]);
});

async function records(): Promise<string[]> {
  const { data } = (await (await ask("/admin/v1/requests?limit=100", admin)).json()) as {
    data: { id: string }[];
  };
  return data.map(({ id }) => id);
}
