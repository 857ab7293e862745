import { damaged, setSize, type Draft, type Reader } from "./feed.ts";
import { exifBytesMax, exifOrientation } from "./exif.ts";

const name = "WebP";
const chunkHeadBytes = 8;

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
  const riff = yield { take: 12 };
  // The length counts from after itself.
  let left = riff.readUInt32LE(4) - 4;
  const seen: Seen = { canvas: false, animated: false, data: false, frames: 0 };
  while (left >= chunkHeadBytes) {
    const head = yield { take: chunkHeadBytes };
    left -= chunkHeadBytes;
    const type = head.toString("latin1", 0, 4);
    const length = head.readUInt32LE(4);
    if (length > left) throw damaged(name, "a chunk longer than the file says to be");
    const padded = Math.min(left, length + (length % 2));
    left -= padded;
    const wanted = type === "EXIF" ? Math.min(length, exifBytesMax) : (wantedBytes[type] ?? 0);
    if (wanted > length) throw damaged(name, "a short header");
    if (wanted > 0) {
      const body = yield { take: wanted };
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
}

function readChunk(draft: Draft, seen: Seen, type: string, body: Buffer): void {
  if (type === "EXIF") {
    if (draft.orientation === 1) draft.orientation = exifOrientation(body);
    return;
  }
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
