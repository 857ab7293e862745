import { PinholeError } from "../../core/errors.ts";
import { consoleKeyPrefix } from "../../core/key.ts";
import type { LeftPicture, SavedFate } from "../../store/gallery-records.ts";
import type { RequestParts } from "./parts.ts";

/** The pictures of people who are removed. */
export interface LeftPictures {
  /** The fate of what a person has saved, as whoever removes them wants it. Throws invalid_value. */
  fateOf(wanted: WantedFate): SavedFate;
  /** Deletes what still rests of a removed person who was to leave nothing: what they had saved, and what expires. */
  deleteOf(personId: string): Promise<void>;
  /** Deletes saved pictures of removed people whose end has come; wants to be called once a minute. */
  sweepLeft(): Promise<void>;
}

/** The wish of whoever removes a person. */
export interface WantedFate {
  readonly pictures: SavedFate["become"];
  /** The person who gets them. */
  readonly to?: string | undefined;
}

type LeftParts = Pick<RequestParts, "store" | "blobs" | "kept" | "now" | "nodes"> & {
  readonly images: Pick<RequestParts["images"], "ttlMs">;
};

/** Rows of one transaction. */
const pieceRows = 500;
/** The time after which a picture that no node has is forgotten. */
const strayMs = 24 * 3_600_000;

export function leftPictures(parts: LeftParts, savedBytesMax: number): LeftPictures {
  const { store, blobs, kept, now, nodes, images } = parts;
  const sweepLeft = async (): Promise<void> => {
    while (await sweepPiece(parts));
  };
  return {
    fateOf({ pictures, to }) {
      if ((pictures === "hand_over") !== (to !== undefined)) throw badFate();
      if (to !== undefined) return { become: "hand_over", to, bytesMax: savedBytesMax };
      const [become, lifeMs] =
        pictures === "delete" ? (["delete", 0] as const) : (["expire", images.ttlMs] as const);
      return { become, endsAt: now() + lifeMs };
    },
    async deleteOf(personId) {
      await sweepLeft();
      const owner = { personId, keyId: consoleKeyPrefix + personId };
      for (;;) {
        const expiring = await store.gallery.expiring(owner, {}, pieceRows, now());
        for (const { requestId, index, blobId } of expiring) {
          await store.gallery.forget(owner, requestId, index);
          await kept.remove(blobId);
        }
        if (expiring.length < pieceRows) return;
      }
    },
    async sweepLeft() {
      // Of people who were removed by an earlier version, or while a picture of theirs was being saved.
      const isFirst = nodes.isFirst();
      if (isFirst) await store.gallery.endLeft(now() + images.ttlMs);
      if (isFirst || !blobs.isShared) await sweepLeft();
    },
  };
}

/** False: there is nothing more to do for this node. Rows name the pictures until those are gone, so it may be interrupted. */
async function sweepPiece(parts: LeftParts): Promise<boolean> {
  const { store, blobs, now } = parts;
  const left = await store.gallery.left(now(), pieceRows);
  const mine: LeftPicture[] = [];
  for (const picture of left) if (await isMine(parts, picture)) mine.push(picture);
  for (const { blobId } of mine) await blobs.remove(blobId);
  if (mine.length > 0) await store.gallery.forgetLeft(mine);
  return mine.length > 0 && left.length === pieceRows;
}

/** A picture on another node's disk is that node's to delete. */
async function isMine({ blobs, now }: LeftParts, picture: LeftPicture): Promise<boolean> {
  if (blobs.isShared || picture.endsAt < now() - strayMs) return true;
  return (await blobs.open(picture.blobId)) !== undefined;
}

function badFate(): PinholeError {
  return new PinholeError("invalid_value", {
    message:
      "`pictures_to` names who gets the pictures, and goes with `pictures=hand_over` alone; send both or neither.",
    param: "pictures_to",
  });
}
