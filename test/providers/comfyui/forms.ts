import sharp from "sharp";

/** A form of texts and PNGs. */
export function formOf(fields: Readonly<Record<string, string | Buffer>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") form.set(name, value);
    else form.set(name, new Blob([new Uint8Array(value)], { type: "image/png" }), `${name}.png`);
  }
  return form;
}

/** A flat PNG of one alpha. */
export function pngOf(width: number, height: number, alpha: number): Promise<Buffer> {
  const background = { r: 10, g: 20, b: 30, alpha: alpha / 255 };
  return sharp({ create: { width, height, channels: 4, background } })
    .png()
    .toBuffer();
}
