import type { BytesReader, Picture, PictureFormat } from "../core/picture.ts";

/** The facts that are kept about a stored image. Times are Unix milliseconds. */
export interface StoredBlob {
  /** 128 random bits, lower-case hex or base32. */
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
  /**
   * Keeps the picture until `expiresAt`. Where picture and store share a disk the file is moved or
   * linked, not copied; the picture's bytes stay readable either way. Throws storage_full.
   */
  put(id: string, picture: Picture, expiresAt: number): Promise<StoredBlob>;
  /** Undefined: unknown, expired or deleted. */
  open(id: string): Promise<OpenBlob | undefined>;
  /** False where there was none. */
  remove(id: string): Promise<boolean>;
  /**
   * Throws storage_full where the quota or a disk has no room for `bytes` more, or for more files. Called before any
   * paid call.
   */
  ensureRoom(bytes: number): Promise<void>;
  /** Forgets what expired before `now`. Returns how many. */
  sweep(now: number): Promise<number>;
  /** A write and a delete, for readiness. */
  ping(): Promise<void>;
}
