import { afterEach, expect, onTestFinished, test, type TestContext } from "vitest";
import { redisProgram, startRedis, type TestRedis } from "../support/redis.ts";
import { requireForTest } from "../support/require.ts";
import { claimOf, localServer, type RedisWorld, redisWorld, takeMany } from "./redis-world.ts";

const program = redisProgram();
const opened: TestRedis[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.remove();
});

async function start(
  context: TestContext,
): Promise<{ readonly redis: TestRedis; readonly world: RedisWorld }> {
  const redis = await startRedis(
    requireForTest(context, "Redis (Debian's package redis-server)", program),
  );
  opened.push(redis);
  // What is asked of a server that stands still should not wait for long.
  const world = redisWorld(localServer(redis.port, "away", 1000), true);
  onTestFinished(() => world.close());
  return { redis, world };
}

const away = "Redis does not answer: each node goes by its part of every limit until it does";
const back = "Redis answers again: all nodes count together";
const slow = { timeout: 60_000 };

/** Beats for all nodes until each of them counts so. */
async function beatUntil(
  nodes: readonly Awaited<ReturnType<RedisWorld["open"]>>[],
  state: "apart" | "joined",
): Promise<void> {
  await expect
    .poll(async () => {
      await Promise.all(nodes.map((node) => node.beat(nodes.length)));
      return nodes.map(({ standing }) => standing.state);
    }, slow)
    .toEqual(nodes.map(() => state));
}

const messages = (world: RedisWorld): string[] =>
  world.log.map((line) => line.replace(/ \(.*/, ""));

test("a server that stands still: each node goes by its part, and nothing is counted twice when it goes on", async (context) => {
  const { redis, world } = await start(context);
  const nodes = [await world.open(), await world.open()];
  const asked = claimOf("key a", { rpm: 20 });
  expect(await takeMany(nodes, asked, 4)).toHaveLength(4);
  redis.freeze();
  await beatUntil(nodes, "apart");
  // Of what is left: 20, less 4 of which each has seen the last that it took.
  const apart = await takeMany(nodes, asked, 60);
  expect(apart.length).toBeGreaterThanOrEqual(14);
  expect(apart.length).toBeLessThanOrEqual(18);
  expect(messages(world)).toEqual([away, away]);
  redis.thaw();
  await beatUntil(nodes, "joined");
  expect(messages(world)).toEqual([away, away, back, back]);
  const after = await takeMany(nodes, asked, 60);
  expect(4 + apart.length + after.length).toBe(20);
});

test("a server that was killed and comes back empty is told by all nodes before it counts", async (context) => {
  const { redis, world } = await start(context);
  const nodes = [await world.open(), await world.open()];
  const asked = claimOf("key a", { ipm: 30 }, 2);
  const busy = claimOf("key b", { concurrency: 6 });
  expect(await takeMany(nodes, asked, 6)).toHaveLength(6);
  const running = await takeMany(nodes, busy, 4);
  await redis.kill();
  await beatUntil(nodes, "apart");
  const apart = await takeMany(nodes, asked, 40);
  await running[0]?.end(1);
  await redis.start();
  await beatUntil(nodes, "joined");
  const after = await takeMany(nodes, asked, 40);
  expect(6 + apart.length + after.length).toBe(15);
  expect(await takeMany(nodes, busy, 20)).toHaveLength(3);
});

test("a node starts while there is no server, and counts with the others once there is", async (context) => {
  const { redis, world } = await start(context);
  await redis.kill();
  const node = await world.open();
  expect([node.standing.state, messages(world)]).toEqual(["apart", [away]]);
  expect(await takeMany([node], claimOf("key a", { rpm: 3 }), 9)).toHaveLength(3);
  await redis.start();
  await beatUntil([node], "joined");
  expect(await takeMany([node], claimOf("key a", { rpm: 4 }), 9)).toHaveLength(1);
});
