import { crc32, deflateSync } from "node:zlib";

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, "latin1");
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, data.length + 8)), data.length + 8);
  return out;
}

/** A true PNG of 8x8 pixels and about `bytes` bytes: the rest is an ancillary chunk that decoders skip. */
export function bigPng(bytes: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(8, 0);
  header.writeUInt32BE(8, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const padding = Buffer.alloc(bytes);
  // Not one repeated byte, so that a mix-up of blocks would show in a digest.
  for (let at = 0; at < bytes; at += 1) padding[at] = (at * 31 + (at >> 10)) & 0xff;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("teSt", padding),
    chunk("IDAT", deflateSync(Buffer.alloc(8 * (8 * 3 + 1)))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
