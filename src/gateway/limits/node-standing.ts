import type { Cluster, Standing } from "../../cluster/cluster.ts";

/** The way in which one node counts limits. */
export interface NodeStanding {
  /** The id of this node. */
  readonly node: string;
  /** Nodes that are at work on the database, this one included. */
  readonly nodes: number;
  /** `alone`: there is no Redis, and each node counts for itself; `joined`: all count together; `apart`: Redis is away, and each goes by its part. */
  readonly counting: Standing["state"];
  /** Of `apart`: why. */
  readonly why: string | undefined;
  /** Every limit is divided by this here. */
  readonly divisor: number;
}

/** The standing of a node among the others. */
export function nodeStanding(
  parts: { readonly node: string; readonly cluster: Pick<Cluster, "standing"> },
  watch: { count(): number },
): NodeStanding {
  const { state, why, nodes } = parts.cluster.standing;
  return {
    node: parts.node,
    nodes: watch.count(),
    counting: state,
    why: state === "apart" ? why : undefined,
    divisor: state === "apart" ? nodes : 1,
  };
}
