import { createCipheriv, createDecipheriv } from "node:crypto";
import { pepperId, type RandomBytes } from "./keys.ts";

/**
 * A sealed text: `v1.<key id>.<nonce>.<ciphertext and tag>`, AES-256-GCM, the last two in base64url. Its context is
 * authenticated with it, so that it opens nowhere else than where it was sealed.
 */
const envelopeForm = /^v1\.([0-9a-f]{8})\.([\w-]{16})\.([\w-]{22,})$/;

const nonceBytes = 12;
const tagBytes = 16;

/** The keys of envelopes: today's seals, and the one of before opens as well. */
export interface EnvelopeKeys {
  readonly key: Buffer;
  readonly previousKey?: Buffer | undefined;
}

/** Seals texts and opens them. The context says where a text belongs: table, row, field. */
export interface Sealer {
  seal(context: readonly string[], text: string): string;
  /** Undefined where no key here opens it, or it was sealed for another place. */
  open(context: readonly string[], envelope: string): string | undefined;
  /** True where today's key has sealed it. */
  isCurrent(envelope: string): boolean;
  /** True where there is a key of before, whose envelopes are to be sealed again. */
  readonly changes: boolean;
}

/** The id of the key that sealed an envelope; undefined where it is none. */
export function envelopeKeyId(envelope: string): string | undefined {
  return envelopeForm.exec(envelope)?.[1];
}

export function createSealer({ key, previousKey }: EnvelopeKeys, random: RandomBytes): Sealer {
  const keys = previousKey === undefined ? [key] : [key, previousKey];
  const current = pepperId(key);
  return {
    seal(context, text) {
      const nonce = Buffer.from(random(nonceBytes));
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      cipher.setAAD(boundTo(context));
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      const body = Buffer.concat([sealed, cipher.getAuthTag()]).toString("base64url");
      return `v1.${current}.${nonce.toString("base64url")}.${body}`;
    },
    open(context, envelope) {
      const [, id, nonce = "", body = ""] = envelopeForm.exec(envelope) ?? [];
      const sealedBy = keys.find((one) => pepperId(one) === id);
      if (sealedBy === undefined) return undefined;
      const bytes = decodedOnce(body);
      const nonceRead = decodedOnce(nonce);
      if (nonceRead === undefined || bytes === undefined || bytes.length < tagBytes)
        return undefined;
      const decipher = createDecipheriv("aes-256-gcm", sealedBy, nonceRead, {
        authTagLength: tagBytes,
      });
      decipher.setAAD(boundTo(context));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      try {
        const opened = decipher.update(bytes.subarray(0, -tagBytes));
        return Buffer.concat([opened, decipher.final()]).toString("utf8");
      } catch {
        // Another key, another place, or changed bytes: an envelope does not say which.
        return undefined;
      }
    },
    changes: previousKey !== undefined,
    isCurrent: (envelope) => envelopeKeyId(envelope) === current,
  };
}

/**
 * The bytes of a text in base64url; undefined where it is not the one spelling of its bytes. The last character may
 * carry bits that belong to no byte, so that several texts would open as one envelope.
 */
function decodedOnce(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}

/** The context in bytes, of which no two contexts have the same. */
function boundTo(context: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(["pinhole", ...context]));
}
