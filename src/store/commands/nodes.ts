import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type { NodeRecord } from "../request-records.ts";
import { arrivalMs } from "../running-owner.ts";
import { rowSchemas } from "../tables.ts";

const renew = statement<NodeRecord>(
  `INSERT INTO nodes (id, started_at, seen_at, version, schema_step, host, file_hash, file_since)
    VALUES (:id, :startedAt, :seenAt, :version, :schemaStep, :host, :fileHash, :fileSince)
    ON CONFLICT (id) DO UPDATE SET
      seen_at = excluded.seen_at, file_hash = excluded.file_hash, file_since = excluded.file_since`,
);
const all = statement<object>("SELECT * FROM nodes ORDER BY id");
// Requests without an idempotency key: a client that sends such keys comes back with its key. An answer that began a
// while before the last sign of the node has arrived. By the index of times, since this is rare: no request takes longer.
const longestMs = 3_600_000;
const leaveUnanswered = statement<{ id: string; now: number }>(
  `UPDATE requests SET orphaned_at = :now
    WHERE owner = :id AND state IN ('succeeded', 'partial') AND idempotency_key IS NULL
      AND orphaned_at IS NULL AND deleted_at IS NULL
      AND created_at >= (SELECT seen_at - ${longestMs} FROM nodes WHERE nodes.id = :id)
      AND finished_at >= (SELECT seen_at - ${arrivalMs} FROM nodes WHERE nodes.id = :id)`,
);
const remove = statement<{ id: string }>("DELETE FROM nodes WHERE id = :id");

/** Database work on the nodes that work on it: a node is one process from its start to its end. */
export const nodeCommands = {
  /** Writes that a node is at work, and returns all nodes. */
  *nodesRenew(node: NodeRecord): Steps<NodeRecord[]> {
    yield renew(node);
    const { rows } = yield all({});
    return rows.map((row) => {
      const read = rowSchemas.nodes.parse(row);
      const { id, started_at: startedAt, seen_at: seenAt, version, host } = read;
      const { schema_step: schemaStep, file_hash: fileHash, file_since: fileSince } = read;
      return { id, startedAt, seenAt, version, schemaStep, host, fileHash, fileSince };
    });
  },
  /** Requests that it left running belong to nobody from then on. */
  *nodesRemove(id: string): Steps<void> {
    yield remove({ id });
  },
  *nodesBury(id: string, now: number): Steps<void> {
    yield leaveUnanswered({ id, now });
    yield remove({ id });
  },
};
