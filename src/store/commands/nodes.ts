import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type { NodeRecord } from "../request-records.ts";
import { rowSchemas } from "../tables.ts";

const renew = statement<NodeRecord>(
  `INSERT INTO nodes (id, started_at, seen_at, version, schema_step)
    VALUES (:id, :startedAt, :seenAt, :version, :schemaStep)
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`,
);
const all = statement<object>("SELECT * FROM nodes ORDER BY id");
const remove = statement<{ id: string }>("DELETE FROM nodes WHERE id = :id");

/** Database work on the nodes that work on it: a node is one process from its start to its end. */
export const nodeCommands = {
  /** Writes that a node is at work, and returns all nodes. */
  *nodesRenew(node: NodeRecord): Steps<NodeRecord[]> {
    yield renew(node);
    const { rows } = yield all({});
    return rows.map((row) => {
      const { id, started_at, seen_at, version, schema_step } = rowSchemas.nodes.parse(row);
      return { id, startedAt: started_at, seenAt: seen_at, version, schemaStep: schema_step };
    });
  },
  /** Requests that it left running belong to nobody from then on. */
  *nodesRemove(id: string): Steps<void> {
    yield remove({ id });
  },
};
