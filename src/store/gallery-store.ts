import type { StoreClient } from "./client.ts";
import type {
  GalleryFilter,
  GalleryOwner,
  GalleryPicture,
  LeftPicture,
  NewSavedPicture,
  SavedSums,
} from "./gallery-records.ts";

/** Pictures that rest with the gateway, by the person whose they are. */
export interface GalleryStore {
  /** Saved pictures, newest first. */
  saved(owner: GalleryOwner, filter: GalleryFilter, limit: number): Promise<GalleryPicture[]>;
  /** Pictures that expire and are not saved, newest first; the filter's words are not looked at. `seed` is the answer that has it, as JSON. */
  expiring(
    owner: GalleryOwner,
    filter: GalleryFilter,
    limit: number,
    now: number,
  ): Promise<GalleryPicture[]>;
  /** The picture as it is saved, and as it expires. */
  find(
    owner: GalleryOwner,
    requestId: string,
    index: number,
    now: number,
  ): Promise<{ readonly saved?: GalleryPicture; readonly expiring?: GalleryPicture }>;
  sums(personId: string): Promise<SavedSums>;
  /** `full` where the person's saved pictures would take more than `bytesMax`; `again` where it is saved already. */
  save(picture: NewSavedPicture, bytesMax: number): Promise<"saved" | "again" | "full">;
  /** The blob of the copy that is saved no more; undefined where there was none. */
  remove(personId: string, requestId: string, index: number): Promise<string | undefined>;
  /** Takes a picture that expires out of its request's record. */
  forget(owner: GalleryOwner, requestId: string, index: number): Promise<void>;
  /** Writes the average colour of a picture into its record and its saved copy, as far as it rests there. */
  colour(requestId: string, index: number, colour: string): Promise<void>;
  /** Saved pictures of removed people whose end has come, the first to end first. */
  left(now: number, limit: number): Promise<LeftPicture[]>;
  /** Gives an end to saved pictures of people who are not there, and have none. */
  endLeft(endsAt: number): Promise<void>;
  /** Forgets saved pictures, whose bytes are gone already. */
  forgetLeft(left: readonly LeftPicture[]): Promise<void>;
}

/** The gallery behind a client of a database. */
export function galleryStore(client: StoreClient): GalleryStore {
  return {
    saved: (owner, filter, limit) => client.call("gallerySaved", owner, filter, limit),
    expiring: (owner, filter, limit, now) =>
      client.call("galleryExpiring", owner, filter, limit, now),
    find: (owner, requestId, index, now) =>
      client.call("galleryFind", owner, requestId, index, now),
    sums: (personId) => client.call("gallerySums", personId),
    save: (picture, bytesMax) => client.call("gallerySave", picture, bytesMax),
    remove: (personId, requestId, index) =>
      client.call("galleryRemove", personId, requestId, index),
    forget: (owner, requestId, index) => client.call("galleryForget", owner, requestId, index),
    colour: (requestId, index, colour) => client.call("galleryColour", requestId, index, colour),
    left: (now, limit) => client.call("galleryLeft", now, limit),
    endLeft: (endsAt) => client.call("galleryEndLeft", endsAt),
    forgetLeft: (left) => client.call("galleryForgetLeft", left),
  };
}
