import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type { NodeRecord } from "../request-records.ts";
import { rowSchemas } from "../tables.ts";

const renew = statement<NodeRecord>(
  `INSERT INTO nodes (id, started_at, seen_at, version, schema_step, host, file_hash, file_since)
    VALUES (:id, :startedAt, :seenAt, :version, :schemaStep, :host, :fileHash, :fileSince)
    ON CONFLICT (id) DO UPDATE SET
      seen_at = excluded.seen_at, file_hash = excluded.file_hash, file_since = excluded.file_since`,
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
};
