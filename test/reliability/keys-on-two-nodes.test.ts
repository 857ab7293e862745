import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type KeyWorld, worldOf } from "../admin/keys-world.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";

const adminToken = "test-admin-token-0123456789";
/** Two processes over one Postgres: what an operator does to a key through one holds on the other within five seconds. */
const within = { timeout: 5_000, interval: 100 };

let server: TestPostgres | undefined;
const nodes: GatewayProcess[] = [];

beforeAll(async () => {
  const programs = postgresPrograms();
  if (programs !== undefined) server = await startPostgres(programs);
});
afterAll(async () => {
  for (const node of nodes) {
    node.child.kill("SIGKILL");
    await node.ended;
    await rm(node.folder, { recursive: true, force: true });
  }
  await server?.remove();
});

async function start(url: string): Promise<KeyWorld> {
  const models = [{ name: "sandbox-fast", price: { per_image_usd: 0.1 } }];
  const node = await startGatewayProcess({
    env: { PINHOLE_SECRET: "a-secret-of-all-nodes-0123456789abcdef" },
    settings: { database: { url }, channels: [{ id: "painter", provider: "sandbox", models }] },
  });
  nodes.push(node);
  return worldOf({ url: node.url, adminToken });
}

test("a key made, changed, rotated and revoked through one node is so on the other", async (context) => {
  const postgres = requireForTest(context, "Postgres (Debian's package postgresql)", server);
  const url = await postgres.create("keys");
  const [one, two] = [await start(url), await start(url)];
  const { id, key: first } = await one.make();
  await expect.poll(() => two.open(first), within).toBe(200);
  await one.admin("PATCH", `/keys/${id}`, { ip_allow: ["10.0.0.0/8"] });
  await expect.poll(() => two.open(first), within).toBe(403);
  await one.admin("PATCH", `/keys/${id}`, { ip_allow: null });
  await expect.poll(() => two.open(first), within).toBe(200);

  // What both nodes spent counts for a budget that the key gets.
  expect([(await one.paint(first))[0], (await two.paint(first))[0]]).toEqual([200, 200]);
  await one.admin("PATCH", `/keys/${id}`, { budget: { usd: 0.2 } });
  await expect.poll(async () => (await two.paint(first))[0], within).toBe(429);
  expect((await one.paint(first))[0]).toBe(429);
  await one.admin("PATCH", `/keys/${id}`, { budget: null });

  const rotate = async (overlap: string): Promise<string> =>
    (await one.admin("POST", `/keys/${id}/rotate`, { overlap })).body.key;
  const second = await rotate("1h");
  await expect.poll(() => two.open(second), within).toBe(200);
  expect(await two.open(first)).toBe(200);
  const lastUse = async (): Promise<unknown> =>
    (await one.admin("GET", `/keys/${id}`)).body.previous?.last_used_at;
  await expect.poll(lastUse, within).toEqual(expect.any(String));
  const third = await rotate("0s");
  await expect.poll(() => two.open(second), within).toBe(401);
  await expect.poll(() => two.open(third), within).toBe(200);
  expect([await two.open(first), await one.open(second)]).toEqual([401, 401]);

  await one.admin("DELETE", `/keys/${id}`);
  expect(await one.open(third)).toBe(401);
  await expect.poll(() => two.open(third), within).toBe(401);
  expect((await two.admin("GET", `/keys/${id}`)).body).toMatchObject({
    id,
    removed_at: expect.any(String) as unknown,
  });
});

test("of changes of one key from two nodes at once none is lost unsaid", async (context) => {
  requireForTest(context, "Postgres (Debian's package postgresql)", server);
  const [one, two] = nodes.map(({ url }) => worldOf({ url, adminToken }));
  if (one === undefined || two === undefined) throw new Error("there are two");
  const { id } = await one.make();
  const change = (world: KeyWorld, at: number) =>
    world.admin("PATCH", `/keys/${id}`, { name: `name ${at}`, rpm: at + 1 });
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, at) => change(at % 2 === 0 ? one : two, at)),
  );
  const made = answers.filter(({ status }) => status === 200);
  for (const { status } of answers) expect([200, 412]).toContain(status);
  const { body } = await two.admin("GET", `/keys/${id}`);
  expect(body.version).toBe(made.length + 1);
  const last = made.find((answer) => answer.body.version === body.version);
  expect([last?.body.name, last?.body["rpm"]]).toEqual([body.name, body["rpm"]]);
});

test("a team changed through one node holds on the other within seconds, and of two changes at once one is made", async (context) => {
  requireForTest(context, "Postgres (Debian's package postgresql)", server);
  const [one, two] = nodes.map(({ url }) =>
    worldOf({ url, adminToken: "test-admin-token-0123456789" }),
  );
  if (one === undefined || two === undefined) throw new Error("there are two nodes");
  expect((await one.admin("PUT", "/teams/art", {})).status).toBe(201);
  expect((await two.admin("PUT", "/teams/art", {})).status).toBe(200);
  const { key } = await one.make({ team: "art" });
  await expect.poll(() => two.open(key), within).toBe(200);
  await one.admin("PATCH", "/teams/art", { disabled: true }, { "if-match": '"1"' });
  await expect.poll(() => two.open(key), within).toBe(401);
  await two.admin("PATCH", "/teams/art", { disabled: false }, { "if-match": '"2"' });
  await expect.poll(() => one.open(key), within).toBe(200);
  // What the other node spent counts for a budget that the team gets.
  expect([(await one.paint(key))[0], (await two.paint(key))[0]]).toEqual([200, 200]);
  await one.admin("PATCH", "/teams/art", { budget: { usd: 0.2 } }, { "if-match": '"3"' });
  await expect.poll(async () => (await two.paint(key))[0], within).toBe(429);
  const both = await Promise.all(
    [one, two].map((node, at) =>
      node.admin("PATCH", "/teams/art", { rpm: at + 1 }, { "if-match": '"4"' }),
    ),
  );
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
  const { body } = await two.admin("GET", "/audit?resource=team&resource_id=art");
  expect(body.data?.map(({ action }) => action)).toEqual([
    "change",
    "change",
    "change",
    "change",
    "create",
  ]);
});
