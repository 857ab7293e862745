import type { PictureFormat } from "../core/picture.ts";

/** Bytes that decide between the binary formats. */
export const magicBytes = 12;
/** Bytes in which an SVG must show its root element. */
const textHeadBytesMax = 1_024;

/** A text that stands at `at` of a file, as latin1, and what the file is then. */
interface Magic<T> {
  readonly is: T;
  readonly at: number;
  readonly text: string;
  readonly also?: { readonly at: number; readonly text: string };
}

const formats: readonly Magic<PictureFormat>[] = [
  { is: "png", at: 0, text: "\x89PNG\r\n\x1a\n" },
  { is: "jpeg", at: 0, text: "\xff\xd8\xff" },
  { is: "webp", at: 0, text: "RIFF", also: { at: 8, text: "WEBP" } },
  { is: "gif", at: 0, text: "GIF87a" },
  { is: "gif", at: 0, text: "GIF89a" },
];

/** Files that people send by mistake, so that the answer can name what it got. */
const strangers: readonly Magic<string>[] = [
  { is: "an AVIF image", at: 4, text: "ftypavi" },
  { is: "a HEIC image", at: 4, text: "ftyphei" },
  { is: "a HEIC image", at: 4, text: "ftypmif1" },
  { is: "a JPEG XL image", at: 0, text: "\xff\x0a" },
  { is: "a JPEG XL image", at: 4, text: "JXL " },
  { is: "a TIFF image", at: 0, text: "II*\0" },
  { is: "a TIFF image", at: 0, text: "MM\0*" },
  { is: "a BMP image", at: 0, text: "BM" },
  { is: "a PDF document", at: 0, text: "%PDF" },
  { is: "a ZIP archive", at: 0, text: "PK\x03\x04" },
  { is: "a JSON document", at: 0, text: "{" },
];

function matching<T>(table: readonly Magic<T>[], head: Buffer): T | undefined {
  const text = head.toString("latin1", 0, 16);
  return table.find(
    (row) =>
      text.startsWith(row.text, row.at) &&
      (row.also === undefined || text.startsWith(row.also.text, row.also.at)),
  )?.is;
}

/** The format that a file's first bytes show; undefined where they show none that is known here. Names and headers are never asked. */
export function sniff(head: Buffer): PictureFormat | undefined {
  const format = matching(formats, head);
  if (format !== undefined) return format;
  const text = textHead(head);
  return /^<(?:\?xml|svg|!--|!DOCTYPE svg)/i.test(text) && /<svg[\s/>]/.test(text)
    ? "svg"
    : undefined;
}

/** More bytes could still turn out to be an SVG. */
export function maySniffAsText(head: Buffer): boolean {
  return head.length < textHeadBytesMax && /^\s*(?:<|$)/.test(textHead(head));
}

function textHead(head: Buffer): string {
  return head
    .toString("utf8", 0, textHeadBytesMax)
    .replace(/^\uFEFF/, "")
    .trimStart();
}

/** The kind of a file that is no picture, for the message: `a HEIC image`. */
export function describeStranger(head: Buffer): string | undefined {
  const known = matching(strangers, head);
  if (known !== undefined) return known;
  return textHead(head).startsWith("<") ? "an HTML or XML document" : undefined;
}
