import type { Sharp } from "sharp";
import { PinholeError } from "../core/errors.ts";
import type { MaskPolarity } from "../core/model-card.ts";
import type { Picture, PictureSpool } from "../core/picture.ts";
import { sizeText, type Size } from "../core/request.ts";
import type { Converter } from "./convert.ts";
import type { OpenImage } from "./sharp-engine.ts";

/** From this alpha on, a pixel of a binary mask is kept. */
const opaqueFrom = 128;

/** Bytes a pixel of the steps between: four channels of a deep mask, and a channel of what was made of them, twice. */
const rawBytes = 6;

/** The way in which an upstream reads a mask: the model card's `mask`. */
export interface MaskRule {
  readonly polarity: MaskPolarity;
  readonly binary: boolean;
}

/** Raw pixels of one byte. */
interface GreyShape {
  readonly width: number;
  readonly height: number;
  readonly channels: 1;
}

/**
 * The mask must be a PNG with an alpha channel, as large as the first image (CONTRACT, edits). Sizes
 * are compared as people see them, after EXIF orientation. Throws invalid_image, mask_size_mismatch.
 */
export function checkMask(mask: Picture, first: Picture): void {
  if (mask.format !== "png") {
    throw new PinholeError("invalid_image", {
      message: `The mask is a ${mask.format} file; send a PNG with an alpha channel, transparent where the image may change.`,
      param: "mask",
    });
  }
  if (!mask.alpha) {
    throw new PinholeError("invalid_image", {
      message:
        "The mask has no alpha channel; send a PNG that is transparent where the image may change.",
      param: "mask",
    });
  }
  const maskSize = sizeText(uprightSize(mask));
  const firstSize = sizeText(uprightSize(first));
  if (maskSize === firstSize) return;
  throw new PinholeError("mask_size_mismatch", {
    message: `The mask is ${maskSize} and the first image is ${firstSize}; send a mask of the image's size.`,
    param: "mask",
  });
}

/** Width and height as seen, after EXIF orientation. Pixels. */
export function uprightSize({ width, height, orientation }: Picture): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/**
 * The caller's mask (transparent may change) as one upstream reads it. `transparent`: the mask as it
 * came, unless binary or another size is wanted. `white`: an opaque 8-bit grey PNG of 255 - alpha;
 * `black`: of alpha. Binary: no grey between. `targetSize` resamples to the nearest pixel, since a
 * mask's edge must stay where it is.
 */
export async function fitMask(
  mask: Picture,
  rule: MaskRule,
  spool: PictureSpool,
  converter: Converter,
  targetSize?: Size,
): Promise<Picture> {
  const { width, height } = targetSize ?? uprightSize(mask);
  const resized = sizeText({ width, height }) !== sizeText(uprightSize(mask));
  if (rule.polarity === "transparent" && !rule.binary && !resized && mask.orientation === 1)
    return mask;
  const raw: GreyShape = { width, height, channels: 1 };
  const rendering = { format: "png", size: { width, height }, raw: rawBytes } as const;
  return converter.render(mask, spool, rendering, async (image, open) => {
    // First the alpha as 8-bit pixels, whatever the PNG's depth or palette; then what is wanted of it.
    const sized = resized ? image.resize(width, height, { fit: "fill", kernel: "nearest" }) : image;
    const alpha = await alphaOf(sized.ensureAlpha(), open, raw);
    const kept = rule.binary ? await thresholded(open, alpha, raw) : alpha;
    const grey = open(kept, raw);
    switch (rule.polarity) {
      case "black":
        return grey.toColourspace("b-w").png();
      case "white":
        return grey.negate().toColourspace("b-w").png();
      case "transparent":
        // The colours under a mask mean nothing: white where it keeps.
        return grey.joinChannel(kept, { raw }).png();
      default:
        return rule.polarity satisfies never;
    }
  });
}

/**
 * True where a mask lets no pixel change: all of it is opaque, or as good as that where only black and white count.
 * A mask that cannot be read is left to whoever must convert it.
 */
export async function isOpaqueMask(
  mask: Picture,
  { binary }: MaskRule,
  spool: PictureSpool,
  converter: Converter,
): Promise<boolean> {
  const raw: GreyShape = { width: mask.width, height: mask.height, channels: 1 };
  const keptFrom = binary ? opaqueFrom : 255;
  const reading = { format: undefined, raw: rawBytes } as const;
  try {
    return await converter.read(mask, spool, reading, async (image, open) => {
      const alpha = await alphaOf(image.ensureAlpha(), open, raw);
      return alpha.every((value) => value >= keptFrom);
    });
  } catch (thrown) {
    if (thrown instanceof PinholeError) return false;
    throw thrown;
  }
}

/**
 * One byte a pixel. libvips narrows a lone 16-bit channel with a rounding fault (128 of 255 becomes
 * 127), and all four together without, so deep masks take the longer way.
 */
export async function alphaOf(image: Sharp, open: OpenImage, raw: GreyShape): Promise<Buffer> {
  const { depth } = await image.metadata();
  if (depth === "uchar") return image.extractChannel("alpha").toColourspace("b-w").raw().toBuffer();
  const rgba = await image.toColourspace("srgb").raw().toBuffer();
  return open(rgba, { ...raw, channels: 4 })
    .extractChannel("alpha")
    .toColourspace("b-w")
    .raw()
    .toBuffer();
}

function thresholded(open: OpenImage, alpha: Buffer, raw: GreyShape): Promise<Buffer> {
  return open(alpha, raw).threshold(opaqueFrom).toColourspace("b-w").raw().toBuffer();
}
