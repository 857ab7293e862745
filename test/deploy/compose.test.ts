import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, type TestContext } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { testKey } from "../support/gateway.ts";
import { findNginx } from "../support/nginx.ts";
import { startFront } from "../support/nginx-nodes.ts";
import { freePort, postgresPrograms, startPostgres } from "../support/postgres.ts";
import { redisProgram, startRedis } from "../support/redis.ts";
import { requireForTest } from "../support/require.ts";
import { s3Program } from "../support/s3-server.ts";

/** `deploy/compose.yaml` with the programs of this machine instead of images: its commands, variables and configurations as they stand there. */

const root = join(import.meta.dirname, "../..");
const secrets: Readonly<Record<string, string>> = {
  PINHOLE_SECRET: "5".repeat(48),
  PINHOLE_ADMIN_TOKEN: "test-admin-token-0123456789",
  DB_PASSWORD: "6".repeat(48),
  S3_SECRET: "7".repeat(48),
};

const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      environment: z.record(z.string(), z.string().nullable()).default({}),
      command: z.array(z.string()).default([]),
    }),
  ),
  configs: z.record(z.string(), z.object({ content: z.string() })),
});

/** The file with the variables of its `.env` put in, as `docker compose` does it. */
function compose(): z.infer<typeof composeSchema> {
  const text = readFileSync(join(root, "deploy/compose.yaml"), "utf8");
  const whole = text.replace(/\$\{(\w+)(?::\?[^}]*)?\}/g, (_all, name: string) => {
    const value = secrets[name];
    if (value === undefined) throw new Error(`the file's own comment makes no ${name}`);
    return value;
  });
  return composeSchema.parse(parse(whole, { merge: true }));
}

const { services, configs } = compose();

function service(name: string): (typeof services)[string] {
  const found = services[name];
  if (found === undefined) throw new Error(`the file has no service ${name}`);
  return found;
}

/** Where each address of the file is on this machine. */
type Places = Readonly<Record<string, string>>;

function translated(text: string, places: Places): string {
  return Object.entries(places).reduce(
    (before, [theirs, own]) => before.replace(theirs, own),
    text,
  );
}

/** The variables of a service that have a value: one without is the caller's own, which a test has not. */
function environment(name: string, places: Places): Record<string, string> {
  return Object.fromEntries(
    Object.entries(service(name).environment).flatMap(([variable, value]) =>
      value === null ? [] : [[variable, translated(value, places)]],
    ),
  );
}

async function folderOf(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `pinhole-compose-${name}-`));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function startDatabase(context: TestContext): Promise<Places> {
  const server = await startPostgres(requireForTest(context, "Postgres", postgresPrograms()));
  onTestFinished(() => server.remove());
  const { POSTGRES_DB: database, POSTGRES_PASSWORD: password } = service("postgres").environment;
  await server.create(database ?? "");
  await server.sql("postgres", `ALTER USER pinhole PASSWORD '${password ?? ""}'`);
  return { "postgres:5432": `127.0.0.1:${server.port}` };
}

async function startLimits(context: TestContext): Promise<Places> {
  const [, ...words] = service("redis").command;
  const redis = await startRedis(requireForTest(context, "Redis", redisProgram()), ...words);
  onTestFinished(() => redis.remove());
  return { "redis:6379": `127.0.0.1:${redis.port}` };
}

/** Starts the S3 server, and runs what makes the bucket as soon as it would be healthy. */
async function startPictures(context: TestContext): Promise<Places> {
  const what = "weed (.ci/requirements-s3.txt, named by PINHOLE_TEST_S3)";
  const program = requireForTest(context, what, s3Program("weed"));
  const folder = await folderOf("s3");
  await writeFile(join(folder, "s3.json"), configs["s3"]?.content ?? "");
  const [port, master, grpc] = [await freePort(), await freePort(), await freePort()];
  const own = [`-s3.port=${port}`, `-master.port=${master}`, `-master.port.grpc=${grpc}`];
  own.push(`-s3.port.grpc=${await freePort()}`, "-s3.port.iceberg=0", "-s3.port.lance=0");
  for (const part of ["volume", "filer"])
    own.push(`-${part}.port=${await freePort()}`, `-${part}.port.grpc=${await freePort()}`);
  own.push("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false");
  const files = { "/etc/s3.json": join(folder, "s3.json"), "=/data": `=${folder}` };
  const words = service("s3").command.map((word) => translated(word, files));
  const options = { cwd: folder, env: { HOME: folder } };
  const child = spawn(program, [...words, ...own], { ...options, stdio: "ignore" });
  const ended = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  await expect
    .poll(() => statusOf(`http://127.0.0.1:${master}/cluster/status`), { timeout: 60_000 })
    .toBe(200);
  const [command = ""] = service("bucket").command;
  // The shell waits for ever for a server that is not there yet.
  const places = {
    "weed shell": `timeout 20 ${program} shell`,
    "s3:9333": `127.0.0.1:${master}.${grpc}`,
  };
  await expect
    .poll(() => said("/bin/sh", ["-c", translated(command, places)], options), { timeout: 90_000 })
    .toMatch(/create bucket under|already exist/i);
  return { "s3:8333": `127.0.0.1:${port}` };
}

function statusOf(url: string): Promise<number> {
  return fetch(url).then(
    ({ status }) => status,
    () => 0,
  );
}

/** The exit code of a program, and all that it printed. */
async function said(
  program: string,
  words: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<string> {
  const env = { PATH: process.env["PATH"] ?? "", ...options.env };
  const child = spawn(program, words, { ...options, env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => (text += part));
  const [code] = (await once(child, "close")) as [number | null];
  return `${code} ${text}`;
}

async function migrate(places: Places): Promise<void> {
  const cwd = await folderOf("migrate");
  await writeFile(join(cwd, "pinhole.yaml"), configs["pinhole"]?.content ?? "");
  const words = [join(root, "src/main.ts"), ...service("migrate").command];
  const env = { ...environment("migrate", places), NODE_NO_WARNINGS: "1" };
  expect(await said(process.execPath, words, { cwd, env })).toMatch(/^0 /);
}

/** A gateway of the file; what is added is a port of this machine, and a key. */
async function startNode(name: string, places: Places): Promise<GatewayProcess> {
  const settings: unknown = parse(configs["pinhole"]?.content ?? "");
  const node = await startGatewayProcess({
    settings: z.record(z.string(), z.unknown()).parse(settings),
    env: environment(name, places),
  });
  onTestFinished(async () => {
    node.child.kill("SIGKILL");
    await node.stop();
  });
  return node;
}

test("deploy/compose.yaml migrates, starts two nodes that count together behind the proxy, and makes pictures with both and with one", async (context) => {
  const binary = requireForTest(context, "nginx", findNginx());
  const front = await freePort();
  const engines = [startDatabase(context), startLimits(context), startPictures(context)];
  const found = await Promise.all(engines);
  const places = Object.assign({ "127.0.0.1:8080": `127.0.0.1:${front}` }, ...found) as Places;
  await migrate(places);
  const nodes = await Promise.all(
    ["pinhole-1", "pinhole-2"].map((name) => startNode(name, places)),
  );
  const [one, two] = nodes;
  if (one === undefined || two === undefined) throw new Error("two nodes were started");
  const portOf = ({ url }: GatewayProcess): number => Number(new URL(url).port);
  const url = await startFront(binary, [portOf(one), portOf(two)], front);
  const admin = { authorization: `Bearer ${secrets["PINHOLE_ADMIN_TOKEN"] ?? ""}` };
  for (const node of nodes)
    await expect
      .poll(
        async () => (await fetch(`${node.url}/admin/v1/health/node`, { headers: admin })).json(),
        { timeout: 60_000 },
      )
      .toMatchObject({ counting: "joined", nodes: 2 });
  const ask = async (format: "url" | "b64_json"): Promise<Record<string, string>> => {
    const answer = await fetch(`${url}/v1/images/generations`, {
      method: "POST",
      headers: { authorization: `Bearer ${testKey}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "sandbox-fast", prompt: "a hat", response_format: format }),
    });
    expect(answer.status).toBe(200);
    const { data } = (await answer.json()) as { data: Record<string, string>[] };
    return data[0] ?? {};
  };
  const hosted = (await ask("url"))["url"] ?? "";
  expect(hosted.startsWith(`${url}/i/`)).toBe(true);
  expect((await ask("b64_json"))["b64_json"]).toMatch(/^[A-Za-z0-9+/]{100,}/);
  for (const node of nodes) expect(await statusOf(hosted.replace(url, node.url))).toBe(200);
  one.child.kill("SIGKILL");
  await one.ended;
  expect(await statusOf(hosted)).toBe(200);
  expect(await statusOf((await ask("url"))["url"] ?? "")).toBe(200);
});
