import type { Sharp } from "sharp";
import { open as openFile, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  outputFormats,
  wholeBytes,
  type OutputFormat,
  type Picture,
  type PictureLimits,
  type PictureSpool,
  type Raster,
} from "../core/picture.ts";
import type { Size } from "../core/request.ts";
import { upstreamImageBytesMax, upstreamImageFramesMax, upstreamImagePixelsMax } from "./limits.ts";
import { blockBytes } from "./memory.ts";
import { blamed, invalidImage } from "./picture-fault.ts";
import { createSharpEngine, type OpenImage, type SharpEngine } from "./sharp-engine.ts";
import { spoolExtension } from "./spool.ts";

/** Seconds of work on one picture: 100 megapixels as WebP take about 20. */
export const conversionSecondsMax = 120;
/** Conversions at once; two of libuv's four threads stay free for files and DNS. */
export const conversionsRunningMax = 2;
/** Conversions that may wait. Each holds a spooled picture, not memory. */
export const conversionsWaitingMax = 1_000;
/** Below this quality JPEG colours are kept at half the resolution, as is usual. */
const fullColourQualityMin = 90;
/** For inputs that are only turned upright: no loss that anyone sees. */
const normaliseCompression = 95;

export interface ConvertOptions {
  readonly format: OutputFormat;
  /** 0 (smallest) to 100 (best, the default); jpeg and webp only. */
  readonly compression?: number | undefined;
  /** Made exactly this size, stretched where the shape differs. Pixels. */
  readonly size?: Size | undefined;
  /** A CSS colour to lay under the picture. JPEG has no transparency and gets white where this is absent. */
  readonly background?: string | undefined;
  /** Whose fault it is when the picture cannot be decoded; the caller's unless said. */
  readonly blame?: PictureLimits["blame"];
}

export interface ConverterOptions {
  /** Where results are written before they enter a spool: the spools' own directory. */
  readonly directory: string;
  /** A new unique file name: letters, digits, hyphens. */
  readonly randomName: () => string;
  readonly pixelsMax?: number;
  readonly runningMax?: number;
  readonly waitingMax?: number;
  readonly timeoutSeconds?: number;
}

/**
 * Makes pictures of pictures. Whatever comes out is upright, 8-bit sRGB and without metadata (EXIF,
 * GPS, colour profiles, text). Of an animation only the first frame remains. Everything throws
 * invalid_image, image_too_large, storage_full or overloaded.
 */
export interface Converter {
  convert(picture: Picture, options: ConvertOptions, spool: PictureSpool): Promise<Picture>;
  /** The same picture upright and without metadata; the same object where `needsNormalising` says no. */
  normalise(picture: Picture, spool: PictureSpool): Promise<Picture>;
  decode(picture: Picture): Promise<Raster>;
  /** PNG and WebP keep alpha; JPEG is flattened on white. `compression` as in `ConvertOptions`. */
  encode(
    raster: Raster,
    format: OutputFormat,
    compression: number | undefined,
    spool: PictureSpool,
  ): Promise<Picture>;
  /** Any other pipeline, for files of this folder: `work` gets the upright picture and ends in an output format. */
  render(
    picture: Picture,
    spool: PictureSpool,
    work: (image: Sharp, open: OpenImage) => Sharp | Promise<Sharp>,
    blame?: PictureLimits["blame"],
  ): Promise<Picture>;
}

/**
 * True where a picture must be re-encoded before an upstream sees it: it lies on its side and only
 * EXIF says so, which upstreams read or ignore as they like; a mask would fit one reading only.
 * Everything else is passed on byte for byte (CONTRACT, edits).
 */
export function needsNormalising(picture: Picture): boolean {
  return picture.orientation !== 1;
}

/** A converter with its own queue. Nothing is loaded before the first use. */
export function createConverter(options: ConverterOptions): Converter {
  const engine = createSharpEngine({
    pixelsMax: options.pixelsMax ?? upstreamImagePixelsMax,
    runningMax: options.runningMax ?? conversionsRunningMax,
    waitingMax: options.waitingMax ?? conversionsWaitingMax,
    timeoutSeconds: options.timeoutSeconds ?? conversionSecondsMax,
  });
  const scratchPath = (): string => join(options.directory, options.randomName() + spoolExtension);
  const limits = outputLimits(options.pixelsMax ?? upstreamImagePixelsMax);

  const finish = (image: Sharp, spool: PictureSpool): Promise<Picture> =>
    writeThrough(image, scratchPath(), () => spool.begin(limits));
  const render: Converter["render"] = (picture, spool, work, blame) =>
    withPicture(engine, picture, blame, async (image, open) =>
      finish(await work(image, open), spool),
    );
  const convert: Converter["convert"] = (picture, wanted, spool) =>
    render(picture, spool, (image) => shape(image, wanted), wanted.blame);

  return {
    convert,
    render,
    async normalise(picture, spool) {
      if (!needsNormalising(picture)) return picture;
      return convert(
        picture,
        { format: readable(picture), compression: normaliseCompression },
        spool,
      );
    },
    decode: (picture) =>
      withPicture(engine, picture, "caller", async (image) => {
        const { data, info } = await image
          .ensureAlpha()
          .toColourspace("srgb")
          .raw()
          .toBuffer({ resolveWithObject: true });
        return { width: info.width, height: info.height, rgba: data };
      }),
    encode: ({ width, height, rgba }, format, compression, spool) =>
      engine.run((open) =>
        finish(shape(open(rgba, { width, height, channels: 4 }), { format, compression }), spool),
      ),
  };
}

/** A made picture may be larger in bytes than any that is let in, never larger than an upstream's. */
function outputLimits(pixelsMax: number): PictureLimits {
  return { bytesMax: upstreamImageBytesMax, pixelsMax, framesMax: upstreamImageFramesMax };
}

function readable(picture: Picture): OutputFormat {
  const format = outputFormats.find((word) => word === picture.format);
  if (format !== undefined) return format;
  throw invalidImage(
    `A ${picture.format} image cannot be processed here; send a PNG, JPEG or WebP file.`,
  );
}

async function withPicture<T>(
  engine: SharpEngine,
  picture: Picture,
  blame: PictureLimits["blame"],
  work: (image: Sharp, open: OpenImage) => Promise<T>,
): Promise<T> {
  try {
    readable(picture);
    return await engine.run(async (open) => {
      // Read only when its turn has come, so that waiting pictures hold no second copy.
      const input = picture.bytes.path ?? (await wholeBytes(picture.bytes, upstreamImageBytesMax));
      return work(open(input).autoOrient(), open);
    });
  } catch (thrown) {
    throw blamed(thrown, blame === undefined ? {} : { blame });
  }
}

/** `image` with the wanted size, colours and format. */
function shape(image: Sharp, { format, compression, size, background }: ConvertOptions): Sharp {
  const sized =
    size === undefined
      ? image
      : image.resize(size.width, size.height, { fit: "fill", kernel: "lanczos3" });
  const under = background ?? (format === "jpeg" ? "#ffffff" : undefined);
  const laid = under === undefined ? sized : sized.flatten({ background: under });
  // Sharp's scale begins at 1.
  const quality = Math.max(1, Math.round(compression ?? 100));
  const coloured = laid.toColourspace("srgb");
  switch (format) {
    case "png":
      return coloured.png();
    case "jpeg":
      return coloured.jpeg({
        quality,
        chromaSubsampling: quality >= fullColourQualityMin ? "4:4:4" : "4:2:0",
      });
    case "webp":
      return coloured.webp({ quality });
    default:
      return format satisfies never;
  }
}

/**
 * Writes a pipeline's result to a file and from there into a spool, so that a large result is never a
 * buffer in this process (sharp's own streams end as one).
 */
async function writeThrough(
  image: Sharp,
  path: string,
  begin: () => ReturnType<PictureSpool["begin"]>,
): Promise<Picture> {
  try {
    await image.toFile(path);
    const file = await openFile(path, "r");
    const writer = begin();
    try {
      const block = Buffer.allocUnsafeSlow(blockBytes);
      for (;;) {
        const { bytesRead } = await file.read(block, 0, block.length);
        if (bytesRead === 0) return writer.end();
        writer.write(block.subarray(0, bytesRead));
      }
    } catch (thrown) {
      writer.abort();
      throw thrown;
    } finally {
      await file.close();
    }
  } finally {
    await rm(path, { force: true });
  }
}
