import type { RedisServer } from "../core/redis-server.ts";
import { Secret } from "../core/secret.ts";
import type { Faults } from "./faults.ts";
import type { FileSettings } from "./schema.ts";
import { didYouMean } from "./suggest.ts";

const options = [
  "mode",
  "master",
  "prefix",
  "timeout",
  "sentinel_user",
  "sentinel_password",
] as const;
type Option = (typeof options)[number];

const modes = ["single", "sentinel", "cluster"] as const;
const portOf = { single: 6379, cluster: 6379, sentinel: 26_379 } as const;

/** The server as configured; undefined: none. Whatever `faultRedis` finds has been told before. */
export function redisOf({ url = "" }: FileSettings["redis"]): RedisServer | undefined {
  const server = url === "" ? undefined : readRedis(url);
  return typeof server === "object" ? server : undefined;
}

/** Adds a fault for a URL that names no server. */
export function faultRedis({ url = "" }: FileSettings["redis"], faults: Faults): void {
  const server = url === "" ? undefined : readRedis(url);
  if (typeof server === "string") faults.add(["redis", "url"], server);
}

/** The server that a `redis:` URL names; a text says what is wrong with it. No fault repeats the URL: it may hold a password. */
export function readRedis(text: string): RedisServer | string {
  const matched = /^(rediss?):\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^/?#]*))?(?:\?([^#]*))?$/.exec(
    text,
  );
  if (matched === null)
    return "`redis.url` must be redis:// or rediss://, with a user and a password where there are any, then a host, such as rediss://user:password@redis.example.com:6379/0";
  const [, scheme, user = "", list = "", number = "", query = ""] = matched;
  const given = readOptions(query);
  if (typeof given === "string") return given;
  const mode = modes.find((one) => one === (given.get("mode") ?? "single"));
  if (mode === undefined)
    return "the option `mode` of `redis.url` must be single, sentinel or cluster";
  const hosts = list.split(",").map((host) => readHost(host, portOf[mode]));
  if (!hosts.every((host) => host !== undefined))
    return "the hosts of `redis.url` must be names or addresses, each with its port where it has another than the usual one, such as one:6379,two:6379";
  if (mode === "single" && hosts.length > 1)
    return "`redis.url` names several hosts; add ?mode=cluster where they are a cluster's, or ?mode=sentinel where they are sentinels";
  if (!/^\d{0,5}$/.test(number) || (mode === "cluster" && Number(number) > 0))
    return "`redis.url` may end in the number of a database, such as /0; a cluster has only that one";
  const prefix = given.get("prefix") ?? "pinhole";
  if (!/^[\w.-]{1,64}$/.test(prefix))
    return "the option `prefix` of `redis.url` must be 1 to 64 letters, digits, dots, hyphens and underscores";
  const timeout = /^(\d{1,5})ms$/.exec(given.get("timeout") ?? "50ms")?.[1];
  const timeoutMs = Number(timeout);
  if (timeout === undefined || timeoutMs < 5 || timeoutMs > 10_000)
    return "the option `timeout` of `redis.url` must be from 5ms to 10000ms";
  const [name, password] = credentialsIn(user);
  if (name === null || password === null)
    return "the user and the password of `redis.url` must be percent-encoded: write %40 for @, %2F for / and %25 for %";
  return {
    mode,
    isTls: scheme === "rediss",
    hosts,
    user: name,
    password: secretOf(password),
    database: Number(number),
    master: given.get("master") ?? "mymaster",
    sentinelUser: given.get("sentinel_user"),
    sentinelPassword: secretOf(given.get("sentinel_password")),
    timeoutMs,
    prefix,
  };
}

function secretOf(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}

function readOptions(query: string): ReadonlyMap<Option, string> | string {
  const given = new Map<Option, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const option = options.find((one) => one === name);
    if (option === undefined)
      return `\`redis.url\` has no option \`${name.slice(0, 40)}\`${didYouMean(name, options)}`;
    if (given.has(option)) return `\`redis.url\` has the option \`${option}\` twice`;
    if (value !== "") given.set(option, value);
  }
  return given;
}

/** A host with its port; an IPv6 address stands in brackets. */
function readHost(
  text: string,
  usual: number,
): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, plain, port] =
    /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const number = port === undefined ? usual : Number(port);
  return host === undefined || number < 1 || number > 65_535 ? undefined : { host, port: number };
}

/** The name and the password before an @; undefined: not given; null: not encoded as a URL has it. */
function credentialsIn(user: string): readonly (string | undefined | null)[] {
  const [name = "", ...rest] = user.split(":");
  const password = rest.length === 0 ? undefined : rest.join(":");
  return [name === "" ? undefined : decoded(name), password && decoded(password)];
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
