import { afterAll, beforeAll, expect, onTestFinished, test, type TestContext } from "vitest";
import { Secret } from "../../src/core/secret.ts";
import { redisProgram, startRedis, type TestRedis } from "../support/redis.ts";
import { requireForTest } from "../support/require.ts";
import { claimOf, localServer, type RedisWorld, redisWorld, takeMany } from "./redis-world.ts";
import { clusterSuite } from "./suite.ts";

const program = redisProgram();
let redis: TestRedis | undefined;
beforeAll(async () => {
  if (program !== undefined) redis = await startRedis(program);
});
afterAll(() => redis?.remove());

const serverFor = (context: TestContext): TestRedis =>
  requireForTest(context, "Redis (Debian's package redis-server)", redis);

function worldFor(context: TestContext): RedisWorld {
  const world = redisWorld(localServer(serverFor(context).port, `p-${context.task.id}`));
  onTestFinished(() => world.close());
  return world;
}

clusterSuite("a server that speaks Redis's protocol", async (context) => {
  const world = redisWorld(localServer(serverFor(context).port, `s-${context.task.id}`));
  const cluster = await world.open();
  return {
    cluster,
    pass: (ms) => world.pass(ms),
    async close() {
      // Else the server would not have counted what the test asserts.
      if (cluster.standing.state !== "joined" || world.log.length > 0) throw new Error("apart");
      await world.close();
    },
  };
});

test("three nodes keep one limit: to the request, and to the image", async (context) => {
  const world = worldFor(context);
  const nodes = [await world.open(), await world.open(), await world.open()];
  expect(await takeMany(nodes, claimOf("key a", { rpm: 50 }), 200)).toHaveLength(50);
  expect(await takeMany(nodes, claimOf("team b", { ipm: 50 }, 4), 60)).toHaveLength(12);
  world.pass(59_999);
  expect(await takeMany(nodes, claimOf("key a", { rpm: 50 }), 20)).toHaveLength(0);
  world.pass(1);
  expect(await takeMany(nodes, claimOf("key a", { rpm: 50 }), 200)).toHaveLength(50);
  const busy = claimOf("channel c", { concurrency: 7 });
  const grants = await takeMany(nodes, busy, 40);
  expect(grants).toHaveLength(7);
  await Promise.all(grants.slice(0, 3).map((grant) => grant.end(1)));
  expect(await takeMany(nodes, busy, 40)).toHaveLength(3);
});

test("requests at once of a node that is gone are free after 30 s, those of one that runs are kept", async (context) => {
  const world = worldFor(context);
  const [one, two] = [await world.open(), await world.open()];
  const busy = claimOf("key a", { concurrency: 4 });
  await takeMany([one], busy, 2);
  const [kept] = await takeMany([two], busy, 2);
  await one.close();
  for (let seconds = 0; seconds < 29; seconds += 1) {
    world.pass(1000);
    await two.beat(2);
    expect(await takeMany([two], busy, 1)).toHaveLength(0);
  }
  world.pass(1000);
  expect(await takeMany([two], busy, 3)).toHaveLength(2);
  await kept?.end(1);
  expect(await takeMany([two], busy, 3)).toHaveLength(1);
});

test("a server that forgets the scripts is given them again", async (context) => {
  const world = worldFor(context);
  const node = await world.open();
  const asked = claimOf("key a", { rpm: 10 });
  expect(await takeMany([node], asked, 3)).toHaveLength(3);
  expect(await serverFor(context).ask("SCRIPT", "FLUSH")).toContain("OK");
  expect(await takeMany([node], asked, 10)).toHaveLength(7);
  expect(world.log).toEqual([]);
});

test("a server that forgets everything is told what its nodes know of", async (context) => {
  const world = worldFor(context);
  const nodes = [await world.open(), await world.open()];
  const asked = claimOf("key a", { rpm: 20, ipd: 100 }, 2);
  const busy = claimOf("key b", { concurrency: 3 });
  await Promise.all((await takeMany(nodes, asked, 12)).map((grant) => grant.end(2)));
  await takeMany(nodes, busy, 2);
  expect(await serverFor(context).ask("FLUSHALL")).toContain("OK");
  for (const node of nodes) await node.beat(2);
  expect(await takeMany(nodes, asked, 30)).toHaveLength(8);
  expect(await takeMany(nodes, busy, 5)).toHaveLength(1);
  world.pass(60_000);
  expect(await takeMany(nodes, asked, 30)).toHaveLength(20);
});

test("keys of all scripts have one hash tag, as a cluster wants it, and all of them end by themselves", async (context) => {
  const world = worldFor(context);
  const node = await world.open();
  const all = claimOf("key a", { rpm: 9, ipm: 9, ipd: 9, concurrency: 9 });
  await node.take([all, { ...all, party: "user b" }, { ...all, party: "team c" }]);
  const prefix = `{p-${context.task.id}}`;
  const listed = (await serverFor(context).ask("KEYS", "*"))
    .split("\r\n")
    .filter((line) => line.includes(`p-${context.task.id}`));
  expect(listed.toSorted()).toEqual(
    [
      `${prefix}:memory`,
      ...["key a", "user b", "team c"].flatMap((party) =>
        ["rpm", "ipm", "ipd", "concurrency"].map((name) => `${prefix}:${party}:${name}`),
      ),
    ].toSorted(),
  );
  for (const key of listed.filter((name) => !name.endsWith(":memory")))
    expect(await serverFor(context).ask("PTTL", key)).toMatch(/^:\d{4,}/);
});

test("a user of the server's own who may run scripts is enough; a wrong password ends the start with the server's words", async (context) => {
  const { port } = serverFor(context);
  const user = `u-${context.task.id}`;
  const prefix = `p-${context.task.id}`;
  const rights = [`~{${prefix}}:*`, `&{${prefix}}:*`, "+@all", "-@admin", "-@dangerous"];
  const made = await serverFor(context).ask("ACL", "SETUSER", user, "on", ">pass word", ...rights);
  expect(made).toContain("OK");
  const server = { ...localServer(port, prefix), user };
  const world = redisWorld({ ...server, password: new Secret("pass word") });
  onTestFinished(() => world.close());
  const node = await world.open();
  expect(await takeMany([node], claimOf("key a", { rpm: 4, concurrency: 3 }), 9)).toHaveLength(3);
  expect(node.standing.state).toBe("joined");
  const wrong = redisWorld({ ...server, password: new Secret("no word") });
  await expect(wrong.open()).rejects.toThrow("WRONGPASS");
  const narrow = redisWorld({ ...server, prefix: "another", password: new Secret("pass word") });
  await expect(narrow.open()).rejects.toThrow("NOPERM");
});

test("a word is heard by the other nodes, also after the connection was lost, and never by its own", async (context) => {
  const world = worldFor(context);
  const nodes = [await world.open(), await world.open(), await world.open()];
  const heard: string[] = [];
  for (const [at, node] of nodes.entries()) {
    node.hear("served", () => void heard.push(`${at} served`));
    node.hear("health", (text) => void heard.push(`${at} ${text}`));
  }
  nodes[0]?.say("served", "");
  nodes[1]?.say("health", "two\nlines");
  await expect
    .poll(() => heard.toSorted())
    .toEqual(["0 two\nlines", "1 served", "2 served", "2 two\nlines"]);
  expect(await serverFor(context).ask("CLIENT", "KILL", "TYPE", "pubsub")).toMatch(/^:\d/);
  await expect
    .poll(() => {
      nodes[0]?.say("served", "");
      return heard.length;
    })
    .toBeGreaterThan(5);
});
