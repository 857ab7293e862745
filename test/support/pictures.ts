import sharp from "sharp";

/** A PNG of one colour with a darker square in it, so that edits have something to keep. */
export async function samplePng(width: number, height: number): Promise<Buffer> {
  const square = await sharp({
    create: {
      width: Math.ceil(width / 4),
      height: Math.ceil(height / 4),
      channels: 4,
      background: "#123456",
    },
  })
    .png()
    .toBuffer();
  return sharp({ create: { width, height, channels: 4, background: "#c8a050" } })
    .composite([{ input: square, left: 2, top: 3 }])
    .png()
    .toBuffer();
}

/** A mask whose left half is transparent (may change) and whose right half is opaque. */
export async function leftHalfMask(width: number, height: number): Promise<Buffer> {
  const rgba = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = Math.floor(width / 2); x < width; x += 1) rgba[(y * width + x) * 4 + 3] = 255;
  }
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}

/** Pixels as RGBA, for comparison. */
export async function rgbaOf(
  bytes: Buffer,
): Promise<{ readonly width: number; readonly height: number; readonly rgba: Buffer }> {
  const { data, info } = await sharp(bytes)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgba: data };
}

/** What sharp says a picture is. */
export async function factsOf(bytes: Buffer): Promise<{
  readonly format: string | undefined;
  readonly width: number;
  readonly height: number;
}> {
  const { format, width, height } = await sharp(bytes).metadata();
  return { format, width, height };
}
