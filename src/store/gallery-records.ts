/** A picture of a person that rests with the gateway: one that expires, or one that they have saved. */
export interface GalleryPicture {
  readonly requestId: string;
  /** Place in its request's answer, from 0. */
  readonly index: number;
  readonly blobId: string;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly byteLength: number;
  /** The name that the person used. */
  readonly model: string;
  /** JSON: the canonical fields of its request. */
  readonly fields: string;
  readonly seed: string | null;
  readonly createdAt: number;
  /** Null: it expires. */
  readonly savedAt: number | null;
  /** The end of the blob in the store, Unix milliseconds. */
  readonly until: number;
  /** The average colour as `#rrggbb`; absent: it is not known. */
  readonly colour?: string | undefined;
}

/** A picture of a record, with where its bytes are and whether its colour is known. */
export interface RestingPicture extends Pick<GalleryPicture, "requestId" | "index" | "colour"> {
  /** Null: it rests nowhere. */
  readonly blobId: string | null;
}

/** The person whose pictures are looked at, by both names that they have here. */
export interface GalleryOwner {
  readonly personId: string;
  /** The key that their pictures of the console are made with, unless they choose one of theirs. */
  readonly keyId: string;
}

/** The place of a picture in the gallery's order, which is newest first. */
export interface GalleryPlace {
  readonly createdAt: number;
  readonly requestId: string;
  readonly index: number;
}

/** A saved picture, as it is written. */
export interface NewSavedPicture extends Omit<GalleryPicture, "savedAt"> {
  readonly personId: string;
  readonly savedAt: number;
  /** The prompt in lower case, to search in. */
  readonly words: string;
}

/** The pictures that a search wants; absent fields want all. */
export interface GalleryFilter {
  /** In lower case; found anywhere in the prompt. */
  readonly words?: string | undefined;
  readonly model?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Only those that were made from this picture: `req_….0`. */
  readonly madeFrom?: string | undefined;
  /** Only those after this place, which are older. */
  readonly after?: GalleryPlace | undefined;
}

/**
 * The fate of pictures that a removed person has saved. `expire` and `delete` differ in their end alone, which is `endsAt`;
 * `bytesMax` is the most that the other person may have saved then.
 */
export type SavedFate =
  | { readonly become: "expire" | "delete"; readonly endsAt: number }
  | { readonly become: "hand_over"; readonly to: string; readonly bytesMax: number };

/** A saved picture whose person was removed and whose end has come. */
export interface LeftPicture {
  readonly requestId: string;
  readonly index: number;
  readonly blobId: string;
  readonly endsAt: number;
}

/** The pictures that a person has saved, in numbers. */
export interface SavedSums {
  readonly count: number;
  readonly bytes: number;
}
