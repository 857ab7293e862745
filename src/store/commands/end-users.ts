import { isOfEndUser, withoutEndUser } from "../../core/end-user.ts";
import type {
  EndUserPiece,
  ErasedRequests,
  RecordPlace,
  SavedOfEndUser,
} from "../end-user-records.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { integer, nullable, record, text } from "../shape.ts";
import { countUp, settingCommands } from "./settings.ts";

interface Piece extends RecordPlace {
  readonly limit: number;
}

const after = "(created_at, id) > (:at, :id)";
const lastOfPiece = statement<Piece>(
  `SELECT id, created_at FROM (
    SELECT id, created_at FROM requests WHERE ${after} ORDER BY created_at, id LIMIT :limit
  ) AS piece ORDER BY created_at DESC, id DESC LIMIT 1`,
);
const placeRow = record({ id: text, created_at: integer });
// The text is looked for as JSON has it; what is found so is read as what it is.
const candidates = statement<Piece & { readonly pattern: string }>(
  `SELECT id, state, fields FROM (
    SELECT id, created_at, state, fields FROM requests WHERE ${after}
      ORDER BY created_at, id LIMIT :limit
  ) AS piece WHERE fields LIKE :pattern ESCAPE '!' ORDER BY created_at, id`,
);
const candidateRow = record({ id: text, state: text, fields: text });

const savedCandidates = statement<{ readonly pattern: string }>(
  `SELECT request_id, position, blob_id, fields FROM saved_pictures
    WHERE fields LIKE :pattern ESCAPE '!' ORDER BY request_id, position`,
);
const savedRow = record({ request_id: text, position: integer, blob_id: text, fields: text });
const unsave = statement<{ readonly requestId: string; readonly index: number }>(
  "DELETE FROM saved_pictures WHERE request_id = :requestId AND position = :index",
);

/** The user as a value of a field; `!` goes before what LIKE would read as its own. */
function patternOf(user: string): string {
  const written = JSON.stringify(user).replaceAll(/[!%_]/g, (sign) => `!${sign}`);
  return `%:${written}%`;
}

interface ById {
  readonly id: string;
}
const selectFields = statement<ById>("SELECT fields FROM requests WHERE id = :id");
const fieldsRow = record({ fields: text });
const blank = statement<ById & { readonly fields: string; readonly at: number }>(
  `UPDATE requests SET fields = :fields, client_request_id = NULL, idempotency_key = NULL,
      fingerprint = NULL, orphaned_at = NULL, doubtful_at = NULL, error_message = NULL,
      error_param = NULL, warnings = '[]', trace = NULL, deleted_at = coalesce(deleted_at, :at)
    WHERE id = :id AND state <> 'running'`,
);
const blankAttempts = statement<ById>("UPDATE attempts SET detail = NULL WHERE request_id = :id");
const namedBlobs = statement<ById>(
  "SELECT blob_id FROM pictures WHERE request_id = :id AND blob_id IS NOT NULL",
);
const blobRow = record({ blob_id: text });
const blankPictures = statement<ById>(
  `UPDATE pictures SET blob_id = NULL, kept_until = NULL, url_until = NULL, revised_prompt = NULL,
      colour = NULL
    WHERE request_id = :id`,
);
const blankRepeats = statement<ById>(
  "UPDATE repeats SET client_request_id = NULL WHERE request_id = :id",
);
const selectPayer = statement<ById>("SELECT payer FROM holds WHERE request_id = :id");
const payerRow = record({ payer: nullable(text) });
const setPayer = statement<ById & { readonly payer: string }>(
  "UPDATE holds SET payer = :payer WHERE request_id = :id",
);
const labelled = statement<ById>(
  "SELECT held_at FROM ledger WHERE request_id = :id AND labels IS NOT NULL",
);
const heldRow = record({ held_at: integer });
const dropLabels = statement<ById>("UPDATE ledger SET labels = NULL WHERE request_id = :id");

/** Forgets the labels of a request's money; returns when it was held, where there were any. */
function* eraseLabels(id: string): Steps<readonly number[]> {
  const holds = yield selectPayer({ id });
  const payer = holds.rows.map((row) => payerRow.parse(row).payer).at(0) ?? null;
  if (payer !== null) {
    const { labels: _, ...rest } = JSON.parse(payer) as Record<string, unknown>;
    yield setPayer({ id, payer: JSON.stringify({ ...rest, labels: [] }) });
  }
  const { rows } = yield labelled({ id });
  if (rows.length > 0) yield dropLabels({ id });
  return rows.map((row) => heldRow.parse(row).held_at);
}

/** Forgets all of one request but what it cost and how it went; undefined: it runs, or is gone. */
function* eraseOne(id: string, at: number): Steps<Omit<ErasedRequests, "requests"> | undefined> {
  const { rows } = yield selectFields({ id });
  const fields = rows.map((row) => fieldsRow.parse(row).fields).at(0);
  if (fields === undefined) return undefined;
  const { changes } = yield blank({ id, fields: withoutEndUser(fields), at });
  if (changes === 0) return undefined;
  yield blankAttempts({ id });
  const blobs = yield namedBlobs({ id });
  yield blankPictures({ id });
  yield blankRepeats({ id });
  return {
    blobIds: blobs.rows.map((row) => blobRow.parse(row).blob_id),
    heldAt: yield* eraseLabels(id),
  };
}

/** The setting that counts what was forgotten, by which other nodes know that they have to forget it too. */
const erasuresSetting = "erasures";

/** Database work on what is known of end users. */
export const endUserCommands = {
  *endUsersErasures(): Steps<number> {
    return Number((yield* settingCommands.settingsGet(erasuresSetting)) ?? 0);
  },
  *endUsersTell(): Steps<void> {
    yield* countUp(erasuresSetting);
  },
  /** The next records, a piece of them, and which of them are an end user's. */
  *endUsersFind(user: string, place: RecordPlace, limit: number): Steps<EndUserPiece> {
    const ends = yield lastOfPiece({ ...place, limit });
    const last = ends.rows.map((row) => placeRow.parse(row)).at(0);
    if (last === undefined) return { ended: [], running: [], next: undefined };
    const { rows } = yield candidates({ ...place, limit, pattern: patternOf(user) });
    const found = rows
      .map((row) => candidateRow.parse(row))
      .filter(({ fields }) => isOfEndUser(fields, user));
    const of = (isRunning: boolean): string[] =>
      found.filter(({ state }) => (state === "running") === isRunning).map(({ id }) => id);
    return {
      ended: of(false),
      running: of(true),
      next: { at: last.created_at, id: last.id },
    };
  },
  /** Pictures of an end user that somebody has saved: they outlive the records of their requests. */
  *endUsersSaved(user: string): Steps<SavedOfEndUser[]> {
    const { rows } = yield savedCandidates({ pattern: patternOf(user) });
    return rows
      .map((row) => savedRow.parse(row))
      .filter(({ fields }) => isOfEndUser(fields, user))
      .map((row) => ({ requestId: row.request_id, index: row.position, blobId: row.blob_id }));
  },
  *endUsersUnsave(saved: readonly SavedOfEndUser[]): Steps<void> {
    for (const { requestId, index } of saved) yield unsave({ requestId, index });
  },
  *endUsersErase(ids: readonly string[], at: number): Steps<ErasedRequests> {
    const blobIds: string[] = [];
    const heldAt: number[] = [];
    let requests = 0;
    for (const id of ids.toSorted()) {
      const erased = yield* eraseOne(id, at);
      if (erased === undefined) continue;
      requests += 1;
      blobIds.push(...erased.blobIds);
      heldAt.push(...erased.heldAt);
    }
    return { requests, blobIds, heldAt };
  },
};
