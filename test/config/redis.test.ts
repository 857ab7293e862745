import { expect, test } from "vitest";
import { readRedis } from "../../src/config/redis.ts";

const read = (url: string): Record<string, unknown> => {
  const server = readRedis(url);
  if (typeof server === "string") throw new Error(server);
  const { password, sentinelPassword, ...rest } = server;
  return {
    ...rest,
    password: password?.reveal(),
    sentinelPassword: sentinelPassword?.reveal(),
  };
};

const plain = {
  mode: "single",
  isTls: false,
  hosts: [{ host: "localhost", port: 6379 }],
  user: undefined,
  password: undefined,
  database: 0,
  master: "mymaster",
  sentinelUser: undefined,
  sentinelPassword: undefined,
  timeoutMs: 50,
  prefix: "pinhole",
};

test.each([
  ["redis://localhost", plain],
  ["redis://localhost:6379/", plain],
  [
    "rediss://gate:p%40ss%2Fword@redis.example.com:6380/5?prefix=blue",
    {
      ...plain,
      isTls: true,
      hosts: [{ host: "redis.example.com", port: 6380 }],
      user: "gate",
      password: "p@ss/word",
      database: 5,
      prefix: "blue",
    },
  ],
  ["redis://localhost?timeout=200ms", { ...plain, timeoutMs: 200 }],
  ["redis://:only-a-password@localhost", { ...plain, password: "only-a-password" }],
  ["redis://:a:b@localhost", { ...plain, password: "a:b" }],
  ["redis://[::1]:7000", { ...plain, hosts: [{ host: "::1", port: 7000 }] }],
  [
    "redis://one,two:7001?mode=cluster",
    {
      ...plain,
      mode: "cluster",
      hosts: [
        { host: "one", port: 6379 },
        { host: "two", port: 7001 },
      ],
    },
  ],
  [
    "redis://gate:word@one,two/2?mode=sentinel&master=images&sentinel_user=s&sentinel_password=t",
    {
      ...plain,
      mode: "sentinel",
      hosts: [
        { host: "one", port: 26_379 },
        { host: "two", port: 26_379 },
      ],
      user: "gate",
      password: "word",
      database: 2,
      master: "images",
      sentinelUser: "s",
      sentinelPassword: "t",
    },
  ],
])("%s", (url, expected) => {
  expect(read(url)).toEqual(expected);
});

test.each([
  ["localhost:6379", "`redis.url` must be redis:// or rediss://"],
  ["http://localhost", "`redis.url` must be redis:// or rediss://"],
  ["redis://", "`redis.url` must be redis:// or rediss://"],
  ["redis://gate:secret#word@localhost", "`redis.url` must be redis:// or rediss://"],
  ["redis://localhost:0", "the hosts of `redis.url` must be names or addresses"],
  ["redis://localhost:70000", "the hosts of `redis.url` must be names or addresses"],
  ["redis://one,,two?mode=cluster", "the hosts of `redis.url` must be names or addresses"],
  ["redis://one,two", "`redis.url` names several hosts; add ?mode=cluster"],
  ["redis://one/images", "`redis.url` may end in the number of a database"],
  ["redis://one/1?mode=cluster", "`redis.url` may end in the number of a database"],
  ["redis://one?mode=ring", "the option `mode` of `redis.url` must be single, sentinel or cluster"],
  ["redis://one?prefix={a}", "the option `prefix` of `redis.url` must be"],
  ["redis://one?timeout=50", "the option `timeout` of `redis.url` must be"],
  ["redis://one?timeout=1ms", "the option `timeout` of `redis.url` must be"],
  ["redis://one?prefx=a", "`redis.url` has no option `prefx`; did you mean `prefix`?"],
  ["redis://one?prefix=a&prefix=b", "`redis.url` has the option `prefix` twice"],
  ["redis://gate:100%@one", "must be percent-encoded"],
])("%s is refused, and its password is not told", (url, words) => {
  const fault = readRedis(url);
  expect(fault).toContain(words);
  expect(fault).not.toContain("secret");
});
