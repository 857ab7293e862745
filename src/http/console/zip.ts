import { crc32 } from "node:zlib";

/** A file of an archive. */
export interface ZipFile {
  readonly name: string;
  /** Unix milliseconds. */
  readonly at: number;
  chunks(): AsyncIterable<Buffer>;
}

/** The version of the format that whoever reads it must know: 2.0, as for all archives with folders. */
const version = 20;
/** Sizes stand behind each file, and names are UTF-8. */
const flags = 0x0808;

/**
 * An archive of files as they are, since pictures are compressed already, written while they are read: nothing of it is held.
 * For less than 4 GB and 65,536 files.
 */
export async function* zip(files: AsyncIterable<ZipFile>): AsyncIterable<Buffer> {
  const directory: Buffer[] = [];
  let offset = 0;
  for await (const file of files) {
    const name = Buffer.from(file.name, "utf8");
    const start = offset;
    const head = fields(0x04034b50, [version, flags, 0, ...dosTime(file.at)], [0, 0, 0]);
    const local = Buffer.concat([head, shorts(name.length, 0), name]);
    yield local;
    let [sum, size] = [0, 0];
    for await (const chunk of file.chunks()) {
      sum = crc32(chunk, sum);
      size += chunk.length;
      yield chunk;
    }
    yield fields(0x08074b50, [], [sum, size, size]);
    offset += local.length + size + 16;
    directory.push(
      fields(0x02014b50, [version, version, flags, 0, ...dosTime(file.at)], [sum, size, size]),
      shorts(name.length, 0, 0, 0, 0),
      longs(0, start),
      name,
    );
  }
  const listed = Buffer.concat(directory);
  const count = directory.length / 4;
  yield listed;
  yield Buffer.concat([
    fields(0x06054b50, [0, 0, count, count], [listed.length, offset]),
    shorts(0),
  ]);
}

/** A signature, numbers of 16 bits, and numbers of 32. */
function fields(signature: number, small: readonly number[], large: readonly number[]): Buffer {
  return Buffer.concat([longs(signature), shorts(...small), longs(...large)]);
}

function shorts(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [at, value] of values.entries()) bytes.writeUInt16LE(value, at * 2);
  return bytes;
}

function longs(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, at * 4);
  return bytes;
}

/** Time and day as MS-DOS has them, in UTC: two seconds are its smallest part, 1980 its first year. */
function dosTime(at: number): readonly [number, number] {
  const date = new Date(at);
  const year = Math.max(0, date.getUTCFullYear() - 1980);
  return [
    (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1),
    (year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate(),
  ];
}
