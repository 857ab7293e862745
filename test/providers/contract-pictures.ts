import sharp from "sharp";
import { z } from "zod";
import type { PictureLimits, Picture, PictureSpool } from "../../src/core/picture.ts";

const form = /^(png|jpeg|webp) ([1-9]\d*)x([1-9]\d*)( alpha)?(?: #(\d+))?$/;

/** A test picture in words: `png 64x48`, with ` alpha` for a half-transparent one, ` #2` for another with the same facts. */
export const pictureSpec = z
  .string()
  .regex(form, { message: "must be like `png 64x64`, `png 64x64 alpha` or `webp 64x64 #2`" });

const made = new Map<string, Promise<Buffer>>();

/** The bytes that a spec stands for: always the same within one run. */
export function pictureBytes(spec: string): Promise<Buffer> {
  const found = made.get(spec) ?? draw(spec);
  made.set(spec, found);
  return found;
}

async function draw(spec: string): Promise<Buffer> {
  const match = form.exec(spec);
  if (match === null) throw new Error(`${spec} is no picture spec`);
  const [, format, width, height, alpha, number] = match;
  const shade = (Number(number ?? 0) * 53) % 256;
  const colour = { r: shade, g: 120, b: 255 - shade };
  const image = sharp({
    create: {
      width: Number(width),
      height: Number(height),
      channels: alpha === undefined ? 3 : 4,
      background: alpha === undefined ? colour : { ...colour, alpha: 0.5 },
    },
  });
  if (format === "jpeg") return image.jpeg().toBuffer();
  return format === "webp" ? image.webp().toBuffer() : image.png().toBuffer();
}

export const contentTypeOf = (spec: string): string => `image/${spec.split(" ")[0] ?? ""}`;

/** The picture as the gateway would hand it to an adapter. */
export async function spooledPicture(
  spec: string,
  spool: PictureSpool,
  limits: PictureLimits,
): Promise<Picture> {
  const writer = spool.begin(limits);
  writer.write(await pictureBytes(spec));
  return writer.end();
}
