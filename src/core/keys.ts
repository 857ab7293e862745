import { createHmac } from "node:crypto";

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const crockford = "0123456789abcdefghjkmnpqrstvwxyz";
const keyPrefix = "pin_";
/** 30 base62 characters hold 178 bits. */
const keyRandomLength = 30;
const checksumLength = 6;

/** Random bytes, `count` of them. */
export type RandomBytes = (count: number) => Uint8Array;

/** Bytes drawn at once by `pooledRandom`. */
const poolBytes = 4096;

/**
 * Random bytes out of a stock, since drawing them costs the same for 16 as for 4,096. Each is handed out
 * once; for ids, not for keys and secrets, which should lie in memory no longer than they must.
 */
export function pooledRandom(draw: (count: number) => Buffer): (count: number) => Buffer {
  let pool: Buffer = Buffer.alloc(0);
  let at = 0;
  return (count) => {
    if (at + count > pool.length) {
      pool = draw(Math.max(poolBytes, count));
      at = 0;
    }
    at += count;
    return pool.subarray(at - count, at);
  };
}

/** A new API key: `pin_`, 30 random characters, 6 characters of checksum, so that a typo is refused without a look-up. */
export function makeKey(random: RandomBytes): string {
  let text = "";
  while (text.length < keyRandomLength) {
    for (const byte of random(keyRandomLength * 2)) {
      // 248 is the largest multiple of 62 in a byte; what is above would make some characters likelier.
      if (byte < 248 && text.length < keyRandomLength) text += base62[byte % 62];
    }
  }
  return keyPrefix + text + checksum(text);
}

/**
 * A text in which no key, admin token, session id or one-time code of ours stands any more, such as a path of a client
 * that confused one with an id. The last two are 256 bits as base64url, which no id of ours is.
 */
export function withoutKeys(text: string): string {
  return text
    .replaceAll(/pin(?:_|%5f)[\w%]+/gi, `${keyPrefix}…`)
    .replaceAll(/(?<![\w-])[\w-]{43}(?![\w-])/g, "…");
}

/** CRC-32 as in zip and PNG. Written out, since core may use no compression library; 30 bytes need no table. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text, "latin1")) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function checksum(text: string): string {
  let rest = crc32(text);
  let out = "";
  for (let index = 0; index < checksumLength; index += 1) {
    out = (base62[rest % 62] ?? "") + out;
    rest = Math.floor(rest / 62);
  }
  return out;
}

/** Could this be a key at all? Ours must carry their checksum; imported ones are any 20 to 512 printable characters. */
export function looksLikeKey(text: string): boolean {
  if (!/^[\x21-\x7e]{20,512}$/.test(text)) return false;
  if (!text.startsWith(keyPrefix)) return true;
  const body = text.slice(keyPrefix.length);
  const random = body.slice(0, keyRandomLength);
  return (
    body.length === keyRandomLength + checksumLength &&
    body.slice(keyRandomLength) === checksum(random)
  );
}

/** The peppers of today's secret and of the one before it, while a change of secrets is under way. */
export interface Peppers {
  readonly pepper: Buffer;
  readonly previousPepper?: Buffer | undefined;
}

/** Ids of peppers that are in use: each costs a digest. */
const pepperIds = new WeakMap<Buffer, string>();

/** A pepper's id, which stands before each digest that it made and says nothing about it. */
export function pepperId(pepper: Buffer): string {
  const known = pepperIds.get(pepper) ?? hmac(pepper, "pepper id").slice(0, 8);
  pepperIds.set(pepper, known);
  return known;
}

/** The text that is kept in a key's place: the id of the pepper, and the key's HMAC-SHA-256, hex. */
export function keyDigest(pepper: Buffer, key: string): string {
  return `${pepperId(pepper)}:${hmac(pepper, key)}`;
}

/**
 * The other digests under which a key may be found: those without an id, of earlier versions, and those by the
 * secret of before.
 */
export function earlierDigests({ pepper, previousPepper }: Peppers, key: string): string[] {
  const bare = hmac(pepper, key);
  if (previousPepper === undefined) return [bare];
  return [keyDigest(previousPepper, key), bare, hmac(previousPepper, key)];
}

function hmac(key: Buffer, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}

/** The last four characters, for people to tell keys apart. */
export function keyHint(key: string): string {
  return key.slice(-4);
}

const crockfordCodes = Buffer.from(crockford, "latin1");
const timeLength = 10;
const randomLength = 16;

/** `req_` and 26 characters: 48 bits of milliseconds, then 80 random bits, so ids sort by time. */
export function newId(prefix: string, now: () => number, random: RandomBytes): string {
  // Adding characters to a string one by one costs twice as much.
  const draft = Buffer.allocUnsafe(timeLength + randomLength);
  let rest = now();
  for (let index = timeLength - 1; index >= 0; index -= 1) {
    draft[index] = crockfordCodes[rest % 32] ?? 0;
    rest = Math.floor(rest / 32);
  }
  const bytes = random(randomLength);
  for (let index = 0; index < randomLength; index += 1) {
    draft[timeLength + index] = crockfordCodes[(bytes[index] ?? 0) % 32] ?? 0;
  }
  return `${prefix}_${draft.toString("latin1")}`;
}
