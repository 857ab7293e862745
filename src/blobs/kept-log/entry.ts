import { crc32 } from "node:zlib";
import { pictureFormats, type PictureFormat } from "../../core/picture.ts";

/**
 * The head of one picture in a segment of the kept log, 48 bytes, little-endian: the magic, the
 * format's place in `pictureFormats`, the expiry (double, Unix milliseconds), the picture's length
 * (double, bytes), the id's 128 bits, and the CRC-32 of all that, begun with the segment's number: a
 * file may be written over, and heads of its earlier use are then none. The picture's bytes follow.
 */
export const headBytes = 48;

const magic = 0x31_4c_4b_50;
const crcAt = 40;

export interface EntryHead {
  /** `k` and 32 hexadecimal digits. */
  readonly id: string;
  readonly format: PictureFormat;
  readonly byteLength: number;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** Where ids begin that are the kept log's; those of files are hexadecimal. */
const letter = "k";

/** An id for the log, of 128 random bits as hexadecimal digits. */
export function keptId(hex: string): string {
  return letter + hex;
}

export function isKeptId(id: string): boolean {
  return /^k[0-9a-f]{32}$/.test(id);
}

export function writeHead(
  { id, format, byteLength, expiresAt }: EntryHead,
  sequence: number,
): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(magic, 0);
  head.writeUInt8(pictureFormats.indexOf(format), 4);
  head.writeDoubleLE(expiresAt, 8);
  head.writeDoubleLE(byteLength, 16);
  head.write(id.slice(letter.length), 24, "hex");
  head.writeUInt32LE(check(head, sequence), crcAt);
  return head;
}

/** Undefined where there is no whole head of that segment: a write that was cut, or the end. */
export function readHead(head: Buffer, sequence: number): EntryHead | undefined {
  if (head.length < headBytes || head.readUInt32LE(0) !== magic) return undefined;
  if (head.readUInt32LE(crcAt) !== check(head, sequence)) return undefined;
  const format = pictureFormats[head.readUInt8(4)];
  if (format === undefined) return undefined;
  return {
    id: keptId(head.toString("hex", 24, crcAt)),
    format,
    byteLength: head.readDoubleLE(16),
    expiresAt: head.readDoubleLE(8),
  };
}

/**
 * The head of a deleted picture: its place stays taken, so that what follows is found, but nothing
 * says what it was.
 */
export function deadHead(byteLength: number, sequence: number): Buffer {
  const nothing = { id: keptId("0".repeat(32)), format: "png", expiresAt: 0 } as const;
  return writeHead({ ...nothing, byteLength }, sequence);
}

function check(head: Buffer, sequence: number): number {
  return crc32(head.subarray(0, crcAt), sequence >>> 0);
}
