import { damaged, setSize, type Draft, type Reader } from "./feed.ts";
import { exifOrientation } from "./exif.ts";

const name = "JPEG";
const endOfImage = 0xd9;
const startOfImage = 0xd8;
const startOfScan = 0xda;
const exifSegment = 0xe1;
const exifPrefix = "Exif\0\0";

/** JPEG (ITU T.81): SOI, segments, one frame header, at least one scan, EOI. */
export function* readJpeg(draft: Draft): Reader {
  yield { take: 2 };
  let scanned = false;
  let exifSeen = false;
  for (;;) {
    const code = (yield { marker: true })[0] ?? 0;
    if (code === endOfImage) {
      if (draft.width === 0 || !scanned) throw damaged(name, "no image data");
      return;
    }
    if (code === startOfImage) continue;
    let left = (yield { take: 2 }).readUInt16BE(0) - 2;
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
    } else if (code === exifSegment && !exifSeen && left > exifPrefix.length) {
      // XMP lives in segments of the same code, so the prefix decides.
      const prefix = yield { take: exifPrefix.length };
      left -= exifPrefix.length;
      if (prefix.toString("latin1") === exifPrefix) {
        exifSeen = true;
        draft.orientation = exifOrientation(yield { take: left });
        left = 0;
      }
    }
    yield { skip: left };
  }
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
