import type { Sharp } from "sharp";
import { open as openFile, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  outputFormats,
  wholeBytes,
  type OutputFormat,
  type Picture,
  type PictureFacts,
  type PictureLimits,
  type PictureSpool,
  type Raster,
} from "../core/picture.ts";
import type { Size } from "../core/request.ts";
import {
  imageEdgeMax,
  upstreamImageBytesMax,
  upstreamImageFramesMax,
  upstreamImagePixelsMax,
} from "./limits.ts";
import { blockBytes } from "./memory.ts";
import { blamed, imageTooLarge, invalidImage } from "./picture-fault.ts";
import { createSharpEngine, type OpenImage, type SharpEngine } from "./sharp-engine.ts";
import { spoolExtension } from "./spool.ts";
import { optimalJpegPixelsMax, type Work, workBytes, workBytesMax } from "./work-bytes.ts";

/** Seconds of work on one picture: the heaviest that is worked on takes about 10. */
export const conversionSecondsMax = 60;
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
  /** The side whose fault it is when the picture cannot be decoded; the caller's unless said. */
  readonly blame?: PictureLimits["blame"];
}

/** Asked when the work's turn has come. False: nobody waits for it, so it is not done (request_timeout). */
export type IsWanted = () => boolean;

export interface ConverterOptions {
  /** The directory in which results are written before they enter a spool: the spools' own. */
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
  normalise(picture: Picture, spool: PictureSpool, isWanted?: IsWanted): Promise<Picture>;
  decode(picture: Picture): Promise<Raster>;
  /** PNG and WebP keep alpha; JPEG is flattened on white. `compression` as in `ConvertOptions`. */
  encode(
    raster: Raster,
    format: OutputFormat,
    compression: number | undefined,
    spool: PictureSpool,
  ): Promise<Picture>;
  /** The result of any work that reads a picture's pixels, for files of this folder: `work` gets the upright picture. */
  read<T>(
    picture: Picture,
    spool: PictureSpool,
    rendering: Rendering,
    work: (image: Sharp, open: OpenImage) => Promise<T>,
  ): Promise<T>;
  /** Any other pipeline, for files of this folder: `work` gets the upright picture and ends in an output format. */
  render(
    picture: Picture,
    spool: PictureSpool,
    rendering: Rendering,
    work: (image: Sharp, open: OpenImage) => Sharp | Promise<Sharp>,
  ): Promise<Picture>;
}

/** The result that a pipeline is to make, and for whom. */
export interface Rendering extends Omit<Work, "picture"> {
  readonly blame?: PictureLimits["blame"];
  readonly isWanted?: IsWanted | undefined;
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
  const read: Converter["read"] = (picture, spool, rendering, work) =>
    withPicture(engine, picture, { ...rendering, owner: spool.owner }, work);
  const render: Converter["render"] = (picture, spool, rendering, work) =>
    read(picture, spool, rendering, async (image, open) => finish(await work(image, open), spool));
  const convert = (
    picture: Picture,
    wanted: ConvertOptions,
    spool: PictureSpool,
    isWanted?: IsWanted,
  ): Promise<Picture> =>
    render(picture, spool, { ...wanted, isWanted }, (image) => shape(image, wanted, picture));

  return {
    convert: (picture, wanted, spool) => convert(picture, wanted, spool),
    read,
    render,
    async normalise(picture, spool, isWanted) {
      if (!needsNormalising(picture)) return picture;
      const format = uprightFormat(picture);
      return convert(picture, { format, compression: normaliseCompression }, spool, isWanted);
    },
    decode: (picture) =>
      withPicture(engine, picture, { format: undefined, raw: rawBytes }, async (image) => {
        const { data, info } = await image
          .ensureAlpha()
          .toColourspace("srgb")
          .raw()
          .toBuffer({ resolveWithObject: true });
        return { width: info.width, height: info.height, rgba: data };
      }),
    encode(raster, format, compression, spool) {
      const { width, height, rgba } = raster;
      const weight = workBytes({ picture: rasterFacts(raster), format });
      return engine.run({ owner: spool.owner ?? "", weight }, (open) =>
        finish(
          shape(open(rgba, { width, height, channels: 4 }), { format, compression }, raster),
          spool,
        ),
      );
    },
  };
}

/** Bytes a pixel of 8-bit RGBA, and the same again where a library hands it over. */
const rawBytes = 8;

/** Pixels that are in memory already and lie upright. */
function rasterFacts({ width, height }: Raster): PictureFacts {
  const decoding = { held: 0, pixel: 4 };
  return { format: "png", width, height, alpha: true, frames: 1, orientation: 1, decoding };
}

/** The picture's own format, unless writing it needs more memory than there is: any picture can be a PNG. */
function uprightFormat(picture: Picture): OutputFormat {
  const format = readable(picture);
  return workBytes({ picture, format }) > workBytesMax ? "png" : format;
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
  rendering: Rendering & { readonly owner?: string | undefined },
  work: (image: Sharp, open: OpenImage) => Promise<T>,
): Promise<T> {
  const { blame, owner = "", isWanted } = rendering;
  try {
    readable(picture);
    const weight = affordable({ ...rendering, picture });
    const turn = { owner, weight, ...(isWanted === undefined ? {} : { isWanted }) };
    return await engine.run(turn, async (open) => {
      // Read only when its turn has come, so that waiting pictures hold no second copy.
      const input = picture.bytes.path ?? (await wholeBytes(picture.bytes, upstreamImageBytesMax));
      return work(open(input).autoOrient(), open);
    });
  } catch (thrown) {
    throw blamed(thrown, blame === undefined ? {} : { blame });
  }
}

/** The bytes that the work holds. Throws image_too_large where there are not so many, or a side is too long. */
function affordable(work: Work): number {
  const { width, height } = work.picture;
  const bytes = workBytes(work);
  if (bytes <= workBytesMax && Math.max(width, height) <= imageEdgeMax) return bytes;
  throw imageTooLarge(
    `The image has ${width}x${height} pixels, too many to be worked on in its format; send a smaller one, upright and not interlaced or progressive.`,
  );
}

/** `image`, as large as `made` unless another size is wanted, with the wanted size, colours and format. */
function shape(
  image: Sharp,
  { format, compression, size, background }: ConvertOptions,
  made: Size,
): Sharp {
  const sized =
    size === undefined
      ? image
      : image.resize(size.width, size.height, { fit: "fill", kernel: "lanczos3" });
  const under = background ?? (format === "jpeg" ? "#ffffff" : undefined);
  const laid = under === undefined ? sized : sized.flatten({ background: under });
  // Sharp's scale begins at 1.
  const quality = Math.max(1, Math.round(compression ?? 100));
  const coloured = laid.toColourspace("srgb");
  const { width, height } = size ?? made;
  const pixels = width * height;
  switch (format) {
    case "png":
      return coloured.png();
    case "jpeg":
      return coloured.jpeg({
        quality,
        chromaSubsampling: quality >= fullColourQualityMin ? "4:4:4" : "4:2:0",
        optimiseCoding: pixels <= optimalJpegPixelsMax,
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
