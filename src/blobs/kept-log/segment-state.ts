import type { EntryHead } from "./entry.ts";

/** Where a picture is in its segment. */
export interface Entry extends EntryHead {
  /** Of the picture's first byte. */
  readonly offset: number;
  /** When it was written or read last by this process; Unix milliseconds. */
  touchedAt: number;
}

/** One file of the kept log. */
export interface Segment {
  /** Its number, which is its file's name; later ones are greater. */
  readonly sequence: number;
  /** Changes once its content is on the disk. */
  path: string;
  /** Of the boot in whose page cache it is; undefined: nothing of an earlier use can be in it. */
  boot: string | undefined;
  readonly entries: Map<string, Entry>;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Open while it is written to. */
  file: number | undefined;
  /** Writes that run, of pictures too long for one go. */
  writers: number;
  sealed: boolean;
  /** When that was, in this process; Unix milliseconds. */
  sealedAt: number;
  /** Bytes of its pictures and their heads. */
  byteLength: number;
  /** Bytes of an earlier use that the file may be longer by, at most. */
  oldBytes: number;
  /** Pictures ever put in, deleted ones too. */
  places: number;
  /** The latest expiry of its pictures; Unix milliseconds. */
  lastExpiry: number;
  /** Reads that run; what is deleted meanwhile is wiped after them. */
  readers: number;
  wipes: Entry[];
  gone: boolean;
}
