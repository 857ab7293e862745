import { createHash } from "node:crypto";

/** Random bytes of session ids and one-time codes: 256 bits. */
const codeBytes = 32;

/** A new session id or one-time code: 43 characters that may stand in a URL and in a cookie. */
export function newCode(randomBytes: (count: number) => Buffer): string {
  return randomBytes(codeBytes).toString("base64url");
}

/** The digest under which a code is kept, hex: with 256 random bits behind it, it needs no salt. Undefined: it is none of ours. */
export function codeDigest(code: string): string | undefined {
  if (!/^[\w-]{43}$/.test(code)) return undefined;
  return createHash("sha256").update(code).digest("hex");
}
