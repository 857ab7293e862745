import type { FoundHead } from "./entry.ts";

/** A picture's place in its segment. */
export interface Entry extends FoundHead {
  /** Of the picture's first byte. */
  readonly offset: number;
  /** When it was written or read last by this process; Unix milliseconds. */
  touchedAt: number;
  /** The file's time of change (nanoseconds) when the picture was last found to be whole; undefined: not looked at yet. */
  wholeAt: bigint | undefined;
}

/** One file of the kept log. */
export interface Segment {
  /** The segment's number, which is its file's name; later ones are greater. */
  readonly sequence: number;
  readonly path: string;
  readonly entries: Map<string, Entry>;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Open while it is written to. */
  file: number | undefined;
  /** Writes that run, of pictures too long for one go. */
  writers: number;
  sealed: boolean;
  /** Bytes of its pictures and their heads. */
  byteLength: number;
  /** The file's length where it was used before: it may hold so much that is none of its pictures. */
  oldBytes: number;
  /** Pictures ever put in, deleted ones too. */
  places: number;
  /** The latest expiry of its pictures; Unix milliseconds. */
  lastExpiry: number;
  /** Reads that run; the bytes of pictures that are deleted meanwhile are wiped after them. */
  readers: number;
  wipes: Entry[];
  gone: boolean;
}

/** A segment without pictures. */
export function newSegment(sequence: number, path: string, createdAt: number): Segment {
  return {
    sequence,
    path,
    entries: new Map(),
    createdAt,
    file: undefined,
    writers: 0,
    sealed: false,
    byteLength: 0,
    oldBytes: 0,
    places: 0,
    lastExpiry: 0,
    readers: 0,
    wipes: [],
    gone: false,
  };
}

/** Enters the next picture of a segment, which its file holds or is about to hold. */
export function takePlace(segment: Segment, head: { readonly expiresAt: number }): void {
  segment.places += 1;
  segment.lastExpiry = Math.max(segment.lastExpiry, head.expiresAt);
}
