import { mkdirSync } from "node:fs";
import { readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { asDiskFault } from "../core/disk-fault.ts";
import { PinholeError } from "../core/errors.ts";
import {
  type KeptBytes,
  Picture,
  type PictureFacts,
  type PictureLimits,
  type PictureSpool,
  type PictureWriter,
} from "../core/picture.ts";
import { createByteStore, type ByteStore } from "./byte-store.ts";
import { createMemory } from "./memory.ts";
import { blamed, imageTooLarge } from "./picture-fault.ts";
import { createProbe, type Probe } from "./probe.ts";

/** The ending of spool files, which `sweepLeftovers` looks for. */
export const spoolExtension = ".spool";

export interface SpoolOptions {
  /** In the data folder, on the disk of the blob store; never a memory file system. Made with mode 0700. */
  readonly directory: string;
  /** Bytes of pictures in memory, over all requests. */
  readonly memoryBytesMax: number;
  /** Bytes of one picture in memory; above them it goes to a file. Absent: as much as there is. */
  readonly perPictureMemoryMax?: number | undefined;
  /** A new unique file name: letters, digits, hyphens. */
  readonly randomName: () => string;
}

/** All spools of the process. */
export interface Spools {
  /** One request's spool; `owner`: the id of its key. Dispose it when the request is over. */
  open(owner?: string): PictureSpool;
  /** Bytes of pictures in memory now. */
  memoryInUse(): number;
  /** Bytes of pictures held now, in memory and in files. */
  bytesInUse(): number;
  /** Deletes the files that a process before this one left. Returns how many. */
  sweepLeftovers(): Promise<number>;
}

/** Makes the directory; throws the file system's error where it cannot be made. */
export function createSpools(options: SpoolOptions): Spools {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const memory = createMemory(options.memoryBytesMax);
  const inUse = new Set<string>();
  let held = 0;
  const newStore = (): ByteStore =>
    createByteStore({
      onHeld: (bytes) => (held += bytes),
      memory,
      memoryBytesMax: options.perPictureMemoryMax ?? options.memoryBytesMax,
      newPath: () => {
        const path = join(options.directory, options.randomName() + spoolExtension);
        inUse.add(path);
        return path;
      },
      onGone: (path) => inUse.delete(path),
    });
  return {
    open: (owner) => openSpool(newStore, owner),
    memoryInUse: () => memory.inUse(),
    bytesInUse: () => held,
    async sweepLeftovers() {
      let swept = 0;
      for (const name of await readdir(options.directory)) {
        const path = join(options.directory, name);
        if (!name.endsWith(spoolExtension) || inUse.has(path)) continue;
        await unlink(path);
        swept += 1;
      }
      return swept;
    },
  };
}

function openSpool(newStore: () => ByteStore, owner: string | undefined): PictureSpool {
  const stores = new Set<ByteStore>();
  let disposed = false;
  return {
    owner,
    begin(limits) {
      if (disposed) throw new Error("The spool has been disposed.");
      const store = newStore();
      stores.add(store);
      return createWriter(limits, store, () => stores.delete(store));
    },
    dispose() {
      disposed = true;
      for (const store of stores) store.drop();
      stores.clear();
    },
  };
}

function createWriter(
  limits: PictureLimits,
  store: ByteStore,
  onDropped: () => void,
): PictureWriter {
  const isStripped = limits.strip === true;
  const probe = createProbe(isStripped ? (bytes) => store.append(bytes) : undefined);
  let byteLength = 0;
  let open = true;

  const abort = (): void => {
    open = false;
    store.drop();
    onDropped();
  };
  /** Runs a step; after a failure nothing of the picture is left. */
  const guarded = <T>(step: () => T): T => {
    if (!open) {
      throw new PinholeError("internal_error", {
        message: "The gateway failed while handling this image; try again.",
        detail: "A picture writer was used after its end.",
      });
    }
    try {
      return step();
    } catch (thrown) {
      abort();
      throw blamed(asDiskFault(thrown), limits);
    }
  };

  return {
    write(chunk) {
      guarded(() => {
        byteLength += chunk.byteLength;
        checkBytes(byteLength, limits);
        probe.write(chunk);
        checkFacts(probe.facts(), limits);
        if (isStripped) return;
        store.append(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      });
    },
    end() {
      return guarded(() => {
        const facts = probe.end();
        // A picture shorter than any magic is only recognised now.
        checkFacts(facts, limits);
        if (isStripped)
          for (const { at, bytes } of probe.cutting()?.patches ?? []) store.patch(at, bytes);
        const picture = new Picture(store.finish(), facts);
        open = false;
        return picture;
      });
    },
    facts: () => probe.facts(),
    abort() {
      if (open) abort();
    },
    kept: keptOf(probe, store, isStripped),
  };
}

function keptOf(probe: Probe, store: ByteStore, isStripped: boolean): KeptBytes {
  return {
    get byteLength() {
      return store.byteLength();
    },
    get isChanged() {
      return probe.cutting()?.isChanged === true;
    },
    get isPatched() {
      return isStripped && probe.cutting()?.isPatched === true;
    },
    get sure() {
      return isStripped ? (probe.cutting()?.sure ?? 0) : Number.POSITIVE_INFINITY;
    },
    pin: () => probe.pin(),
    read: (start) => store.read(start),
  };
}

function checkBytes(byteLength: number, { bytesMax }: PictureLimits): void {
  if (byteLength > bytesMax)
    throw imageTooLarge(
      `The image has more than the ${bytesMax} bytes allowed; send a smaller file.`,
    );
}

function checkFacts(
  facts: PictureFacts | undefined,
  { pixelsMax, edgeMax, framesMax }: PictureLimits,
): void {
  if (facts === undefined) return;
  const { width, height, frames } = facts;
  if (width * height > pixelsMax)
    throw imageTooLarge(
      `The image has ${width}x${height} pixels, ${width * height} in all; send one with at most ${pixelsMax}.`,
    );
  if (edgeMax !== undefined && Math.max(width, height) > edgeMax)
    throw imageTooLarge(
      `The image has ${width}x${height} pixels; send one with at most ${edgeMax} on each side.`,
    );
  if (frames > framesMax)
    throw imageTooLarge(
      `The image is an animation of at least ${frames} frames; send one with at most ${framesMax}.`,
    );
}
