import type { LeftPicture, SavedFate } from "../gallery-records.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { integer, record, text } from "../shape.ts";
import { savedSums } from "./gallery.ts";

const endOf = statement<{ personId: string; endsAt: number }>(
  "UPDATE saved_pictures SET ends_at = :endsAt WHERE person_id = :personId",
);
const handOver = statement<{ personId: string; to: string }>(
  "UPDATE saved_pictures SET person_id = :to WHERE person_id = :personId",
);
const endOrphans = statement<{ endsAt: number }>(
  `UPDATE saved_pictures SET ends_at = :endsAt WHERE ends_at IS NULL AND person_id IN (
    SELECT s.person_id FROM saved_pictures s
      WHERE NOT EXISTS (SELECT 1 FROM people WHERE people.id = s.person_id))`,
);
const ended = statement<{ now: number; limit: number }>(
  `SELECT request_id, position, blob_id, ends_at FROM saved_pictures
    WHERE ends_at IS NOT NULL AND ends_at <= :now
    ORDER BY ends_at, request_id, position LIMIT :limit`,
);
const endedRow = record({ request_id: text, position: integer, blob_id: text, ends_at: integer });
const forget = statement<{ requestId: string; index: number }>(
  "DELETE FROM saved_pictures WHERE request_id = :requestId AND position = :index AND ends_at IS NOT NULL",
);

/** True where the person who is to have the pictures of another may not have so many. */
export function* isTooMuch(personId: string, fate: SavedFate): Steps<boolean> {
  if (fate.become !== "hand_over") return false;
  const theirs = yield* savedSums(personId);
  const heirs = yield* savedSums(fate.to);
  return theirs.count > 0 && heirs.bytes + theirs.bytes > fate.bytesMax;
}

/** Writes the fate of what a person has saved who is being removed. Returns how many pictures those are. */
export function* leaveSaved(personId: string, fate: SavedFate): Steps<number> {
  const { changes } = yield fate.become === "hand_over"
    ? handOver({ personId, to: fate.to })
    : endOf({ personId, endsAt: fate.endsAt });
  return changes;
}

export const leftPictureReads = {
  *galleryLeft(now: number, limit: number): Steps<LeftPicture[]> {
    const { rows } = yield ended({ now, limit });
    return rows.map((row) => {
      const read = endedRow.parse(row);
      const { request_id: requestId, position: index, blob_id: blobId, ends_at: endsAt } = read;
      return { requestId, index, blobId, endsAt };
    });
  },
};

/** Database work on pictures whose person was removed. */
export const leftPictureCommands = {
  /** An end for pictures of people who were removed before there was one, or while they saved a picture. */
  *galleryEndLeft(endsAt: number): Steps<void> {
    yield endOrphans({ endsAt });
  },
  *galleryForgetLeft(left: readonly LeftPicture[]): Steps<void> {
    for (const { requestId, index } of left) yield forget({ requestId, index });
  },
};
