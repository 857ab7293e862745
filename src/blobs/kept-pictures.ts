import type { BlobStore } from "./types.ts";
import { asPinholeError } from "../core/errors.ts";
import type { KeptPicture } from "../core/kept-picture.ts";
import type { GatewayLog } from "../core/log.ts";

/** The operator's bounds on pictures that are kept for clients that come back. */
export interface KeepRules {
  /** Life of a URL that is handed out, milliseconds. */
  readonly ttlMs: number;
  /** Life of a picture after it was made, milliseconds; never shorter than its URL's. */
  readonly retentionMs: number;
  /** Bytes of kept pictures that no living URL points to; 0: none are kept. */
  readonly recoveryBytesMax: number;
}

/** Until when one picture is in the image store. Unix milliseconds. */
export interface KeepPlan {
  /** Null: no URL of it was handed out. */
  readonly urlUntil: number | null;
  readonly keptUntil: number;
}

/** The pictures that are in the image store so that a client can come back for them. */
export interface KeptPictures {
  /** Plans how long a picture that is made now is kept; undefined: it is not. */
  plan(hasUrl: boolean): KeepPlan | undefined;
  /** Counts a picture that is in the store now; the oldest ones go where there are too many bytes. */
  add(picture: KeptPicture): void;
  /** Notes that a new URL of a picture has been handed out. */
  renew(blobId: string): void;
  remove(blobId: string): Promise<void>;
  /** Takes a picture out of the books that has gone by itself. */
  forget(blobId: string): void;
  /**
   * Room for a paid call: kept pictures give way before it is refused. `isHosted`: URLs are wanted. Throws
   * storage_full, storage_unavailable.
   */
  ensureRoom(bytes: number, isHosted?: boolean): Promise<void>;
  /** Drops what has grown old; called every so often. */
  tick(): void;
  /** Pictures that a process before this one kept, the last to go first. */
  restore(pictures: readonly KeptPicture[]): void;
}

interface State {
  /** Pictures with a living URL, in the order in which those end. */
  readonly hosted: Map<string, KeptPicture>;
  /** Pictures that only recovery needs, the longest unused first. */
  readonly spare: Map<string, KeptPicture>;
  spareBytes: number;
}

/** Keeps the books of kept pictures; the bytes themselves are in the blob store. */
export function createKeptPictures(
  blobs: BlobStore,
  rules: KeepRules,
  log: GatewayLog,
  now: () => number,
): KeptPictures {
  const state: State = { hosted: new Map(), spare: new Map(), spareBytes: 0 };
  const add = (picture: KeptPicture): void => {
    forget(state, picture.blobId);
    if ((picture.urlUntil ?? 0) > now()) state.hosted.set(picture.blobId, picture);
    else addSpare(state, picture);
  };
  const evict = async (picture: KeptPicture): Promise<void> => {
    forget(state, picture.blobId);
    try {
      await blobs.remove(picture.blobId);
    } catch (thrown) {
      // It expires by itself in the end.
      log.warn({ detail: asPinholeError(thrown).detail }, "a kept image could not be removed");
    }
  };
  const trim = (): void => {
    expire(state, now());
    for (const picture of state.spare.values()) {
      if (state.spareBytes <= rules.recoveryBytesMax) return;
      void evict(picture);
    }
  };
  return {
    plan(hasUrl) {
      const urlUntil = hasUrl ? now() + rules.ttlMs : null;
      if (rules.recoveryBytesMax === 0)
        return urlUntil === null ? undefined : { urlUntil, keptUntil: urlUntil };
      return { urlUntil, keptUntil: now() + Math.max(rules.retentionMs, rules.ttlMs) };
    },
    add(picture) {
      // First, so that what lost its URL before is older than this.
      expire(state, now());
      add(picture);
      trim();
    },
    renew(blobId) {
      const picture = state.hosted.get(blobId) ?? state.spare.get(blobId);
      if (picture === undefined) return;
      add({ ...picture, urlUntil: Math.min(now() + rules.ttlMs, picture.keptUntil) });
    },
    async remove(blobId) {
      forget(state, blobId);
      await blobs.remove(blobId);
    },
    forget: (blobId) => forget(state, blobId),
    async ensureRoom(bytes, isHosted) {
      try {
        await blobs.ensureRoom(bytes, isHosted);
      } catch (thrown) {
        if (asPinholeError(thrown).code !== "storage_full") throw thrown;
        if (!(await giveWay(state, bytes, evict))) throw thrown;
        await blobs.ensureRoom(bytes, isHosted);
      }
    },
    tick: trim,
    restore(pictures) {
      for (const picture of pictures.toReversed()) add(picture);
      trim();
    },
  };
}

function addSpare(state: State, picture: KeptPicture): void {
  state.spare.set(picture.blobId, picture);
  state.spareBytes += picture.byteLength;
}

function forget(state: State, blobId: string): void {
  state.hosted.delete(blobId);
  const spare = state.spare.get(blobId);
  if (spare === undefined) return;
  state.spare.delete(blobId);
  state.spareBytes -= spare.byteLength;
}

/** Makes pictures spare whose URL has ended, and forgets those whose time is over: the store's sweep deletes them. */
function expire(state: State, time: number): void {
  for (const picture of state.hosted.values()) {
    if ((picture.urlUntil ?? 0) > time) break;
    state.hosted.delete(picture.blobId);
    addSpare(state, picture);
  }
  for (const picture of state.spare.values()) {
    if (picture.keptUntil > time) break;
    forget(state, picture.blobId);
  }
}

/** Evicts the oldest spare pictures until so many bytes are free. False where there were none. */
async function giveWay(
  state: State,
  bytes: number,
  evict: (picture: KeptPicture) => Promise<void>,
): Promise<boolean> {
  let freed = 0;
  for (const picture of state.spare.values()) {
    if (freed >= bytes) break;
    freed += picture.byteLength;
    await evict(picture);
  }
  return freed > 0;
}
