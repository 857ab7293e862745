import { damaged, setSize, turn, type Draft, type Patch, type Reader } from "./feed.ts";
import { exifBytesMax, orientationOnly } from "./exif.ts";

const name = "WebP";
const chunkHeadBytes = 8;
const nothing = Buffer.alloc(0);
const riffBytes = 12;

/** Bytes of a chunk that are needed to know what it says. */
const wantedBytes: Readonly<Record<string, number>> = { VP8X: 10, "VP8 ": 10, VP8L: 5 };

interface Seen {
  /** A canvas was declared by VP8X. */
  canvas: boolean;
  animated: boolean;
  /** A still picture's data, or an animation's first frame. */
  data: boolean;
  frames: number;
}

/** WebP (RFC 9649): RIFF, then VP8, VP8L, or VP8X and its chunks, all within the declared length. */
export function* readWebp(draft: Draft): Reader {
  // The decoder makes the whole picture, and libvips another one of it.
  draft.decoding = { held: 8, pixel: 4 };
  const riff = yield { take: riffBytes };
  // The length counts from after itself.
  const declared = riff.readUInt32LE(4);
  let left = declared - 4;
  const seen: Seen = { canvas: false, animated: false, data: false, frames: 0 };
  const cutting: Cutting = { flags: 0, flagsAt: undefined, cutBytes: 0, keptExif: false };
  while (left >= chunkHeadBytes) {
    const at = riffBytes + declared - 4 - left;
    const head = yield { take: chunkHeadBytes, hold: true };
    left -= chunkHeadBytes;
    const type = head.toString("latin1", 0, 4);
    const length = head.readUInt32LE(4);
    if (length > left) throw damaged(name, "a chunk longer than the file says to be");
    const padded = Math.min(left, length + (length % 2));
    left -= padded;
    if (type === "EXIF" || type === "XMP ") {
      yield* cutWords(draft, cutting, { type, length, padded });
      continue;
    }
    const wanted = wantedBytes[type] ?? 0;
    if (wanted > length) throw damaged(name, "a short header");
    if (wanted > 0) {
      const body = yield { take: wanted };
      if (type === "VP8X") announce(draft, cutting, body.readUInt8(0), at);
      readChunk(draft, seen, type, body);
    } else if (type === "ANMF") {
      seen.frames += 1;
      seen.data = true;
      draft.frames = Math.max(1, seen.frames);
    } else if (type === "ALPH") draft.alpha = true;
    yield { skip: padded - wanted };
  }
  if (left > 0) yield { skip: left };
  if (draft.width === 0 || !seen.data) throw damaged(name, "no image data");
  if (draft.isPatched) draft.patches = patchesOf(declared, cutting);
}

/** VP8X says in its flags whether EXIF and XMP follow, and the file's head how long it is: both stand before what is cut. */
interface Cutting {
  flags: number;
  /** Place of the flags in what is kept; undefined: the file has no VP8X. */
  flagsAt: number | undefined;
  cutBytes: number;
  keptExif: boolean;
}

const exifFlag = 0x08;
const xmpFlag = 0x04;
const metadataFlags = exifFlag | xmpFlag;

/** Takes the flags over of the VP8X chunk that stands at a place of the file. */
function announce(draft: Draft, cutting: Cutting, flags: number, at: number): void {
  if (cutting.flagsAt !== undefined) return;
  cutting.flags = flags;
  cutting.flagsAt = at - cutting.cutBytes + chunkHeadBytes;
  if ((flags & metadataFlags) !== 0) draft.isPatched = true;
}

interface Chunk {
  readonly type: string;
  readonly length: number;
  /** The length with the byte that makes it even. */
  readonly padded: number;
}

/**
 * XMP goes, and of EXIF all but an orientation. Where the file's head has been passed on already, which had not
 * announced them, they are blanked instead: the file keeps its length.
 */
function* cutWords(draft: Draft, cutting: Cutting, { type, length, padded }: Chunk): Reader {
  const wanted = type === "EXIF" ? Math.min(length, exifBytesMax) : 0;
  const exif = yield { take: wanted, cut: true };
  const isTurned = type === "EXIF" && turn(draft, exif);
  const tiff = isTurned ? orientationOnly(draft.orientation) : nothing;
  if (draft.isPinned) {
    const instead = blankHead(isTurned ? "EXIF" : "JUNK", padded, wanted, tiff);
    yield { skip: padded - wanted, cut: true, instead, blank: true };
    return;
  }
  draft.isPatched = true;
  const instead = isTurned ? chunkOf("EXIF", tiff) : undefined;
  cutting.keptExif ||= isTurned;
  cutting.cutBytes += chunkHeadBytes + padded - (instead?.length ?? 0);
  yield { skip: padded - wanted, cut: true, instead };
}

/** The head of a chunk as long as the one it stands for, and what stands for its bytes that were taken. */
function blankHead(type: string, padded: number, takenBytes: number, content: Buffer): Buffer {
  const head = Buffer.alloc(chunkHeadBytes + takenBytes);
  head.write(type, 0, "latin1");
  head.writeUInt32LE(padded, 4);
  content.copy(head, chunkHeadBytes);
  return head;
}

function chunkOf(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(chunkHeadBytes);
  head.write(type, 0, "latin1");
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

/** The file's length, and the flags of VP8X. */
function patchesOf(declared: number, { flags, flagsAt, cutBytes, keptExif }: Cutting): Patch[] {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(declared - cutBytes, 0);
  const patches = [{ at: 4, bytes: length }];
  if (flagsAt === undefined) return patches;
  const kept = (flags & ~metadataFlags) | (keptExif ? exifFlag : 0);
  return [...patches, { at: flagsAt, bytes: Buffer.of(kept) }];
}

function readChunk(draft: Draft, seen: Seen, type: string, body: Buffer): void {
  if (type === "VP8X") {
    if (draft.width !== 0) throw damaged(name, "a second header");
    const flags = body.readUInt8(0);
    seen.canvas = true;
    seen.animated = (flags & 0x02) !== 0;
    draft.alpha = (flags & 0x10) !== 0;
    setSize(draft, name, body.readUIntLE(4, 3) + 1, body.readUIntLE(7, 3) + 1);
    return;
  }
  if (seen.data && !seen.animated) throw damaged(name, "a second picture");
  const frame = type === "VP8L" ? losslessFrame(body) : lossyFrame(body);
  seen.data = true;
  if (frame.alpha) draft.alpha = true;
  if (!seen.canvas) {
    setSize(draft, name, frame.width, frame.height);
    return;
  }
  if (!seen.animated && (frame.width !== draft.width || frame.height !== draft.height))
    throw damaged(name, "a header that says another size than the picture has");
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly alpha: boolean;
}

/** RFC 6386 §9.1: three bytes of frame tag, the start code, two 14-bit sizes with scales above. */
function lossyFrame(body: Buffer): Frame {
  if (body.readUIntBE(3, 3) !== 0x9d012a) throw damaged(name, "no start code");
  return {
    width: body.readUInt16LE(6) & 0x3fff,
    height: body.readUInt16LE(8) & 0x3fff,
    alpha: false,
  };
}

/** RFC 9649 §3.4: signature 0x2f, then 14 bits of width - 1, 14 of height - 1, one of alpha. */
function losslessFrame(body: Buffer): Frame {
  if (body.readUInt8(0) !== 0x2f) throw damaged(name, "no lossless signature");
  const bits = body.readUInt32LE(1);
  return {
    width: (bits & 0x3fff) + 1,
    height: ((bits >>> 14) & 0x3fff) + 1,
    alpha: ((bits >>> 28) & 1) === 1,
  };
}
