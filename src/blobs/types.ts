import type { BytesReader, Picture, PictureFormat } from "../core/picture.ts";

/** The facts that are kept about a stored image. Times are Unix milliseconds. */
export interface StoredBlob {
  /** 128 random bits, lower-case hex or base32, and what else the store says with it. */
  readonly id: string;
  readonly format: PictureFormat;
  readonly byteLength: number;
  readonly expiresAt: number;
}

export interface OpenBlob extends StoredBlob {
  /** The bytes from `start` (inclusive) to `end` (exclusive). `lent`: a chunk is only read until the next one is asked for. */
  chunks(start?: number, end?: number, lent?: boolean): AsyncIterable<Buffer>;
  /** For reading without waiting, where the bytes were written or read moments ago. */
  reader(): BytesReader | undefined;
}

/** A place where images rest. One suite of tests runs on every implementation. */
export interface BlobStore {
  /** True: other processes read it too, so that a picture is put before any record says that it is kept. */
  readonly isShared: boolean;
  /**
   * The id under which a picture is put until `until`, and with it the place where it goes. `random`: 128 random bits as
   * hexadecimal digits. `isHosted`: a URL leads to it.
   */
  place(random: string, picture: Picture, until: number, isHosted: boolean): string;
  /**
   * Keeps the picture until `expiresAt`, under an id that `place` gave for it. Where picture and store share a disk the
   * file is moved or linked, not copied; the picture's bytes stay readable either way. Throws storage_full, storage_unavailable.
   */
  put(id: string, picture: Picture, expiresAt: number): Promise<StoredBlob>;
  /** Undefined: unknown, expired or deleted. */
  open(id: string): Promise<OpenBlob | undefined>;
  /** Does nothing where there is none. */
  remove(id: string): Promise<void>;
  /**
   * Throws storage_full where the quota or a disk has no room for `bytes` more, or for more files, and, where the
   * picture is to be hosted, storage_unavailable where the store cannot be reached. Called before any paid call.
   */
  ensureRoom(bytes: number, isHosted?: boolean): Promise<void>;
  /** Forgets what expired before `now`. Returns how many. */
  sweep(now: number): Promise<number>;
  /** Throws where this node's own part of it cannot be written to; for readiness. Writes nothing. */
  ping(): Promise<void>;
}

/** A store that all nodes share. */
export interface SharedBlobStore extends BlobStore {
  /** A URL at which anybody may read the picture, for so many seconds at most and a quarter of an hour. */
  presign(id: string, secondsMax: number): Promise<string>;
  /** Asks a store that is away whether it is back; wants to be called every second. */
  look(): Promise<void>;
  /** Deletes pictures that are a day old and that no record names, a part of them at each call. Returns how many. */
  removeStrays(knownIds: KnownIds): Promise<number>;
}

/** Tells which ids that expire from `from` to `until` (both inclusive) records name. */
export type KnownIds = (from: number, until: number) => Promise<ReadonlySet<string>>;
