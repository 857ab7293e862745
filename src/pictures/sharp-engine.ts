import type { Sharp, SharpOptions } from "sharp";
import { asDiskFault, storageFull } from "../core/disk-fault.ts";
import { PinholeError } from "../core/errors.ts";
import { imageTooLarge, invalidImage } from "./picture-fault.ts";
import { createTurns, type Turn } from "./turns.ts";
import { workBytesMax } from "./work-bytes.ts";

/** The only decoders that are ever let near bytes from outside (https://sharp.pixelplumbing.com/security). */
const unblockedLoaders = ["VipsForeignLoadPng", "VipsForeignLoadJpeg", "VipsForeignLoadWebp"];

/** Pixels without a header. */
export interface RawShape {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
}

/** Begins a pipeline over a file (its path), a whole file in memory, or raw pixels. */
export type OpenImage = (input: string | Uint8Array, raw?: RawShape) => Sharp;

export interface EngineOptions {
  /** Pixels of a picture that may be decoded. */
  readonly pixelsMax: number;
  /** Conversions at once. Each holds a thread of libuv's four, which files and DNS share. */
  readonly runningMax: number;
  /** Conversions that may wait for one of those; of one owner a quarter of them. */
  readonly waitingMax: number;
  /** Seconds of work on one picture. */
  readonly timeoutSeconds: number;
}

/** The one place that touches sharp. Its work runs on libuv's threads, never on the main one. */
export interface SharpEngine {
  /**
   * Runs one conversion when its turn comes; its weight is the bytes that it holds. Throws invalid_image,
   * image_too_large, storage_full, overloaded, and request_timeout where nobody waits any more.
   */
  run<T>(turn: Turn, work: (open: OpenImage) => Promise<T>): Promise<T>;
}

/** An engine. The library is loaded on first use, so that starting stays quick and small. */
export function createSharpEngine(options: EngineOptions): SharpEngine {
  const turns = createTurns({
    runningMax: options.runningMax,
    weightMax: workBytesMax,
    waitingMax: options.waitingMax,
    waitingOfOneMax: Math.ceil(options.waitingMax / 4),
  });
  let opener: Promise<OpenImage> | undefined;
  return {
    run: (turn, work) =>
      turns.run(turn, async () => {
        opener ??= loadSharp(options);
        const open = await opener;
        try {
          return await work(open);
        } catch (thrown) {
          throw readSharpError(thrown, options);
        }
      }),
  };
}

async function loadSharp({ pixelsMax, timeoutSeconds }: EngineOptions): Promise<OpenImage> {
  const { default: sharp } = await import("sharp");
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({ operation: unblockedLoaders });
  // One picture, one thread: the queue decides how many at once. Nothing is converted twice, so a cache only costs.
  sharp.concurrency(1);
  sharp.cache(false);
  return (input, raw) => {
    const settings: SharpOptions = {
      limitInputPixels: pixelsMax,
      // Warnings (a colour profile with a flaw, bytes between segments) stand in files that every browser shows.
      failOn: "error",
      ...(raw === undefined ? {} : { raw }),
    };
    return sharp(input, settings).timeout({ seconds: timeoutSeconds });
  };
}

/** libvips reports everything as text. */
function readSharpError(thrown: unknown, { pixelsMax, timeoutSeconds }: EngineOptions): unknown {
  // The library's own are plain errors without a code; files have codes, mistakes in code have other names.
  if (!(thrown instanceof Error) || thrown instanceof PinholeError) return thrown;
  if ("code" in thrown || thrown.name !== "Error") return asDiskFault(thrown);
  const text = thrown.message;
  if (/No space left on device|quota exceeded/i.test(text)) return storageFull(text, thrown);
  // As asPinholeError would have it, had the library kept the system's code.
  if (/Too many open files/i.test(text)) return Object.assign(new Error(text), { code: "EMFILE" });
  if (/exceeds pixel limit/.test(text))
    return imageTooLarge(
      `The image has more than the ${pixelsMax} pixels that can be processed; send a smaller one.`,
    );
  if (text.startsWith("timeout"))
    return imageTooLarge(
      `The image could not be processed within ${timeoutSeconds} seconds; send a smaller or simpler one.`,
    );
  if (/unable to open for write|Input file is missing|^Expected |^Unable to parse/.test(text))
    return thrown;
  return invalidImage(
    "The image cannot be decoded: its data is damaged; save it again with an image program and send that.",
    thrown,
  );
}
