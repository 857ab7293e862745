/** Bytes of EXIF that are looked at: the first directory stands at its beginning. */
export const exifBytesMax = 65_536;

const orientationTag = 0x0112;
const shortType = 3;
const entryBytes = 12;

/**
 * EXIF that says the orientation and nothing else, as it stands in PNG's eXIf, WebP's EXIF and, after
 * `Exif\0\0`, JPEG's APP1: a TIFF header, and a directory of one entry.
 */
export function orientationOnly(orientation: number): Buffer {
  const tiff = Buffer.alloc(26);
  tiff.write("MM\0*", 0, "latin1");
  tiff.writeUInt32BE(8, 4);
  tiff.writeUInt16BE(1, 8);
  tiff.writeUInt16BE(orientationTag, 10);
  tiff.writeUInt16BE(shortType, 12);
  tiff.writeUInt32BE(1, 14);
  tiff.writeUInt16BE(orientation, 18);
  return tiff;
}

/**
 * The orientation, 1 to 8, from EXIF as it stands in PNG's eXIf, WebP's EXIF and, after `Exif\0\0`,
 * JPEG's APP1 (the TIFF header first). 1 where there is none or the data makes no sense: a broken
 * note about a picture is no reason to refuse the picture.
 */
export function exifOrientation(data: Buffer): number {
  const prefixed = data.length >= 6 && data.toString("latin1", 0, 6) === "Exif\0\0";
  const tiff = prefixed ? data.subarray(6) : data;
  if (tiff.length < 8) return 1;
  const order = tiff.toString("latin1", 0, 2);
  if (order !== "II" && order !== "MM") return 1;
  const little = order === "II";
  const short = (at: number): number => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  if (short(2) !== 42) return 1;
  const directory = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (directory + 2 > tiff.length) return 1;
  const entries = short(directory);
  for (let index = 0; index < entries; index += 1) {
    const at = directory + 2 + index * entryBytes;
    if (at + entryBytes > tiff.length) return 1;
    if (short(at) !== orientationTag) continue;
    const value = short(at + 8);
    return short(at + 2) === shortType && value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
