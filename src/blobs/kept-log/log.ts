import { mkdirSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { asDiskFault } from "../../core/disk-fault.ts";
import { asPinholeError } from "../../core/errors.ts";
import type { GatewayLog } from "../../core/log.ts";
import type { Picture } from "../../core/picture.ts";
import type { OpenBlob, StoredBlob } from "../types.ts";
import { headBytes, isKeptId } from "./entry.ts";
import { type LoadedSegment, loadSegment } from "./load-segment.ts";
import { openEntry } from "./open-entry.ts";
import { appendPicture, createSegment, dropSegment, sealSegment, wipePicture } from "./segment.ts";
import type { Segment } from "./segment-state.ts";
import { SpareFile } from "./spare-file.ts";

/** Bytes that a picture counts for at least, so that the list of a full log's pictures stays short. */
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
  /** Time for which pictures are kept at most, milliseconds: a segment is written to for a part of that. */
  readonly retentionMs: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Told of pictures that are damaged. */
  readonly log: GatewayLog;
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
  readonly spare: SpareFile;
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
    spare: new SpareFile(options.directory),
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
      // A failure reaches those who await it; until somebody does, the rejection must not end the process.
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
      if (entry.expiresAt <= options.now()) return undefined;
      const blob = await openEntry(segment, entry, options.now);
      if (blob === undefined) lose(state, segment, id);
      return blob;
    },
    async remove(id) {
      await loaded;
      const segment = holderOf(state, id);
      return segment !== undefined && wipePicture(segment, id);
    },
    drop(id) {
      const segment = state.segments.find((one) => segmentId(one) === id);
      if (segment === undefined) return false;
      forget(state, segment, state.spare);
      return true;
    },
    async sweep(now) {
      await loaded;
      // Nothing that expired stays on the disk longer than it takes until the next sweep.
      state.spare.discard();
      return sweep(state, now);
    },
    byteLength: () =>
      state.segments.reduce(
        (sum, { byteLength, oldBytes }) => sum + Math.max(byteLength, oldBytes),
        state.spare.byteLength(),
      ),
    close() {
      seal(state);
      state.spare.discard();
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
    await appendPicture(segment, head, bytes, state.options.now());
  } catch (thrown) {
    // A segment that could not be written to is written to no more.
    seal(state);
    throw asDiskFault(thrown);
  }
  return head;
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
  const path = join(options.directory, segmentName(state.next));
  const segment = createSegment(state.next, path, state.spare, options.now());
  state.next += 1;
  state.segments.push(segment);
  state.current = segment;
  tell(state, segment, Math.max(segmentBytes, bytes));
  return segment;
}

/** Ends the current segment, which from now on counts for what is in it. */
function seal(state: State): void {
  const { current } = state;
  state.current = undefined;
  if (current === undefined || current.gone) return;
  sealSegment(current);
  tell(state, current, current.byteLength);
}

function tell(state: State, segment: Segment, byteLength: number): void {
  const { retentionMs } = state.options;
  // An open segment may get pictures until it is too old; the last of them decides.
  const keptUntil = segment.sealed
    ? segment.lastExpiry
    : segment.createdAt + retentionMs / segmentsWanted + retentionMs;
  state.onSegment({ id: segmentId(segment), byteLength, keptUntil });
}

function forget(state: State, segment: Segment, spare?: SpareFile): void {
  if (state.current === segment) state.current = undefined;
  state.segments = state.segments.filter((one) => one !== segment);
  dropSegment(segment, spare);
}

/** Forgets a picture that is damaged: it is not there any more for anybody. */
function lose({ options }: State, { path, entries }: Segment, id: string): void {
  // Two readers may find the damage at once; only the first tells of it.
  if (entries.delete(id)) options.log.warn({ blob: id, file: path }, "a kept image is damaged");
}

/** Reads what an earlier process left, oldest first. */
async function load(state: State): Promise<void> {
  const { directory, log } = state.options;
  for (const name of (await readdir(directory)).toSorted()) {
    const path = join(directory, name);
    const sequence = readSegmentName(name);
    if (sequence === undefined) {
      if (bootName.test(name)) await rm(path, { force: true });
      continue;
    }
    state.next = sequence + 1;
    try {
      take(state, await loadSegment(sequence, path));
    } catch (thrown) {
      const { detail } = asPinholeError(thrown);
      log.error({ detail, file: path }, "a file of kept images could not be read");
    }
  }
}

function take(state: State, { segment, damagedBytes, tailBytes }: LoadedSegment): void {
  const { log } = state.options;
  const file = segment.path;
  if (damagedBytes > 0)
    log.warn({ bytes: damagedBytes, file }, "a part of a file of kept images is damaged");
  if (tailBytes > 0)
    log.info(
      { bytes: tailBytes, file },
      "the end of a file of kept images holds none; it was cut off",
    );
  if (segment.entries.size === 0) {
    dropSegment(segment);
    return;
  }
  state.segments.push(segment);
  tell(state, segment, segment.byteLength);
}

function segmentName(sequence: number): string {
  return `${sequence.toString(36).padStart(8, "0")}.kept`;
}

function readSegmentName(name: string): number | undefined {
  const digits = /^([0-9a-z]{8})\.kept$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 36);
}

/** The name of a file that an earlier version wrote over: its pictures have no checksum, so nobody knows what is in it. */
const bootName = /^[0-9a-z]{8}\.[0-9a-f]{32}\.kept$/;
