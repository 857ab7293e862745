import type { AuditEntry } from "../../core/audit.ts";
import { auditFromRow, rowFromAudit } from "../people-records.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type { Tables } from "../tables.ts";

/** A page of the audit, the newest first. */
export interface AuditPage {
  readonly limit: number;
  /** The id of the last entry of the page before. */
  readonly before?: string | undefined;
  readonly resource?: string | undefined;
  readonly resourceId?: string | undefined;
}

const insert = statement<Tables["audit"]>(
  `INSERT INTO audit (
    id, at, who, address, request_id, action, resource, resource_id, before_json, after_json
  ) VALUES (
    :id, :at, :who, :address, :request_id, :action, :resource, :resource_id, :before_json, :after_json
  )`,
);
// Ids begin with their time, so they sort as they were made.
const page = statement<{ before: string; resource: string; resourceId: string; limit: number }>(
  `SELECT * FROM audit
    WHERE (:before = '' OR id < :before)
      AND (:resource = '' OR resource = :resource)
      AND (:resourceId = '' OR resource_id = :resourceId)
    ORDER BY id DESC LIMIT :limit`,
);

/** A part of a change: it is written down in the same commit. */
export function* writeDown(entry: AuditEntry): Steps<void> {
  yield insert(rowFromAudit(entry));
}

/** Reads of the audit, whose rows are written with what they tell, and the note of what is no change of one row. */
export const auditCommands = {
  auditNote: writeDown,
  *auditList({
    limit,
    before = "",
    resource = "",
    resourceId = "",
  }: AuditPage): Steps<AuditEntry[]> {
    const { rows } = yield page({ before, resource, resourceId, limit });
    return rows.map(auditFromRow);
  },
};
