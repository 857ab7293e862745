import { expect, test } from "vitest";
import {
  clusterOptions,
  isRefused,
  sentinelOptions,
  singleOptions,
} from "../../src/cluster/redis/client.ts";
import { readRedis } from "../../src/config/redis.ts";
import type { RedisServer } from "../../src/core/redis-server.ts";

function serverOf(url: string): RedisServer {
  const server = readRedis(url);
  if (typeof server === "string") throw new Error(server);
  return server;
}

const socket = { tls: true, connectTimeout: 2000, keepAlive: true };
const gate = { username: "gate", password: "word", disableOfflineQueue: true };

test("one server: its host, TLS, user and database", () => {
  expect(singleOptions(serverOf("rediss://gate:word@one:7000/4"))).toMatchObject({
    ...gate,
    socket: { ...socket, host: "one", port: 7000 },
    database: 4,
  });
  const plain = singleOptions(serverOf("redis://one"));
  expect(plain).toMatchObject({ socket: { tls: false, host: "one", port: 6379 } });
  expect([plain.username, plain.password]).toEqual([undefined, undefined]);
});

test("a cluster: user and TLS also for hosts that it tells of itself", () => {
  const options = clusterOptions(serverOf("rediss://gate:word@one,two:7001?mode=cluster"));
  expect(options.defaults).toMatchObject({ ...gate, socket });
  expect(options.rootNodes).toMatchObject([
    { ...gate, socket: { ...socket, host: "one", port: 6379 } },
    { ...gate, socket: { ...socket, host: "two", port: 7001 } },
  ]);
});

test("sentinels: their own user, and the server's for the server", () => {
  const url = "rediss://gate:word@one,two/3?mode=sentinel&master=images&sentinel_password=their";
  const options = sentinelOptions(serverOf(url));
  expect(options).toMatchObject({
    name: "images",
    sentinelRootNodes: [
      { host: "one", port: 26_379 },
      { host: "two", port: 26_379 },
    ],
    nodeClientOptions: { ...gate, socket, database: 3 },
    sentinelClientOptions: { password: "their", socket },
  });
  expect(options.sentinelClientOptions?.username).toBeUndefined();
});

test("a refusal that only a setting mends is told from a server that is not there", () => {
  const refused = [
    "WRONGPASS invalid username-password pair",
    "NOAUTH Authentication required.",
    "NOPERM this user has no permissions",
    "ERR DB index is out of range",
  ];
  for (const text of refused) expect(isRefused(new Error(text))).toBe(true);
  for (const text of [
    "connect ECONNREFUSED 127.0.0.1:6379",
    "LOADING Redis is loading",
    "Socket closed unexpectedly",
  ])
    expect(isRefused(new Error(text))).toBe(false);
});
