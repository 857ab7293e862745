import { crc32 } from "node:zlib";
import { pictureFormats, type PictureFormat } from "../../core/picture.ts";
import { checksumBytes } from "./checksum.ts";

/**
 * Bytes of the head that stands before each picture in a segment of the kept log, little-endian: the magic, the
 * format's place in `pictureFormats` (a byte, three are spare), the expiry (double, Unix milliseconds), the picture's
 * length (double, bytes), the id's 128 bits, the checksum of the picture's bytes, and the CRC-32 of all that, begun with the
 * segment's number (four spare bytes follow). The picture's bytes come next.
 */
export const headBytes = 64;

/** Bytes of the heads that earlier versions wrote: the same without a checksum. */
const oldHeadBytes = 48;

const magic = Buffer.from("PKL2", "latin1");
const oldMagic = Buffer.from("PKL1", "latin1");
/** The bytes that both kinds of head begin with. */
export const magicStart = magic.subarray(0, 3);

const checksumAt = 40;
const crcAt = checksumAt + checksumBytes;
const oldCrcAt = 40;

/** The head of one picture. */
export interface EntryHead {
  /** `k` and 32 hexadecimal digits. */
  readonly id: string;
  readonly format: PictureFormat;
  readonly byteLength: number;
  /** Unix milliseconds; 0 in heads of deleted pictures that earlier versions wrote. */
  readonly expiresAt: number;
  /** Of the picture's bytes, hexadecimal; undefined where an earlier version wrote it. */
  readonly checksum: string | undefined;
}

/** The letter that ids of the kept log begin with; those of files are hexadecimal. */
const letter = "k";

/** An id for the log, of 128 random bits as hexadecimal digits. */
export function keptId(hex: string): string {
  return letter + hex;
}

export function isKeptId(id: string): boolean {
  return /^k[0-9a-f]{32}$/.test(id);
}

export function writeHead(
  { id, format, byteLength, expiresAt }: Omit<EntryHead, "checksum">,
  checksum: string,
  sequence: number,
): Buffer {
  const head = Buffer.alloc(headBytes);
  magic.copy(head);
  head.writeUInt8(pictureFormats.indexOf(format), 4);
  head.writeDoubleLE(expiresAt, 8);
  head.writeDoubleLE(byteLength, 16);
  head.write(id.slice(letter.length), 24, "hex");
  head.write(checksum, checksumAt, "hex");
  head.writeUInt32LE(crc32(head.subarray(0, crcAt), sequence >>> 0), crcAt);
  return head;
}

/** A head and its own length. */
export interface FoundHead extends EntryHead {
  readonly headBytes: number;
}

/** The head that a segment's bytes begin with; undefined where they begin with none that is whole. */
export function readHead(bytes: Buffer, sequence: number): FoundHead | undefined {
  const isOld = bytes.subarray(0, 4).equals(oldMagic);
  if (!isOld && !bytes.subarray(0, 4).equals(magic)) return undefined;
  const at = isOld ? oldCrcAt : crcAt;
  const length = isOld ? oldHeadBytes : headBytes;
  if (bytes.length < length) return undefined;
  if (bytes.readUInt32LE(at) !== crc32(bytes.subarray(0, at), sequence >>> 0)) return undefined;
  const format = pictureFormats[bytes.readUInt8(4)];
  if (format === undefined) return undefined;
  return {
    id: keptId(bytes.toString("hex", 24, checksumAt)),
    format,
    byteLength: bytes.readDoubleLE(16),
    expiresAt: bytes.readDoubleLE(8),
    checksum: isOld ? undefined : bytes.toString("hex", checksumAt, crcAt),
    headBytes: length,
  };
}
