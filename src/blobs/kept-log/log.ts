import { mkdirSync, unlinkSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { asDiskFault } from "../../core/disk-fault.ts";
import type { Picture } from "../../core/picture.ts";
import { expired, fileChunks, fileReader, warmMs } from "../files/file-chunks.ts";
import { headBytes, isKeptId } from "./entry.ts";
import {
  appendPicture,
  createSegment,
  dropSegment,
  loadSegment,
  readSegment,
  reuseSegment,
  sealSegment,
  wipePicture,
} from "./segment.ts";
import type { Entry, Segment } from "./segment-state.ts";
import { readSegmentName, segmentName, settleNow, settleRested } from "./segment-files.ts";
import { SpareSegment } from "./spare.ts";
import type { OpenBlob, StoredBlob } from "../types.ts";

/** What a picture counts for at least, so that the list of a full log's pictures stays short. */
const placeBytes = 16 * 1024;
const segmentBytesMin = 256 * 1024;
const segmentBytesMax = 64 * 1024 * 1024;
/** A log at its bound has about so many segments: dropping the oldest loses little. */
const segmentsWanted = 16;

export interface KeptLogOptions {
  /** Made with mode 0700. One process at a time. */
  readonly directory: string;
  /** Bytes that all segments together are meant to take; whoever counts them drops the oldest. */
  readonly bytesWanted: number;
  /**
   * Names the machine's running since its last start, 32 hexadecimal digits. Files are written over only
   * where it is known: after a power cut such a file may hold anything, so it is not read then.
   */
  readonly boot: string | undefined;
  /** How long pictures are kept at most, milliseconds: a segment is written to for a part of that. */
  readonly retentionMs: number;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Told of a segment that has been begun, ended or found; or, with 0 bytes, that has gone by itself. */
export type OnSegment = (segment: SegmentFacts) => void;

/** A segment as it is counted. */
export interface SegmentFacts {
  /** By which `drop` knows it. */
  readonly id: string;
  /** Bytes that it takes, or while it is written to may come to take. */
  readonly byteLength: number;
  /** When nothing in it will be wanted any more; Unix milliseconds. */
  readonly keptUntil: number;
}

/** Pictures that no URL points to, kept for clients that come back. */
export interface KeptLog {
  /** Call once, before anything else: reads what an earlier process left, in the background. */
  begin(onSegment: OnSegment): void;
  /** Throws storage_full. A picture that is larger than all that is wanted is not kept. */
  put(id: string, picture: Picture, expiresAt: number): Promise<StoredBlob>;
  open(id: string): Promise<OpenBlob | undefined>;
  remove(id: string): Promise<boolean>;
  /** Forgets a whole segment. False where there is none of that id. */
  drop(segmentId: string): boolean;
  /** Forgets segments of which everything expired before `now`. Returns how many pictures. */
  sweep(now: number): Promise<number>;
  /** Bytes on the disk now. */
  byteLength(): number;
  close(): void;
}

interface State {
  readonly options: KeptLogOptions;
  readonly segmentBytes: number;
  readonly spare: SpareSegment;
  /** Oldest first. */
  segments: Segment[];
  current: Segment | undefined;
  next: number;
  onSegment: OnSegment;
}

const segmentId = ({ sequence }: Pick<Segment, "sequence">): string =>
  `kseg${sequence.toString(36).padStart(16, "0")}`;

/**
 * An append-only log of pictures in a few large files. A file each would cost more than all the rest
 * of a small request: creating, linking and deleting names is what a file system is slow at. What is
 * known of the pictures is in memory, and is read again from the segments' heads after a restart, in
 * the background. Not fsynced, like every picture (`place-file.ts`).
 */
export function openKeptLog(options: KeptLogOptions): KeptLog {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const { bytesWanted } = options;
  const share = Math.max(segmentBytesMin, Math.floor(bytesWanted / segmentsWanted));
  // A segment counts whole from its beginning, so one larger than the bound would go at once.
  const segmentBytes = Math.min(segmentBytesMax, share, bytesWanted);
  const state: State = {
    options,
    segmentBytes,
    spare: new SpareSegment(options.directory),
    segments: [],
    current: undefined,
    next: 0,
    onSegment: () => undefined,
  };
  let loaded = Promise.resolve();
  return {
    begin(onSegment) {
      state.onSegment = onSegment;
      loaded = load(state);
      // Whoever needs the list is told of the failure; nobody may be needing it yet.
      loaded.catch(() => undefined);
    },
    async put(id, picture, expiresAt) {
      await loaded;
      return put(state, id, picture, expiresAt);
    },
    async open(id) {
      await loaded;
      const segment = holderOf(state, id);
      const entry = segment?.entries.get(id);
      if (segment === undefined || entry === undefined) return undefined;
      return entry.expiresAt <= options.now() ? undefined : openEntry(segment, entry, options.now);
    },
    async remove(id) {
      await loaded;
      const segment = holderOf(state, id);
      return segment !== undefined && wipePicture(segment, id);
    },
    drop(id) {
      const segment = state.segments.find((one) => segmentId(one) === id);
      if (segment === undefined) return false;
      forget(state, segment, options.boot === undefined ? undefined : state.spare);
      return true;
    },
    async sweep(now) {
      await loaded;
      // Nothing that expired stays on the disk longer than it takes until the next sweep.
      state.spare.discard();
      const swept = sweep(state, now);
      await settleRested([...state.segments], now);
      return swept;
    },
    byteLength: () =>
      state.segments.reduce(
        (sum, { byteLength, oldBytes }) => sum + Math.max(byteLength, oldBytes),
        state.spare.byteLength(),
      ),
    close() {
      seal(state);
      state.spare.discard();
      settleNow(state.segments);
    },
  };
}

function sweep(state: State, now: number): number {
  let swept = 0;
  for (const segment of state.segments) {
    if (segment.lastExpiry >= now || segment.places === 0) continue;
    swept += segment.entries.size;
    forget(state, segment);
    state.onSegment({ id: segmentId(segment), byteLength: 0, keptUntil: 0 });
  }
  return swept;
}

function holderOf({ segments }: State, id: string): Segment | undefined {
  return segments.find(({ entries }) => entries.has(id));
}

async function put(
  state: State,
  id: string,
  { format, bytes }: Picture,
  expiresAt: number,
): Promise<StoredBlob> {
  if (!isKeptId(id)) throw new TypeError(`${id} is no id of the kept log.`);
  const head = { id, format, byteLength: bytes.byteLength, expiresAt: Math.ceil(expiresAt) };
  if (headBytes + head.byteLength > state.options.bytesWanted) return head;
  try {
    const segment = segmentFor(state, headBytes + head.byteLength);
    await appendPicture(segment, { ...head, touchedAt: state.options.now() }, bytes);
  } catch (thrown) {
    // Of a segment that could not be written to nothing more is expected.
    seal(state);
    throw asDiskFault(thrown);
  }
  return head;
}

function openEntry(segment: Segment, entry: Entry, now: () => number): OpenBlob {
  const { id, format, byteLength, expiresAt, offset } = entry;
  const isWarm = (): boolean => now() - entry.touchedAt < warmMs;
  const begin = (): (() => void) => {
    if (segment.gone || !segment.entries.has(id)) throw expired(undefined);
    entry.touchedAt = now();
    return readSegment(segment);
  };
  return {
    id,
    format,
    byteLength,
    expiresAt,
    reader: () => (isWarm() ? fileReader(segment.path, offset, begin()) : undefined),
    async *chunks(start = 0, end = byteLength, lent = false) {
      const warm = isWarm();
      const finish = begin();
      const last = offset + Math.min(end, byteLength);
      const from = offset + Math.max(0, start);
      try {
        yield* fileChunks({ path: segment.path, start: from, end: last, lent, warm });
      } finally {
        finish();
      }
    },
  };
}

/** The segment that so many bytes go to; a new one where the current one is full or old. */
function segmentFor(state: State, bytes: number): Segment {
  const { options, segmentBytes, current } = state;
  if (current !== undefined) {
    const isFull =
      current.byteLength + bytes > segmentBytes || current.places >= segmentBytes / placeBytes;
    const isOld = options.now() - current.createdAt > options.retentionMs / segmentsWanted;
    if (!isFull && !isOld) return current;
    seal(state);
  }
  const segment = beginSegment(state);
  state.next += 1;
  state.segments.push(segment);
  state.current = segment;
  tell(state, segment, Math.max(segmentBytes, bytes));
  return segment;
}

function beginSegment({ options, next, spare }: State): Segment {
  const pathOf = (boot: string | undefined): string =>
    join(options.directory, segmentName({ sequence: next, boot }));
  const { boot } = options;
  const reused = boot === undefined ? undefined : spare.rename(pathOf(boot));
  return reused === undefined
    ? createSegment(next, pathOf(undefined), options.now())
    : reuseSegment(next, reused, options.now(), boot);
}

/** Ends the current segment, which from now on counts for what is in it. */
function seal(state: State): void {
  const { current } = state;
  state.current = undefined;
  if (current === undefined || current.gone) return;
  sealSegment(current);
  current.sealedAt = state.options.now();
  tell(state, current, current.byteLength);
}

function tell(state: State, segment: Segment, byteLength: number): void {
  const { retentionMs } = state.options;
  // While it is written to, the last picture that may still come decides.
  const keptUntil = segment.sealed
    ? segment.lastExpiry
    : segment.createdAt + retentionMs / segmentsWanted + retentionMs;
  state.onSegment({ id: segmentId(segment), byteLength, keptUntil });
}

function forget(state: State, segment: Segment, spare?: SpareSegment): void {
  if (state.current === segment) state.current = undefined;
  state.segments = state.segments.filter((one) => one !== segment);
  dropSegment(segment, spare);
}

/** Reads what an earlier process left, oldest first. */
async function load(state: State): Promise<void> {
  const { directory, boot } = state.options;
  for (const file of (await readdir(directory)).toSorted()) {
    const name = readSegmentName(file);
    if (name === undefined) continue;
    const path = join(directory, file);
    state.next = name.sequence + 1;
    if (name.boot !== undefined && name.boot !== boot) {
      // Written over when the machine went down: another picture's bytes may be where one is to be.
      unlinkSync(path);
      continue;
    }
    const segment = await loadSegment(name, path);
    if (segment.entries.size === 0) {
      dropSegment(segment);
      continue;
    }
    state.segments.push(segment);
    tell(state, segment, segment.byteLength);
  }
}
