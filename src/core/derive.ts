import { hkdfSync } from "node:crypto";

/** Bytes of a derived key. */
const keyBytes = 32;

/**
 * One key of 32 bytes for one purpose, by HKDF-SHA-256 from the installation's master secret. Every
 * use of the master goes through here with a label of its own (`hosted-image-urls`), so that a key
 * which leaks or is misused in one place is worth nothing in another.
 */
export function deriveKey(master: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", master, Buffer.alloc(0), `pinhole/${purpose}`, keyBytes));
}
