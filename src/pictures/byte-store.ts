import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import type { Bytes } from "../core/picture.ts";
import { blockBytes, type Memory } from "./memory.ts";
import { fileBytes, memoryBytes } from "./picture-bytes.ts";

/** Chunks of at least this many bytes go to the file as they are; smaller ones are gathered first. */
const directBytesMin = 32_768;

/** One picture's bytes while they arrive and after: in memory, then in a file. */
export interface ByteStore {
  /** Copies the chunk. Throws the file system's error. */
  append(chunk: Buffer): void;
  /** Bytes so far. */
  byteLength(): number;
  /** A copy of the bytes from `start` on. Not after `finish`. */
  read(start: number): Buffer;
  /** Writes over bytes that are there. Not after `finish`. */
  patch(at: number, bytes: Buffer): void;
  /** No more bytes come. */
  finish(): Bytes;
  /** Frees memory, closes and deletes the file. Safe to call more than once. */
  drop(): void;
}

export interface ByteStoreOptions {
  readonly memory: Memory;
  /** Bytes of this one picture in memory. */
  readonly memoryBytesMax: number;
  /** A path in the spool directory that nothing uses yet. */
  readonly newPath: () => string;
  /** Told of every change of the bytes held: positive as they come, negative when they are dropped. */
  readonly onHeld: (bytes: number) => void;
  /** Told of the path once the file has gone or was given up. */
  readonly onGone: (path: string) => void;
}

interface State {
  readonly options: ByteStoreOptions;
  blocks: Buffer[];
  /** Bytes in the last block. */
  fill: number;
  byteLength: number;
  path: string | undefined;
  /** A file descriptor while the file is being written. */
  file: number | undefined;
  /** True once somebody was handed blocks. */
  shown: boolean;
  dropped: boolean;
}

/** An empty store. */
export function createByteStore(options: ByteStoreOptions): ByteStore {
  const state: State = {
    options,
    blocks: [],
    fill: blockBytes,
    byteLength: 0,
    path: undefined,
    file: undefined,
    shown: false,
    dropped: false,
  };
  return {
    append: (chunk) => append(state, chunk),
    byteLength: () => state.byteLength,
    read: (start) => read(state, start),
    patch: (at, bytes) => patch(state, at, bytes),
    finish: () => finish(state),
    drop: () => drop(state),
  };
}

function append(state: State, chunk: Buffer): void {
  if (state.dropped) throw new Error("The picture's spool has been disposed.");
  state.byteLength += chunk.length;
  state.options.onHeld(chunk.length);
  let rest = chunk;
  while (rest.length > 0) {
    if (state.file !== undefined && rest.length >= directBytesMin) {
      flush(state);
      writeFully(state, rest);
      return;
    }
    if (makeRoom(state)) rest = rest.subarray(gather(state, rest));
    else if (state.file === undefined) spill(state);
    else {
      writeFully(state, rest);
      return;
    }
  }
}

/** Makes room for at least one byte in the last block; false where memory has none. */
function makeRoom(state: State): boolean {
  if (state.fill < blockBytes) return true;
  const { memory, memoryBytesMax } = state.options;
  if (state.file !== undefined) flush(state);
  else if ((state.blocks.length + 1) * blockBytes > memoryBytesMax) return false;
  const block = memory.take();
  if (block === undefined) return false;
  state.blocks.push(block);
  state.fill = 0;
  return true;
}

/** Copies what fits into the last block; says how much that was. */
function gather(state: State, chunk: Buffer): number {
  const block = state.blocks.at(-1);
  if (block === undefined) throw new Error("There is no block to gather into.");
  const count = Math.min(blockBytes - state.fill, chunk.length);
  chunk.copy(block, state.fill, 0, count);
  state.fill += count;
  return count;
}

/** From memory to a file, in mid-picture. */
function spill(state: State): void {
  const path = state.options.newPath();
  try {
    state.file = openSync(path, "wx+", 0o600);
  } catch (thrown) {
    state.options.onGone(path);
    throw thrown;
  }
  state.path = path;
  flush(state);
}

/** Writes the blocks out and frees them. In file mode there is at most one, for gathering. */
function flush(state: State): void {
  const full = state.blocks;
  state.blocks = [];
  try {
    for (const [index, block] of full.entries())
      writeFully(state, block.subarray(0, index === full.length - 1 ? state.fill : blockBytes));
  } finally {
    for (const block of full) state.options.memory.give(block, true);
  }
  state.fill = blockBytes;
}

function writeFully({ file }: State, bytes: Buffer): void {
  if (file === undefined) throw new Error("The spool file is closed.");
  let at = 0;
  while (at < bytes.length) at += writeSync(file, bytes, at, bytes.length - at);
}

function read(state: State, start: number): Buffer {
  const copy = Buffer.alloc(state.byteLength - start);
  const { file } = state;
  if (file !== undefined) flush(state);
  for (let done = 0; done < copy.length;) {
    const at = start + done;
    done +=
      file === undefined
        ? copyOfBlocks(state, at, copy, done)
        : readSync(file, copy, done, copy.length - done, at);
  }
  return copy;
}

/** Copies of one block what it has from there on; says how much that was. */
function copyOfBlocks({ blocks }: State, at: number, target: Buffer, to: number): number {
  const block = blocks[Math.floor(at / blockBytes)];
  if (block === undefined) throw new Error("The picture's spool has been disposed.");
  return block.copy(target, to, at % blockBytes);
}

function patch(state: State, at: number, bytes: Buffer): void {
  const { file } = state;
  if (file !== undefined) {
    flush(state);
    writeSync(file, bytes, 0, bytes.length, at);
    return;
  }
  for (let done = 0; done < bytes.length; done += 1) {
    const block = state.blocks[Math.floor((at + done) / blockBytes)];
    block?.writeUInt8(bytes.readUInt8(done), (at + done) % blockBytes);
  }
}

function finish(state: State): Bytes {
  const { memory } = state.options;
  if (state.file !== undefined && state.path !== undefined) {
    flush(state);
    closeSync(state.file);
    state.file = undefined;
    return fileBytes(state.path, state.byteLength);
  }
  const last = state.blocks.pop();
  if (last !== undefined)
    state.blocks.push(state.fill < blockBytes ? memory.shrink(last, state.fill) : last);
  const onRead = (): void => {
    state.shown = true;
  };
  return memoryBytes(() => state.blocks, state.byteLength, onRead);
}

function drop(state: State): void {
  if (!state.dropped) state.options.onHeld(-state.byteLength);
  state.dropped = true;
  for (const block of state.blocks) state.options.memory.give(block, !state.shown);
  state.blocks = [];
  if (state.file !== undefined) closeSync(state.file);
  state.file = undefined;
  if (state.path === undefined) return;
  const gone = state.path;
  state.path = undefined;
  try {
    unlinkSync(gone);
  } catch (thrown) {
    // Moved away by whoever keeps it now.
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT")) throw thrown;
  } finally {
    state.options.onGone(gone);
  }
}
