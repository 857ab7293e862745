import { withoutPrompts, withoutSent } from "../../core/prompts.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type { Backlog } from "../backlog.ts";
import { integer, nullable, record, text } from "../shape.ts";
import { settingCommands } from "./settings.ts";

/** The setting that names the last record whose prompts were forgotten: all before it have none. */
const placeSetting = "prompts_forgotten";
const placeSchema = record({ at: integer, id: text });

interface Older {
  readonly at: number;
  readonly id: string;
  readonly before: number;
  readonly limit: number;
}

const withPrompts = "(created_at, id) > (:at, :id) AND created_at < :before";
const oldest = statement<Older>(
  `SELECT id, created_at, fields, trace FROM requests WHERE ${withPrompts}
    ORDER BY created_at, id LIMIT :limit`,
);
const oldestRow = record({ id: text, created_at: integer, fields: text, trace: nullable(text) });
const setFields = statement<{
  readonly id: string;
  readonly fields: string;
  readonly trace: string | null;
}>("UPDATE requests SET fields = :fields, trace = :trace WHERE id = :id");
const dropRevised = statement<{ readonly id: string }>(
  "UPDATE pictures SET revised_prompt = NULL WHERE request_id = :id AND revised_prompt IS NOT NULL",
);

/**
 * Notices that are over, of which no target waits any more: a try that lies before that time belongs to a target that is
 * gone.
 */
const oldNotices = `SELECT id FROM notices
    WHERE created_at < :before AND (state = 'recovered' OR ended_at < :before)
      AND NOT EXISTS (
        SELECT 1 FROM notice_deliveries AS way
          WHERE way.notice_id = notices.id AND way.state = 'pending' AND way.next_at >= :before
      )
    ORDER BY created_at, id LIMIT :limit`;
const forgetWays = statement<{ readonly before: number; readonly limit: number }>(
  `DELETE FROM notice_deliveries WHERE notice_id IN (${oldNotices})`,
);
const forgetNotices = statement<{ readonly before: number; readonly limit: number }>(
  `DELETE FROM notices WHERE id IN (${oldNotices})
    AND NOT EXISTS (SELECT 1 FROM notice_deliveries AS way WHERE way.notice_id = notices.id)`,
);

const countOld = statement<{ readonly before: number; readonly limit: number }>(
  `SELECT COUNT(*) AS count FROM (
    SELECT 1 FROM requests WHERE created_at < :before LIMIT :limit
  ) AS old`,
);
const countPrompts = statement<Older>(
  `SELECT COUNT(*) AS count FROM (
    SELECT 1 FROM requests WHERE ${withPrompts} LIMIT :limit
  ) AS old`,
);
const countRow = record({ count: integer });

function* place(): Steps<{ readonly at: number; readonly id: string }> {
  const found = yield* settingCommands.settingsGet(placeSetting);
  return found === undefined ? { at: 0, id: "" } : placeSchema.parse(JSON.parse(found));
}

/** Work on records that grow old. */
export const retentionCommands = {
  /** Takes the prompts out of the oldest records that still have theirs; returns how many records it has looked at. */
  *requestsForgetPrompts(before: number, limit: number): Steps<number> {
    const { rows } = yield oldest({ ...(yield* place()), before, limit });
    const records = rows.map((row) => oldestRow.parse(row));
    for (const { id, fields, trace } of records) {
      const rest = withoutPrompts(fields);
      const restOfTrace = trace === null ? null : withoutSent(trace);
      if (rest !== fields || restOfTrace !== trace)
        yield setFields({ id, fields: rest, trace: restOfTrace });
      yield dropRevised({ id });
    }
    const last = records.at(-1);
    if (last !== undefined) {
      const reached = JSON.stringify({ at: last.created_at, id: last.id });
      yield* settingCommands.settingsSet(placeSetting, reached);
    }
    return records.length;
  },
  /** Forgets notices that were over before a time, with their ways to targets; returns how many. */
  *noticesForget(before: number, limit: number): Steps<number> {
    yield forgetWays({ before, limit });
    return (yield forgetNotices({ before, limit })).changes;
  },
  /** The number of records that should be forgotten, and of those whose prompts should be, each at most `limit`. */
  *requestsBacklog(before: number, promptsBefore: number, limit: number): Steps<Backlog> {
    const records = yield countOld({ before, limit });
    const prompts = yield countPrompts({ ...(yield* place()), before: promptsBefore, limit });
    return {
      records: countRow.parse(records.rows[0]).count,
      prompts: countRow.parse(prompts.rows[0]).count,
    };
  },
};
