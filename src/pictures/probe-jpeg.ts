import { damaged, setSize, turn, type Draft, type Reader } from "./feed.ts";
import { orientationOnly } from "./exif.ts";

const name = "JPEG";
const endOfImage = 0xd9;
const startOfImage = 0xd8;
const startOfScan = 0xda;
const exifSegment = 0xe1;
const exifPrefix = "Exif\0\0";
const comment = 0xfe;
/** Bytes in which a segment says its kind. */
const kindBytes = 20;

/** JPEG (ITU T.81): SOI, segments, one frame header, at least one scan, EOI. */
export function* readJpeg(draft: Draft): Reader {
  yield { take: 2 };
  let scanned = false;
  for (;;) {
    const code = (yield { marker: true })[0] ?? 0;
    if (code === endOfImage) {
      if (draft.width === 0 || !scanned) throw damaged(name, "no image data");
      return;
    }
    if (code === startOfImage) continue;
    let left = (yield { take: 2, hold: true }).readUInt16BE(0) - 2;
    if (left < 0) throw damaged(name, "a segment without length");
    if (isFrameHeader(code)) {
      if (left < 6) throw damaged(name, "a short frame header");
      if (draft.width !== 0) throw damaged(name, "a second frame header");
      const frame = yield { take: 6 };
      left -= 6;
      setSize(draft, name, frame.readUInt16BE(3), frame.readUInt16BE(1));
      draft.decoding = decodingOf(code, frame.readUInt8(5));
    } else if (code === startOfScan) {
      if (draft.width === 0 || left < 1) throw damaged(name, "image data before its header");
      const components = (yield { take: 1 })[0] ?? 0;
      left -= 1;
      // A scan for each component: a decoder holds them all until the last has come.
      const { pixel } = draft.decoding;
      if (!scanned && components < pixel) draft.decoding = { held: pixel * 2, pixel };
      scanned = true;
    } else if (code === comment) {
      yield { skip: left, cut: true };
      continue;
    } else if (isApplication(code)) {
      // One code has several kinds of content, which begins with its kind's name.
      const wanted = Math.min(left, kindBytes);
      const kind = yield { take: wanted, hold: true };
      left -= wanted;
      if (isWords(code, kind)) {
        yield* cutSegment(draft, code, kind, left);
        continue;
      }
    }
    yield { skip: left };
  }
}

/**
 * The segments that are words about the picture, or pictures of it that stand elsewhere: EXIF, XMP, Kodak's EXIF,
 * the pictures behind this one's end (which are cut as well), Photoshop's notes when saving for the web, and
 * its resources with IPTC. Whatever is not known here stays, as JFIF, ICC, C2PA (JUMBF) and Adobe's colours do.
 */
const wordKinds: readonly (readonly [code: number, beginning: string])[] = [
  [exifSegment, exifPrefix],
  [exifSegment, "http://ns.adobe.com/"],
  [0xe3, "Meta\0"],
  [0xe3, exifPrefix],
  [0xe2, "MPF\0"],
  [0xec, "Ducky"],
  [0xed, ""],
];

function isWords(code: number, kind: Buffer): boolean {
  const text = kind.toString("latin1");
  return wordKinds.some(([known, beginning]) => known === code && text.startsWith(beginning));
}

function isApplication(code: number): boolean {
  return code >= 0xe0 && code <= 0xef;
}

/** Of the first EXIF that says an orientation just that stays. */
function* cutSegment(draft: Draft, code: number, kind: Buffer, left: number): Reader {
  if (code !== exifSegment || kind.toString("latin1", 0, exifPrefix.length) !== exifPrefix) {
    yield { skip: left, cut: true };
    return;
  }
  const beginning = Buffer.from(kind);
  const rest = yield { take: left, cut: true };
  const isTurned = turn(draft, Buffer.concat([beginning, rest]));
  yield { skip: 0, cut: true, instead: isTurned ? exifOf(draft.orientation) : undefined };
}

/** A segment with EXIF that says the orientation alone. */
function exifOf(orientation: number): Buffer {
  const content = Buffer.concat([Buffer.from(exifPrefix, "latin1"), orientationOnly(orientation)]);
  const segment = Buffer.alloc(4);
  segment.writeUInt16BE(0xff00 | exifSegment, 0);
  segment.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([segment, content]);
}

/** All but baseline and its extended form may come in several scans, whose coefficients of two bytes are held to the last. */
function decodingOf(code: number, components: number): Draft["decoding"] {
  const isInOneScan = code === 0xc0 || code === 0xc1;
  return { held: isInOneScan ? 0 : components * 2, pixel: components };
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which lie among them. */
function isFrameHeader(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}
