import type { Claim, Cluster, Grant, PartyLimits } from "../../src/cluster/cluster.ts";
import { openRedisCluster } from "../../src/cluster/redis.ts";
import type { RedisServer } from "../../src/core/redis-server.ts";

/** The way to a server on this machine. */
export function localServer(port: number, prefix: string, timeoutMs = 10_000): RedisServer {
  return {
    mode: "single",
    isTls: false,
    hosts: [{ host: "127.0.0.1", port }],
    user: undefined,
    password: undefined,
    database: 0,
    master: "mymaster",
    sentinelUser: undefined,
    sentinelPassword: undefined,
    timeoutMs,
    prefix,
  };
}

/** Nodes on one server, with a clock that the test moves. */
export interface RedisWorld {
  /** Lines of all nodes' logs. */
  readonly log: readonly string[];
  pass(ms: number): void;
  open(): Promise<Cluster>;
  close(): Promise<void>;
}

/** `isReal`: the nodes go by the server's own time. */
export function redisWorld(server: RedisServer, isReal = false): RedisWorld {
  let passed = 0;
  const startedAt = Date.now();
  const uptime = (): number => passed + (isReal ? performance.now() : 0);
  const log: string[] = [];
  const nodes: Cluster[] = [];
  let names = 0;
  const say = (fields: unknown, message: string): void => {
    const { detail } = fields as { detail?: string };
    log.push(detail === undefined ? message : `${message} (${detail})`);
  };
  return {
    log,
    pass(ms) {
      passed += ms;
    },
    async open() {
      const cluster = await openRedisCluster({
        server,
        node: `node_${nodes.length}`,
        uptime,
        clock: isReal ? undefined : () => startedAt + passed,
        newName: () => `memory-${(names += 1)}`,
        log: { info: say, warn: say, error: say },
      });
      nodes.push(cluster);
      return cluster;
    },
    async close() {
      for (const node of nodes) await node.close();
    },
  };
}

const none: PartyLimits = { rpm: null, ipm: null, ipd: null, concurrency: null };

export function claimOf(party: string, limits: Partial<PartyLimits>, images = 1): Claim {
  return { party, limits: { ...none, ...limits }, images };
}

/** The grants that so many requests at once get from nodes in turn. */
export async function takeMany(
  nodes: readonly Cluster[],
  claim: Claim,
  count: number,
): Promise<Grant[]> {
  const all = await Promise.all(
    Array.from({ length: count }, async (_, at) => nodes[at % nodes.length]?.take([claim])),
  );
  return all.flatMap((taken) => taken?.grant ?? []);
}
