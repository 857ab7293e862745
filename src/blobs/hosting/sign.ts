import { createHmac, timingSafeEqual } from "node:crypto";
import { pictureFormats, type PictureFormat } from "../../core/picture.ts";
import { isBlobId } from "../disk/blob-name.ts";

/** A signing key. `kid` stands in URLs: letters and digits. */
export interface SigningKey {
  readonly kid: string;
  /** 32 bytes, from `deriveKey(master, "hosted-image-urls")`. */
  readonly secret: Buffer;
}

export interface SignerOptions {
  /** The first signs, all verify: a new key is put in front, the old one goes when its last URL has expired. */
  readonly keys: readonly SigningKey[];
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Clocks of several machines differ by this much: a URL is good for as many seconds longer. */
  readonly toleranceSeconds: number;
}

/** The outcome of a URL's check. `unknown` stands for all that was never signed here. */
export type Verdict =
  | {
      readonly kind: "valid";
      readonly id: string;
      readonly format: PictureFormat;
      readonly expiresAtMs: number;
    }
  | { readonly kind: "expired"; readonly id: string }
  | { readonly kind: "unknown" };

export interface Signer {
  /** `/i/<id>.<ext>?e=<unix seconds>&k=<kid>&s=<signature>`, good until then. */
  path(blob: { readonly id: string; readonly format: PictureFormat }, expiresAtMs: number): string;
  verify(pathname: string, query: Readonly<Record<string, unknown>>): Verdict;
}

/** File name endings, as people and programs expect them. */
export const extensions: Readonly<Record<PictureFormat, string>> = {
  png: "png",
  jpeg: "jpg",
  webp: "webp",
  gif: "gif",
  svg: "svg",
};

/** Signed along with the URL, so that no other use of a key can make a signature that fits here. */
const purpose = "pinhole hosted image v1";
const unknown: Verdict = { kind: "unknown" };

/** Signs and verifies hosted images' URLs. Throws where there is no key: unsigned URLs do not exist. */
export function createSigner(options: SignerOptions): Signer {
  const [first] = options.keys;
  if (first === undefined) throw new Error("A signer needs at least one key.");
  return {
    path({ id, format }, expiresAtMs) {
      const path = `/i/${id}.${extensions[format]}`;
      const seconds = String(Math.floor(expiresAtMs / 1_000));
      return `${path}?e=${seconds}&k=${first.kid}&s=${signature(first.secret, path, seconds)}`;
    },
    verify(pathname, { e, k, s }) {
      const blob = readPath(pathname);
      if (blob === undefined || typeof k !== "string" || typeof s !== "string") return unknown;
      if (typeof e !== "string" || !/^[1-9]\d{0,11}$/.test(e)) return unknown;
      // An earlier version gave every key the same id.
      const keys = options.keys.filter(({ kid }) => kid === k);
      const isSigned = keys.some(({ secret }) => sameText(s, signature(secret, pathname, e)));
      if (!isSigned) return unknown;
      const expiresAtMs = Number(e) * 1_000;
      return options.now() > expiresAtMs + options.toleranceSeconds * 1_000
        ? { kind: "expired", id: blob.id }
        : { kind: "valid", ...blob, expiresAtMs };
    },
  };
}

function signature(secret: Buffer, path: string, seconds: string): string {
  return createHmac("sha256", secret).update(`${purpose}|${path}|${seconds}`).digest("base64url");
}

/** Compares the text, not what it decodes to: base64url has several spellings of the same bytes. */
function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function readPath(
  pathname: string,
): { readonly id: string; readonly format: PictureFormat } | undefined {
  const [, id, ending] = /^\/i\/([^/.]+)\.([a-z]+)$/.exec(pathname) ?? [];
  const format = pictureFormats.find((word) => extensions[word] === ending);
  return id === undefined || format === undefined || !isBlobId(id) ? undefined : { id, format };
}
