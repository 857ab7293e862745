import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { runCommand, temporaryFolder } from "./run-command.ts";

let disposable: ReturnType<typeof temporaryFolder>;
let root = "";
beforeEach(() => {
  disposable = temporaryFolder();
  root = disposable.path;
});
afterEach(() => disposable[Symbol.dispose]());

async function gatewayIn(folder: string): Promise<GatewayProcess> {
  mkdirSync(folder, { recursive: true });
  const gateway = await startGatewayProcess({ folder });
  onTestFinished(async () => {
    gateway.child.kill("SIGKILL");
    await gateway.ended;
  });
  return gateway;
}

/** A picture's bytes, and the id of the request that made it. */
async function make(
  gateway: GatewayProcess,
  prompt: string,
  form: string,
): Promise<[string, string]> {
  const response = await fetch(`${gateway.url}/v1/images/generations`, {
    method: "POST",
    headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "sandbox-fast", prompt, size: "64x64", response_format: form }),
  });
  expect(response.status).toBe(200);
  const id = response.headers.get("x-request-id") ?? "";
  return [id, await pictureOf(gateway, (await response.json()) as Answer)];
}

interface Answer {
  readonly data?: readonly { readonly url?: string; readonly b64_json?: string }[];
}

/** The picture as base64, wherever it is. */
async function pictureOf(gateway: GatewayProcess, { data }: Answer): Promise<string> {
  const { url, b64_json: text } = data?.[0] ?? {};
  if (url === undefined) return String(text);
  const { pathname, search } = new URL(url);
  const response = await fetch(`${gateway.url}${pathname}${search}`);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer()).toString("base64");
}

async function find(gateway: GatewayProcess, id: string): Promise<string> {
  const response = await fetch(`${gateway.url}/v1/images/requests/${id}`, {
    headers: { authorization: `Bearer ${gateway.key}` },
  });
  expect(response.status).toBe(200);
  return pictureOf(gateway, (await response.json()) as Answer);
}

test("a backup made under load holds every picture that was answered before it, and restores to a gateway that gives them", async () => {
  const first = await gatewayIn(join(root, "first"));
  const pictures = new Map<string, string>();
  for (const form of ["url", "b64_json"])
    for (const at of [1, 2, 3]) pictures.set(...(await make(first, `${form} ${at}`, form)));
  let isOver = false;
  let later = 0;
  const load = Array.from({ length: 4 }, async (_, lane) => {
    for (; !isOver; later += 1)
      await make(first, `lane ${lane} ${later}`, lane % 2 === 0 ? "url" : "b64_json");
  });
  await expect.poll(() => later, { timeout: 60_000 }).toBeGreaterThan(8);
  const backup = join(root, "backup");
  const made = await runCommand(["backup", backup], { cwd: first.folder });
  isOver = true;
  await Promise.all(load);
  expect(made.err).toBe("");
  expect(made.code).toBe(0);
  expect(made.out).toMatch(/backup: the database \(\d{4}-[\w-]+\) and \d+ files of images\n$/);
  expect(statSync(join(backup, "pinhole.db")).mode & 0o777).toBe(0o600);
  expect(statSync(join(backup, "secret")).mode & 0o777).toBe(0o600);
  expect(readdirSync(backup).toSorted()).toEqual(["backup.json", "images", "pinhole.db", "secret"]);
  await first.stop(true);

  const other = join(root, "second");
  mkdirSync(other);
  const restored = await runCommand(["restore", backup], { cwd: other });
  expect(restored).toMatchObject({ code: 0, err: "" });
  expect(restored.out).toMatch(
    /^restored what was backed up at 2027-01-01T00:00:01.000Z: the database and \d+ files/,
  );
  const second = await gatewayIn(other);
  for (const [id, picture] of pictures) expect(await find(second, id)).toBe(picture);
  const database = new DatabaseSync(join(other, "data", "pinhole.db"));
  const rows = database.prepare("SELECT id FROM requests WHERE state = 'succeeded'").all();
  database.close();
  expect(rows.length).toBeGreaterThan(pictures.size);
  // Each record that was settled has its picture, those of the load too.
  for (const { id } of rows) expect(await find(second, String(id))).not.toBe("");
  expect(second.output()).not.toMatch(/secret|no longer/);
});

/** A gateway's data, made and left, and a backup of it. */
async function backedUp(): Promise<{ folder: string; backup: string }> {
  const folder = join(root, "first");
  const gateway = await gatewayIn(folder);
  await make(gateway, "a fox", "url");
  await gateway.stop(true);
  const backup = join(root, "backup");
  expect((await runCommand(["backup", backup], { cwd: folder })).code).toBe(0);
  return { folder, backup };
}

test("a restore goes only where nothing is, with the backup's own secret, and leaves nothing where it fails", async () => {
  const { folder, backup } = await backedUp();
  const refused = async (cwd: string, words: RegExp, env = {}): Promise<void> => {
    const { code, out, err } = await runCommand(["restore", backup], { cwd, env });
    expect(err).toMatch(words);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
    expect({ code, out }).toEqual({ code: 1, out: "" });
  };
  await refused(
    folder,
    /there is a database at .*pinhole\.db; a backup is restored only where none is/,
  );
  rmSync(join(folder, "data", "pinhole.db"));
  await refused(folder, /there are images in .*; a backup is restored only where none are/);

  const other = join(root, "other");
  mkdirSync(join(other, "data"), { recursive: true });
  writeFileSync(join(other, "data", "secret"), `${"0f".repeat(32)}\n`);
  await refused(
    other,
    /the secret of .*secret is not the backup's, so its keys and image URLs would not work/,
  );
  const env = { PINHOLE_SECRET: "another-secret-that-is-long-enough-0123456789" };
  await refused(join(root, "other"), /the secret of PINHOLE_SECRET is not the backup's/, env);

  // Damaged on the way: nothing of it stays.
  rmSync(join(other, "data", "secret"));
  const bytes = readFileSync(join(backup, "pinhole.db"));
  writeFileSync(join(backup, "pinhole.db"), Buffer.alloc(bytes.length, "not a database"));
  await refused(other, /is not a database/);
  expect(existsSync(join(other, "data", "pinhole.db"))).toBe(false);
  expect(existsSync(join(other, "data", "secret"))).toBe(false);
  writeFileSync(join(backup, "pinhole.db"), bytes);
  expect((await runCommand(["restore", backup], { cwd: other })).code).toBe(0);
  expect(readFileSync(join(other, "data", "secret"))).toEqual(readFileSync(join(backup, "secret")));
});

test("a restore is refused while a gateway works there, and of what is no whole backup", async () => {
  const { backup } = await backedUp();
  const gateway = await gatewayIn(join(root, "busy"));
  const busy = await runCommand(["restore", backup], { cwd: gateway.folder });
  expect(busy).toMatchObject({
    code: 1,
    err: expect.stringMatching(/in use by another Pinhole/) as unknown,
  });
  for (const [change, words] of [
    [
      () => writeFileSync(join(backup, "backup.json"), `{"kind":"pinhole backup","form":9}`),
      /is of a form that this version does not read/,
    ],
    [() => rmSync(join(backup, "backup.json")), /is no whole backup: it has no backup\.json/],
  ] as const) {
    change();
    const { code, err } = await runCommand(["restore", backup], { cwd: root });
    expect(err).toMatch(words);
    expect(code).toBe(1);
  }
});

test("a backup goes into a folder of its own, says what it lacks, and of Postgres what to do instead", async () => {
  const { folder, backup } = await backedUp();
  const again = await runCommand(["backup", backup], { cwd: folder });
  expect(again).toMatchObject({
    code: 1,
    err: `pinhole: ${backup} is not empty; name a folder that is new\n`,
  });
  const none = await runCommand(["backup", join(root, "none")], { cwd: join(root) });
  expect(none.err).toMatch(
    /^pinhole: The database .*pinhole\.db does not exist; --data or database\.url says where it is\.\n$/,
  );
  const env = { PINHOLE_SECRET: "a-secret-that-is-long-enough-0123456789" };
  const configured = await runCommand(["backup", join(root, "b2")], { cwd: folder, env });
  expect(configured.out).toContain("The secret comes from PINHOLE_SECRET and is not in the backup");
  expect(existsSync(join(root, "b2", "secret"))).toBe(false);
  const bare = join(root, "bare");
  mkdirSync(bare);
  const lacking = await runCommand(["restore", join(root, "b2")], { cwd: bare });
  expect(lacking.err).toMatch(
    /the backup holds no secret, since its gateway had PINHOLE_SECRET: set it/,
  );
  expect((await runCommand(["restore", join(root, "b2")], { cwd: bare, env })).code).toBe(0);
  const url = "postgres://u:hush@127.0.0.1:1/p";
  for (const name of ["backup", "restore"]) {
    const { code, err } = await runCommand([name, join(root, "pg"), "--database-url", url], {
      cwd: folder,
    });
    expect(err).toMatch(
      /the database is on Postgres, which this does not copy: use pg_dump and pg_restore/,
    );
    expect(err).not.toContain("hush");
    expect(code).toBe(1);
  }
});
