import { randomBytes } from "node:crypto";
import { aloneCluster } from "../cluster/alone.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { openRedisCluster } from "../cluster/redis.ts";
import type { Config } from "../config.ts";
import type { GatewayLog } from "../core/log.ts";
import { StartError } from "./start-faults.ts";

interface ClusterPorts {
  /** Milliseconds since the process began. */
  readonly uptime: () => number;
  readonly log: GatewayLog;
  /** Closes what has been opened, the last first. */
  readonly undo: (() => Promise<void> | void)[];
}

/** Opens what this node counts in: its own memory, or the server that it shares with others. Throws `StartError` with one sentence. */
export async function openCluster(
  { redis: server }: Pick<Config, "redis">,
  node: string,
  { uptime, log, undo }: ClusterPorts,
): Promise<Cluster> {
  if (server === undefined) return aloneCluster(uptime);
  const newName = (): string => randomBytes(8).toString("hex");
  try {
    const cluster = await openRedisCluster({ server, node, uptime, log, newName });
    undo.push(() => cluster.close());
    return cluster;
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new StartError(
      `Redis refuses this gateway: ${why}; set the user and the password in redis.url, and let the user run scripts`,
      { cause: thrown },
    );
  }
}
