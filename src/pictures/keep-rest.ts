import { setImmediate as nextTurn } from "node:timers/promises";
import { type Picture, type PictureSpool, wholeBytes } from "../core/picture.ts";
import type { Converter } from "./convert.ts";
import { upstreamImageBytesMax } from "./limits.ts";
import { alphaOf, uprightSize } from "./masks.ts";

/** Bytes a pixel of the original, the made picture and the mask, and what the library holds of one of them while it hands it over. */
const rawBytes = 16;

/** Pixels that are mixed before other work of the process gets its turn: some milliseconds. */
const pixelsAtOnce = 500_000;

/** A masked edit's pictures; the mask has the original's size, as people see both. */
export interface MaskedEdit {
  readonly original: Picture;
  /** An upstream's answer, of any size and format. */
  readonly made: Picture;
  /** Transparent where the original may change. */
  readonly mask: Picture;
}

/**
 * The made picture within the mask and the original's own pixels outside of it, as a PNG of the original's size; where the mask
 * is half transparent it has something of both. Throws invalid_image, image_too_large, storage_full or overloaded.
 */
export function keepRest(
  { original, made, mask }: MaskedEdit,
  spool: PictureSpool,
  converter: Converter,
): Promise<Picture> {
  const size = uprightSize(original);
  const rendering = { format: "png", size, raw: rawBytes, blame: "upstream" } as const;
  return converter.render(original, spool, rendering, async (image, open) => {
    const changed = await open(await inputOf(made))
      .autoOrient()
      .resize(size.width, size.height, { fit: "fill", kernel: "lanczos3" })
      .ensureAlpha()
      .toColourspace("srgb")
      .raw()
      .toBuffer();
    const opaque = open(await inputOf(mask)).autoOrient();
    const keeps = await alphaOf(opaque.ensureAlpha(), open, { ...size, channels: 1 });
    const mixed = await image.ensureAlpha().toColourspace("srgb").raw().toBuffer();
    for (let from = 0; from < keeps.length; from += pixelsAtOnce) {
      mix(mixed, changed, keeps, from, Math.min(keeps.length, from + pixelsAtOnce));
      await nextTurn();
    }
    const laid = open(mixed, { ...size, channels: 4 });
    return (original.alpha || made.alpha ? laid : laid.removeAlpha()).png();
  });
}

async function inputOf({ bytes }: Picture): Promise<string | Buffer> {
  return bytes.path ?? wholeBytes(bytes, upstreamImageBytesMax);
}

/** Lays the changed pixels over those that are kept, each as far as the mask lets it; all have four bytes. */
function mix(kept: Buffer, changed: Buffer, keeps: Buffer, from: number, to: number): void {
  for (let at = from; at < to; at += 1) {
    const share = (keeps[at] ?? 255) / 255;
    if (share === 1) continue;
    const pixel = at * 4;
    // Colours count as much as they are seen.
    const before = (kept[pixel + 3] ?? 0) * share;
    const after = (changed[pixel + 3] ?? 0) * (1 - share);
    const both = before + after;
    for (let channel = pixel; both > 0 && channel < pixel + 3; channel += 1)
      kept[channel] = Math.round(
        ((kept[channel] ?? 0) * before + (changed[channel] ?? 0) * after) / both,
      );
    kept[pixel + 3] = Math.round(both);
  }
}
