import type { BlobStore } from "../../blobs/types.ts";
import type { GatewayLog } from "../../core/log.ts";
import type { Sight } from "../../core/role.ts";
import type { ColourBook } from "../../pictures/average.ts";
import type { Converter } from "../../pictures/convert.ts";
import { readColour } from "../../pictures/thumbnails.ts";
import type { RestingPicture } from "../../store/gallery-records.ts";
import type { Store } from "../../store/store.ts";

/**
 * The average colours of pictures that rest with the gateway, which their records get late, so that no answer waits for
 * one. Where all may see all pictures, they are those that fell off their thumbnails; where sight is narrow they are
 * looked for, since they are what others are shown.
 */
export interface Colours {
  /** Pictures that are looked at: those of which none is written down get theirs. */
  looked(pictures: readonly RestingPicture[]): void;
  /** The colour of a blob, as far as it was found lately. */
  known(blobId: string): string | undefined;
  /** A request whose pictures were just made; returns the promise that it is written down, for whose end it waits. */
  made(request: MadeRequest, written: Promise<void>): Promise<void>;
  /** Resolves when none is being worked on; those that wait get theirs at a later look. */
  close(): Promise<void>;
}

interface MadeRequest {
  readonly id: string;
  readonly pictures: readonly Omit<RestingPicture, "requestId">[];
}

/** The parts that finding colours works with. */
export interface ColourParts {
  readonly blobs: Pick<BlobStore, "open">;
  readonly converter: Pick<Converter, "read">;
  readonly colourBook: ColourBook;
  readonly store: { readonly gallery: Pick<Store["gallery"], "colour"> };
  readonly sight: Sight;
  readonly log: Pick<GatewayLog, "warn">;
}

/** Pictures that wait; of more the next look begins again. */
const waitingMax = 500;

/** Finds none before something is looked at, or made where sight is narrow. */
export function createColours(parts: ColourParts): Colours {
  const { colourBook, sight } = parts;
  const work = new ColourWork(parts);
  const isNarrow = sight !== "all";
  return {
    looked: (pictures) =>
      work.add(isNarrow ? pictures : pictures.filter(({ blobId }) => colourBook.has(blobId))),
    known: (blobId) => colourBook.get(blobId) ?? undefined,
    made({ id, pictures }, written) {
      if (isNarrow)
        void written.then(() => work.add(pictures.map((one) => ({ ...one, requestId: id }))));
      return written;
    },
    close: () => work.close(),
  };
}

type Waiting = RestingPicture & { readonly blobId: string };

/** The work on colours, one picture at a time. */
class ColourWork {
  readonly #parts: ColourParts;
  /** By their blobs, the first to come first. */
  readonly #waiting = new Map<string, Waiting>();
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(parts: ColourParts) {
    this.#parts = parts;
  }

  add(pictures: readonly RestingPicture[]): void {
    if (this.#isClosed) return;
    for (const picture of pictures) {
      const { blobId, colour } = picture;
      if (blobId === null || colour !== undefined) continue;
      if (this.#parts.colourBook.get(blobId) === null) continue;
      if (this.#waiting.size < waitingMax) this.#waiting.set(blobId, { ...picture, blobId });
    }
    if (this.#waiting.size === 0) return;
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
      // One may have come at the very end.
      this.add([]);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.clear();
    await this.#running;
  }

  async #work(): Promise<void> {
    try {
      for (const [blobId, picture] of this.#waiting) {
        await this.#find(picture);
        this.#waiting.delete(blobId);
      }
    } catch (thrown) {
      // The database or the pictures are away: the next look begins again.
      this.#waiting.clear();
      this.#parts.log.warn(
        { err: thrown },
        "the average colour of a picture could not be read or written down; it is tried again when the picture is looked at",
      );
    }
  }

  async #find({ requestId, index, blobId }: Waiting): Promise<void> {
    const { blobs, converter, colourBook, store } = this.#parts;
    if (colourBook.get(blobId) === undefined) {
      const blob = await blobs.open(blobId);
      if (blob === undefined) return;
      await readColour(converter, colourBook, blob);
    }
    const colour = colourBook.get(blobId);
    if (typeof colour === "string") await store.gallery.colour(requestId, index, colour);
  }
}
