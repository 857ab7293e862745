import type {
  GalleryFilter,
  GalleryOwner,
  GalleryPicture,
  GalleryPlace,
  NewSavedPicture,
  SavedSums,
} from "../gallery-records.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { integer, nullable, record, text } from "../shape.ts";

/** A row of either kind of picture. */
const galleryRow = record({
  request_id: text,
  position: integer,
  blob_id: text,
  format: text,
  width: integer,
  height: integer,
  byte_length: integer,
  model: text,
  fields: text,
  seed: nullable(text),
  created_at: integer,
  saved_at: nullable(integer),
  until: integer,
  colour: nullable(text),
});
const sumsRow = record({ count: integer, bytes: text });
const blobRow = record({ blob_id: text });

interface PageValues {
  readonly createdAt: number;
  readonly requestId: string;
  readonly index: number;
  readonly from: number;
  readonly to: number;
  readonly model: string;
  readonly madeFrom: string;
  readonly limit: number;
}

/** Later than every picture. */
const first: GalleryPlace = { createdAt: Number.MAX_SAFE_INTEGER, requestId: "", index: 0 };

const ofSaved =
  "request_id, position, blob_id, format, width, height, byte_length, model, fields, seed, created_at, saved_at, kept_until AS until, colour";
const savedPage = statement<PageValues & { readonly personId: string; readonly words: string }>(
  `SELECT ${ofSaved} FROM saved_pictures
    WHERE person_id = :personId AND created_at >= :from AND created_at < :to
      AND (created_at, request_id, position) < (:createdAt, :requestId, :index)
      AND (:model = '' OR model = :model) AND (:madeFrom = '' OR fields LIKE :madeFrom ESCAPE '\\') AND words LIKE :words ESCAPE '\\'
    ORDER BY created_at DESC, request_id DESC, position DESC LIMIT :limit`,
);
const savedOne = statement<{ personId: string; requestId: string; index: number }>(
  `SELECT ${ofSaved} FROM saved_pictures
    WHERE person_id = :personId AND request_id = :requestId AND position = :index`,
);

const ofExpiring =
  "r.id AS request_id, p.position, p.blob_id, p.format, p.width, p.height, p.byte_length, r.model, r.fields, r.answer AS seed, r.created_at, NULL AS saved_at, p.url_until AS until, p.colour";
const isExpiring = "r.deleted_at IS NULL AND p.blob_id IS NOT NULL AND p.url_until > :now";
/** The newest pictures of requests of which a condition holds. */
const newestOf = (whose: string): string =>
  `SELECT ${ofExpiring} FROM requests r JOIN pictures p ON p.request_id = r.id
    WHERE ${whose} AND ${isExpiring} AND r.created_at >= :from AND r.created_at < :to
      AND (r.created_at, r.id, p.position) < (:createdAt, :requestId, :index)
      AND (:model = '' OR r.model = :model)
      AND (:madeFrom = '' OR r.fields LIKE :madeFrom ESCAPE '\\')
      AND NOT EXISTS (SELECT 1 FROM saved_pictures s
        WHERE s.request_id = p.request_id AND s.position = p.position)
    ORDER BY r.created_at DESC, r.id DESC, p.position DESC LIMIT :limit`;
// Each half by an index of its own, in its order.
const expiringPage = statement<PageValues & GalleryOwner & { readonly now: number }>(
  `SELECT * FROM (${newestOf("r.key_id = :keyId")}) AS by_console_key
    UNION ALL SELECT * FROM (${newestOf("r.person_id = :personId")}) AS by_own_keys
    ORDER BY created_at DESC, request_id DESC, position DESC LIMIT :limit`,
);
const isOwn = "(r.key_id = :keyId OR r.person_id = :personId)";
type One = GalleryOwner & { readonly requestId: string; readonly index: number };
const expiringOne = statement<One & { readonly now: number }>(
  `SELECT ${ofExpiring} FROM requests r JOIN pictures p ON p.request_id = r.id
    WHERE ${isOwn} AND ${isExpiring} AND r.id = :requestId AND p.position = :index`,
);
const forgetBlob = statement<One>(
  `UPDATE pictures SET blob_id = NULL, kept_until = NULL, url_until = NULL, colour = NULL
    WHERE request_id = :requestId AND position = :index
      AND EXISTS (SELECT 1 FROM requests r WHERE r.id = :requestId AND ${isOwn})`,
);
const sums = statement<{ personId: string }>(
  `SELECT count(*) AS count, CAST(COALESCE(sum(byte_length), 0) AS text) AS bytes
    FROM saved_pictures WHERE person_id = :personId`,
);
const insert = statement<Omit<NewSavedPicture, "colour"> & { readonly colour: string | null }>(
  `INSERT INTO saved_pictures (
      request_id, position, person_id, blob_id, format, width, height, byte_length, kept_until, model, fields, words,
      seed, created_at, saved_at, colour
    ) VALUES (
      :requestId, :index, :personId, :blobId, :format, :width, :height, :byteLength, :until, :model, :fields, :words,
      :seed, :createdAt, :savedAt, :colour
    ) ON CONFLICT (request_id, position) DO NOTHING`,
);
interface Coloured {
  readonly requestId: string;
  readonly index: number;
  readonly colour: string;
}
// Of what was deleted or forgotten meanwhile nothing is written down.
const colourRecord = statement<Coloured>(
  `UPDATE pictures SET colour = :colour
    WHERE request_id = :requestId AND position = :index AND blob_id IS NOT NULL`,
);
const colourSaved = statement<Coloured>(
  "UPDATE saved_pictures SET colour = :colour WHERE request_id = :requestId AND position = :index",
);
const remove = statement<{ personId: string; requestId: string; index: number }>(
  "DELETE FROM saved_pictures WHERE person_id = :personId AND request_id = :requestId AND position = :index",
);

function pictureOf(row: unknown): GalleryPicture {
  const read = galleryRow.parse(row);
  return {
    requestId: read.request_id,
    index: read.position,
    blobId: read.blob_id,
    format: read.format,
    width: read.width,
    height: read.height,
    byteLength: read.byte_length,
    model: read.model,
    fields: read.fields,
    seed: read.seed,
    createdAt: read.created_at,
    savedAt: read.saved_at,
    until: read.until,
    ...(read.colour === null ? {} : { colour: read.colour }),
  };
}

function pageValues(filter: GalleryFilter, limit: number): PageValues {
  const { after = first, from = 0, to = Number.MAX_SAFE_INTEGER, model = "" } = filter;
  const { createdAt, requestId, index } = after;
  // The id stands among the fields as a JSON string; whoever asks looks again at which field.
  const madeFrom = filter.madeFrom === undefined ? "" : anywhere(`"${filter.madeFrom}"`);
  return { createdAt, requestId, index, from, to, model, madeFrom, limit };
}

/** A text to be found anywhere, as LIKE has it. */
function anywhere(words: string): string {
  return `%${words.replaceAll(/[%_\\]/g, (letter) => `\\${letter}`)}%`;
}

/** The sum of what a person has saved. */
export function* savedSums(personId: string): Steps<SavedSums> {
  const { rows } = yield sums({ personId });
  const { count, bytes } = sumsRow.parse(rows[0]);
  return { count, bytes: Number(bytes) };
}

/** Database work on pictures that rest with the gateway. A saved one has its own copy, and nothing else counts on its record. */
export const galleryReads = {
  /** Saved pictures, newest first. */
  *gallerySaved(
    { personId }: GalleryOwner,
    filter: GalleryFilter,
    limit: number,
  ): Steps<GalleryPicture[]> {
    const words = anywhere(filter.words ?? "");
    const { rows } = yield savedPage({ ...pageValues(filter, limit), personId, words });
    return rows.map(pictureOf);
  },
  /** Pictures that expire and are not saved, newest first; their words are not looked at. `seed` is the answer that has it, as JSON. */
  *galleryExpiring(
    { personId, keyId }: GalleryOwner,
    filter: GalleryFilter,
    limit: number,
    now: number,
  ): Steps<GalleryPicture[]> {
    const { rows } = yield expiringPage({ ...pageValues(filter, limit), personId, keyId, now });
    return rows.map(pictureOf);
  },
  /** The picture as it is saved, and as it expires. */
  *galleryFind(
    { personId, keyId }: GalleryOwner,
    requestId: string,
    index: number,
    now: number,
  ): Steps<{ readonly saved?: GalleryPicture; readonly expiring?: GalleryPicture }> {
    const { rows: saved } = yield savedOne({ personId, requestId, index });
    const { rows: expiring } = yield expiringOne({ personId, keyId, requestId, index, now });
    return {
      ...(saved.length === 0 ? {} : { saved: pictureOf(saved[0]) }),
      ...(expiring.length === 0 ? {} : { expiring: pictureOf(expiring[0]) }),
    };
  },
  gallerySums: savedSums,
};

export const galleryCommands = {
  /** False where the person's saved pictures would take more than `bytesMax`; one that is saved already stays as it is. */
  *gallerySave(picture: NewSavedPicture, bytesMax: number): Steps<"saved" | "again" | "full"> {
    const { bytes } = yield* savedSums(picture.personId);
    if (bytes + picture.byteLength > bytesMax) return "full";
    const { changes } = yield insert({ ...picture, colour: picture.colour ?? null });
    return changes > 0 ? "saved" : "again";
  },
  /** The blob of the saved copy that is saved no more; undefined where there was none. */
  *galleryRemove(personId: string, requestId: string, index: number): Steps<string | undefined> {
    const { rows } = yield savedOne({ personId, requestId, index });
    const { changes } = yield remove({ personId, requestId, index });
    return changes > 0 && rows.length > 0 ? blobRow.parse(rows[0]).blob_id : undefined;
  },
  /** Takes a picture that expires out of its request's record. */
  *galleryForget({ personId, keyId }: GalleryOwner, requestId: string, index: number): Steps<void> {
    yield forgetBlob({ personId, keyId, requestId, index });
  },
  *galleryColour(requestId: string, index: number, colour: string): Steps<void> {
    yield colourRecord({ requestId, index, colour });
    yield colourSaved({ requestId, index, colour });
  },
};
