import { crc32 } from "node:zlib";
import { damaged, setSize, turn, type Draft, type Reader } from "./feed.ts";
import { exifBytesMax, orientationOnly } from "./exif.ts";

const name = "PNG";
const chunkBytesMax = 0x7fff_ffff;
const colourTypes: readonly number[] = [0, 2, 3, 4, 6];
const checksumBytes = 4;
/** Channels of a decoded pixel by colour type, with the one that transparency adds. */
const channels: Readonly<Record<number, number>> = { 0: 2, 2: 4, 3: 4, 4: 2, 6: 4 };

/** PNG (third edition): signature, IHDR, chunks, at least one IDAT, IEND. APNG: acTL and fcTL. */
export function* readPng(draft: Draft): Reader {
  yield { take: 8 };
  readHeader(draft, yield { take: 25 });
  let data = false;
  let declaredFrames = 0;
  let frames = 0;
  for (;;) {
    const head = yield { take: 8, hold: true };
    const length = head.readUInt32BE(0);
    const type = head.toString("latin1", 4, 8);
    if (length > chunkBytesMax || !/^[A-Za-z]{4}$/.test(type))
      throw damaged(name, "a broken chunk");
    let left = length + checksumBytes;
    if (type === "IHDR") throw damaged(name, "a second header");
    if (type === "IEND") {
      if (length !== 0) throw damaged(name, "an end with content");
      if (!data) throw damaged(name, "no image data");
      yield { skip: left };
      return;
    }
    if (type === "eXIf") {
      yield* cutExif(draft, length);
      continue;
    }
    if (textChunks.has(type)) {
      yield { skip: left, cut: true };
      continue;
    }
    if (type === "IDAT") data = true;
    else if (type === "tRNS" && !data) draft.alpha = true;
    else if (type === "fcTL") {
      frames += 1;
      draft.frames = Math.max(1, declaredFrames, frames);
    } else if (type === "acTL" && length === 8) {
      const body = yield { take: 8 };
      left -= 8;
      declaredFrames = body.readUInt32BE(0);
      draft.frames = Math.max(1, declaredFrames, frames);
    }
    yield { skip: left };
  }
}

/** Chunks of words: texts, zipped ones, and international ones, of which XMP is one. Whatever is not known here stays. */
const textChunks: ReadonlySet<string> = new Set(["tEXt", "zTXt", "iTXt"]);

/** Of the first EXIF that says an orientation just that stays. */
function* cutExif(draft: Draft, length: number): Reader {
  const wanted = Math.min(length, exifBytesMax);
  const exif = yield { take: wanted, cut: true };
  const isTurned = turn(draft, exif);
  const instead = isTurned ? chunkOf("eXIf", orientationOnly(draft.orientation)) : undefined;
  yield { skip: length - wanted + checksumBytes, cut: true, instead };
}

function chunkOf(type: string, body: Buffer): Buffer {
  const chunk = Buffer.alloc(body.length + 12);
  chunk.writeUInt32BE(body.length, 0);
  chunk.write(type, 4, "latin1");
  body.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + body.length)), 8 + body.length);
  return chunk;
}

/** Length, `IHDR`, 13 bytes, checksum. */
function readHeader(draft: Draft, chunk: Buffer): void {
  if (chunk.readUInt32BE(0) !== 13 || chunk.toString("latin1", 4, 8) !== "IHDR")
    throw damaged(name, "no header at its beginning");
  if (chunk.readUInt32BE(21) !== crc32(chunk.subarray(4, 21)))
    throw damaged(name, "a header with a wrong checksum");
  const colourType = chunk.readUInt8(17);
  if (!colourTypes.includes(colourType)) throw damaged(name, "an unknown colour type");
  setSize(draft, name, chunk.readUInt32BE(8), chunk.readUInt32BE(12));
  draft.alpha = colourType === 4 || colourType === 6;
  const bytes = chunk.readUInt8(16) === 16 ? 2 : 1;
  const isInterlaced = chunk.readUInt8(20) !== 0;
  const pixel = (channels[colourType] ?? 4) * bytes;
  draft.decoding = { held: isInterlaced ? pixel : 0, pixel };
}
