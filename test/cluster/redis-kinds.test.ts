import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, onTestFinished, test, type TestContext } from "vitest";
import type { Cluster } from "../../src/cluster/cluster.ts";
import { readRedis } from "../../src/config/redis.ts";
import { startGatewayProcess } from "../support/gateway-process.ts";
import { freePort, servingFolder } from "../support/postgres.ts";
import { redisProgram, startRedis, type TestRedis } from "../support/redis.ts";
import { requireForTest } from "../support/require.ts";
import { claimOf, type RedisWorld, redisWorld, takeMany } from "./redis-world.ts";

/** Servers of every kind that the URL can name: with TLS and users, a cluster, and one that sentinels watch. */
const program = redisProgram();
const opened: TestRedis[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.remove();
});

async function start(context: TestContext, ...options: string[]): Promise<TestRedis> {
  const found = requireForTest(context, "Redis (Debian's package redis-server)", program);
  const redis = await startRedis(found, ...options);
  opened.push(redis);
  return redis;
}

function worldOf(url: string): RedisWorld {
  const server = readRedis(url);
  if (typeof server === "string") throw new Error(server);
  const world = redisWorld(server, true);
  onTestFinished(() => world.close());
  return world;
}

/** Beats for all nodes until they count together. */
async function joined(nodes: readonly Cluster[]): Promise<void> {
  await expect
    .poll(async () => {
      await Promise.all(nodes.map((node) => node.beat(nodes.length)));
      return nodes.map(({ standing }) => standing);
    })
    .toEqual(nodes.map(() => ({ state: "joined", nodes: nodes.length })));
}

/** Two nodes that have one limit and hear each other. */
async function expectTogether(nodes: readonly [Cluster, Cluster]): Promise<void> {
  const [one, two] = nodes;
  await joined(nodes);
  expect(await takeMany(nodes, claimOf("key a", { rpm: 5, concurrency: 3 }), 9)).toHaveLength(3);
  expect(await takeMany(nodes, claimOf("team b", { ipm: 10 }, 4), 9)).toHaveLength(2);
  const heard: string[] = [];
  two.hear("served", (text) => heard.push(text));
  await expect
    .poll(() => {
      one.say("served", "keys");
      return heard[0];
    })
    .toBe("keys");
}

test("a cluster: all that is counted is on the server that has the hash tag", async (context) => {
  const redis = await start(
    context,
    "--cluster-enabled",
    "yes",
    "--cluster-announce-ip",
    "127.0.0.1",
  );
  expect(await redis.ask("CLUSTER", "ADDSLOTSRANGE", "0", "16383")).toMatch(/^\+OK/);
  await expect.poll(() => redis.ask("CLUSTER", "INFO")).toContain("cluster_state:ok");
  const world = worldOf(`redis://127.0.0.1:${redis.port},127.0.0.1:1?mode=cluster&timeout=10000ms`);
  await expectTogether([await world.open(), await world.open()]);
  expect(await redis.ask("KEYS", "*")).toContain("{pinhole}:");
}, 60_000);

/** A sentinel that watches a server under the name `images`. */
async function startSentinel(context: TestContext, { port }: TestRedis): Promise<TestRedis> {
  const folder = servingFolder("pinhole-sentinel-");
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "sentinel.conf");
  const lines = [`monitor images 127.0.0.1 ${port} 1`, "down-after-milliseconds images 500"];
  writeFileSync(file, lines.map((line) => `sentinel ${line}\n`).join(""));
  // It writes down what it learns.
  chmodSync(file, 0o666);
  return start(context, file, "--sentinel");
}

test("sentinels: nodes count in the server that they name, and in its heir when it is gone", async (context) => {
  const first = await start(context);
  const heir = await start(context, "--replicaof", "127.0.0.1", String(first.port));
  const sentinel = await startSentinel(context, first);
  await expect.poll(() => sentinel.ask("SENTINEL", "REPLICAS", "images")).toContain(`${heir.port}`);
  await expect.poll(() => first.ask("INFO", "replication")).toContain("state=online");
  const hosts = `127.0.0.1:1,127.0.0.1:${sentinel.port}`;
  const world = worldOf(`redis://${hosts}?mode=sentinel&master=images&timeout=5000ms`);
  const nodes = [await world.open(), await world.open()] as const;
  await expectTogether(nodes);
  const asked = claimOf("key b", { rpm: 6 });
  expect(await takeMany(nodes, asked, 2)).toHaveLength(2);
  await first.kill();
  await expect.poll(() => heir.ask("INFO", "replication")).toContain("role:master");
  await joined(nodes);
  expect(await takeMany(nodes, asked, 9)).toHaveLength(4);
}, 90_000);

/** A certificate for this machine, signed by itself, and its key. */
function makeCertificate(): { readonly certificate: string; readonly key: string } {
  const folder = servingFolder("pinhole-tls-");
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [certificate, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-keyout", key, "-out", certificate, "-days", "2"];
  const made = spawnSync("openssl", ["req", ...kind, ...names, ...files], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
  chmodSync(key, 0o644);
  return { certificate, key };
}

interface NodeHealth {
  readonly counting: string;
  readonly why: string | null;
}

/** A gateway of its own that has `url` for its Redis; what it says of how it counts. */
async function startGateway(url: string, env: Record<string, string> = {}) {
  const key = "limited-key-0123456789-abcdef";
  const settings = { redis: { url }, keys: [{ name: "limited", key, rpm: 3 }] };
  const gateway = await startGatewayProcess({ settings, env });
  onTestFinished(() => gateway.stop());
  return {
    async health(): Promise<NodeHealth> {
      const headers = { authorization: "Bearer test-admin-token-0123456789" };
      const answer = await fetch(`${gateway.url}/admin/v1/health/node`, { headers });
      // The route's own schema says so.
      return (await answer.json()) as NodeHealth;
    },
    async paint(): Promise<number> {
      const answer = await fetch(`${gateway.url}/v1/images/generations`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "sandbox-fast", prompt: "a hat", size: "64x64" }),
      });
      await answer.arrayBuffer();
      return answer.status;
    },
  };
}

test("TLS and a user with the rights that the documentation names: nodes count together; without the certificate, or by a wrong password, they say so", async (context) => {
  const { certificate, key } = makeCertificate();
  const port = await freePort();
  const files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no"];
  const redis = await start(context, "--tls-port", String(port), ...files);
  const rights = documentedRights();
  expect(await redis.ask("ACL", "SETUSER", ...rights)).toMatch(/^\+OK/);
  const url = (password: string): string =>
    `rediss://pinhole:${password}@localhost:${port}?timeout=10000ms`;
  const trust = { NODE_EXTRA_CA_CERTS: certificate };
  const [one, two] = [
    await startGateway(url("password"), trust),
    await startGateway(url("password"), trust),
  ];
  for (const node of [one, two])
    await expect.poll(() => node.health()).toMatchObject({ counting: "joined", why: null });
  const statuses = [await one.paint(), await two.paint(), await one.paint(), await two.paint()];
  expect(statuses).toEqual([200, 200, 200, 429]);
  expect(await redis.ask("ACL", "LOG")).toMatch(/^\*0\r\n/);

  const stranger = await startGateway(url("password"));
  const apart = await stranger.health();
  expect(apart.counting).toBe("apart");
  expect(apart.why).toMatch(/certificate/i);
  await expect(startGateway(url("wrong"), trust)).rejects.toThrow(
    /Redis refuses this gateway: WRONGPASS.*set the user and the password in redis\.url/,
  );
}, 90_000);

/** The words of the command in docs/scaling.md that makes a user. */
function documentedRights(): string[] {
  const page = readFileSync(join(import.meta.dirname, "../../docs/scaling.md"), "utf8");
  return /`ACL SETUSER ([^`]+)`/.exec(page)?.[1]?.split(" ") ?? [];
}
