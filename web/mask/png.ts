import type { Selection } from "./selection.ts";

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * The mask as a PNG with an alpha channel, as `/v1/images/edits` takes it: transparent where the picture may change, opaque
 * where it may not. Written here and not by a canvas, whose pixels some browsers change to hide who reads them.
 */
export async function maskPng({ width, height, cells }: Selection): Promise<Blob> {
  const row = 1 + width * 4;
  const pixels = new Uint8Array(row * height);
  for (let y = 0; y < height; y += 1)
    // Black, and the byte before each row that says that it is not filtered.
    for (let x = 0; x < width; x += 1)
      pixels[y * row + 1 + x * 4 + 3] = 255 - (cells[y * width + x] ?? 0);
  const head = new DataView(new ArrayBuffer(13));
  head.setUint32(0, width);
  head.setUint32(4, height);
  head.setUint8(8, 8);
  head.setUint8(9, 6);
  return new Blob(
    [
      signature,
      chunk("IHDR", new Uint8Array(head.buffer)),
      chunk("IDAT", await deflated(pixels)),
      chunk("IEND", new Uint8Array()),
    ],
    { type: "image/png" },
  );
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** A part of a PNG: its length, its name, its data, and the checksum of both. */
function chunk(name: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, checksum(bytes.subarray(4, data.length + 8)));
  return bytes;
}

/** The CRC-32 of PNG. */
function checksum(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ (table[(value ^ byte) & 0xff] ?? 0);
  return (value ^ 0xffffffff) >>> 0;
}

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1)
    value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
