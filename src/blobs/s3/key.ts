import { pictureFormats, type PictureFormat } from "../../core/picture.ts";

/** Digits of an expiry in an id: base 36, Unix milliseconds, until the year 5188. */
const expiryDigits = 9;
const formatLetters: Readonly<Record<PictureFormat, string>> = {
  png: "p",
  jpeg: "j",
  webp: "w",
  gif: "g",
  svg: "s",
};
const pattern = /^s([0-9a-z]{9})([pjwgs])([0-9a-f]{32})$/;

/** The letter that ids in a bucket begin with. */
export const idLetter = "s";

/** The facts that an id in a bucket holds. */
export interface IdFacts {
  readonly expiresAt: number;
  readonly format: PictureFormat;
}

/**
 * An id in a bucket: a letter, the expiry, a letter of the format, 128 random bits as hexadecimal digits. An object's
 * key is its id, so a listing has the objects in the order in which they expire: to find those that are due takes
 * one page, and nothing is kept in a place that could be lost.
 */
export function bucketId(random: string, { expiresAt, format }: IdFacts): string {
  const digits = Math.ceil(expiresAt).toString(36).padStart(expiryDigits, "0");
  return idLetter + digits + formatLetters[format] + random;
}

/** The facts in an id; undefined where it is none of a bucket's. */
export function readBucketId(id: string): IdFacts | undefined {
  const [, digits = "", letter] = pattern.exec(id) ?? [];
  const format = pictureFormats.find((word) => formatLetters[word] === letter);
  return format === undefined ? undefined : { expiresAt: Number.parseInt(digits, 36), format };
}
