import type { RedisClientOptions, RedisClusterOptions, RedisSentinelOptions } from "@redis/client";
import type { RedisServer } from "../../core/redis-server.ts";
import type { Script } from "./scripts.ts";

/** A connection to the server, whatever kind of server it is. */
export interface RedisClient {
  /** Rejects where the server refuses the user; one that is not there is tried again and again. */
  connect(): Promise<void>;
  /** Runs a script, and gives it to the server first where that one does not know it. */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  publish(channel: string, text: string): Promise<unknown>;
  /** Listens from now on, also after a connection was lost. */
  subscribe(channel: string, listener: (text: string) => void): Promise<unknown>;
  /** Ends the connection at once, and whatever waits for an answer on it. Never rejects. */
  destroy(): Promise<void>;
}

/** Between tries to connect, milliseconds. */
const reconnectMs = 250;
const connectMsMax = 2000;

/** The library's way to talk to a server, as far as its three kinds have it in common. */
interface LibraryClient {
  connect(): Promise<unknown>;
  on(event: "error", listener: (error: unknown) => void): unknown;
  evalSha(sha: string, words: EvalWords): Promise<unknown>;
  eval(source: string, words: EvalWords): Promise<unknown>;
  publish(channel: string, text: string): Promise<unknown>;
  subscribe(channel: string, listener: (text: string) => void): Promise<unknown>;
  destroy(): unknown;
}

interface EvalWords {
  readonly keys: string[];
  readonly arguments: string[];
}

/** Makes a client of the library, which is loaded here: most gateways have none. `onFault` hears what goes wrong between commands. */
export async function createRedisClient(
  server: RedisServer,
  onFault: (error: unknown) => void,
): Promise<RedisClient> {
  const client = await openClient(server);
  client.on("error", onFault);
  return {
    async connect() {
      await client.connect();
    },
    async run({ source, sha }, keys, args) {
      const words = { keys: [...keys], arguments: [...args] };
      try {
        return await client.evalSha(sha, words);
      } catch (thrown) {
        if (!isUnknownScript(thrown)) throw thrown;
        return client.eval(source, words);
      }
    },
    publish: (channel, text) => client.publish(channel, text),
    subscribe: (channel, listener) => client.subscribe(channel, listener),
    async destroy() {
      try {
        await client.destroy();
      } catch {
        // It was never open, or is closed already.
      }
    },
  };
}

async function openClient(server: RedisServer): Promise<LibraryClient> {
  const { createClient, createCluster, createSentinel } = await import("@redis/client");
  if (server.mode === "cluster") return createCluster(clusterOptions(server));
  if (server.mode === "sentinel") return createSentinel(sentinelOptions(server));
  return createClient(singleOptions(server));
}

/** True of the answer of a server that was restarted, or told to forget its scripts. */
function isUnknownScript(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.startsWith("NOSCRIPT");
}

/** True of a server's refusal to let this user in, or do what is asked of it: trying again is in vain until somebody changes a setting. */
export function isRefused(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    /^(WRONGPASS|NOAUTH|NOPERM|ERR (AUTH|DB|invalid|Client sent AUTH))/.test(thrown.message)
  );
}

/** True of the library's word that there is no connection, which does not say why. */
export function isOffline(thrown: unknown): boolean {
  return thrown instanceof Error && /^The client is (offline|closed)$/.test(thrown.message);
}

/** Options for one server. */
export function singleOptions(server: RedisServer): RedisClientOptions {
  const [first] = server.hosts;
  return {
    ...connectionOptions(server),
    socket: { ...socketOptions(server), ...first },
    database: server.database,
  };
}

/** Options for a cluster, which tells of its other hosts itself. */
export function clusterOptions(server: RedisServer): RedisClusterOptions {
  const defaults = { ...connectionOptions(server), socket: socketOptions(server) };
  return {
    rootNodes: server.hosts.map((host) => ({
      ...defaults,
      socket: { ...defaults.socket, ...host },
    })),
    defaults,
  };
}

/** Options for a server that sentinels watch. */
export function sentinelOptions(server: RedisServer): RedisSentinelOptions {
  const socket = socketOptions(server);
  const { sentinelUser, sentinelPassword } = server;
  return {
    name: server.master,
    sentinelRootNodes: [...server.hosts],
    nodeClientOptions: { ...connectionOptions(server), socket, database: server.database },
    sentinelClientOptions: {
      ...userOptions(sentinelUser, sentinelPassword?.reveal()),
      socket,
    },
    passthroughClientErrorEvents: true,
    scanInterval: 1000,
  };
}

function userOptions(
  username: string | undefined,
  password: string | undefined,
): Pick<RedisClientOptions, "username" | "password"> {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

function connectionOptions({ user, password }: RedisServer): RedisClientOptions {
  return {
    ...userOptions(user, password?.reveal()),
    name: "pinhole",
    // What cannot be sent now is decided without the server.
    disableOfflineQueue: true,
  };
}

function socketOptions({ isTls }: RedisServer) {
  return {
    ...(isTls ? { tls: true as const } : { tls: false as const }),
    connectTimeout: connectMsMax,
    keepAlive: true,
    reconnectStrategy: (_tries: number, cause: Error) => (isRefused(cause) ? cause : reconnectMs),
  };
}
