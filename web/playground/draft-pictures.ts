import { useEffect, useState } from "react";
import type { Mask } from "../mask/mask.ts";
import type { DraftPicture } from "./draft.ts";
import { readPictures, writePictures } from "./picture-store.ts";

/** The pictures that a draft brings along, in the order in which they are sent; the first may have a mask. */
export interface DraftPictures {
  readonly pictures: readonly DraftPicture[];
  add(more: readonly DraftPicture[]): void;
  /** Puts one before all others: it is the one that a mask is of. */
  addFirst(picture: DraftPicture): void;
  remove(id: string): void;
  /** Undefined takes the mask away. */
  mask(id: string, mask: Mask | undefined): void;
}

/** Makes a picture of a draft from a file; `source`: the picture of the gallery that it is. */
export function draftPicture(name: string, blob: Blob, source?: string): DraftPicture {
  return { id: crypto.randomUUID(), name, blob, url: URL.createObjectURL(blob), source };
}

/** The draft's pictures: they and their masks survive a reload and a look at another page. */
export function useDraftPictures(): DraftPictures {
  const [pictures, setPictures] = useState<readonly DraftPicture[]>();
  useEffect(() => {
    let isGone = false;
    void readPictures().then((stored) => {
      if (isGone) return;
      const read = stored.map((one) => ({ ...one, url: URL.createObjectURL(one.blob) }));
      // What was added meanwhile stays.
      setPictures((now = []) => [...read, ...now]);
    });
    return () => {
      isGone = true;
    };
  }, []);
  useEffect(() => {
    if (pictures !== undefined) void writePictures(pictures);
  }, [pictures]);
  return {
    pictures: pictures ?? none,
    add: (more) => setPictures((now = []) => [...now, ...more]),
    addFirst: (picture) => setPictures((now = []) => [picture, ...now]),
    remove: (id) => setPictures((now) => now?.filter((one) => one.id !== id)),
    mask: (id, mask) =>
      setPictures((now) => now?.map((one) => (one.id === id ? { ...one, mask } : one))),
  };
}

const none: readonly DraftPicture[] = [];
