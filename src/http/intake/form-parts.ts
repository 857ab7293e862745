import { PinholeError } from "../../core/errors.ts";
import type { Picture, PictureLimits, PictureSpool, PictureWriter } from "../../core/picture.ts";
import type { RawRequest } from "../../gateway/intake/parse-request.ts";
import { release } from "../../runtime/release.ts";
import { readText } from "./charset.ts";
import type { PartHead } from "./part-head.ts";
import { transferDecoder } from "./transfer-encoding.ts";

/** The bounds of what a form's parts hold. */
export interface FormLimits {
  readonly picture: PictureLimits;
  /** All text parts together, bytes. */
  readonly textBytesMax: number;
}

/** Takes the body of one part as it arrives. Throws `PinholeError`. */
export interface PartTaker {
  /** The chunk may be emptied. */
  write(chunk: Buffer): void;
  end(): void;
}

/** A field of the contract that holds pictures, and the place in its list that the name gives. */
interface PictureField {
  readonly kind: "image" | "mask" | "markup";
  readonly index: number | undefined;
}

interface Upload {
  readonly kind: PictureField["kind"];
  /** Place in the client's order: the index of `image[3]`, else the order of arrival. */
  readonly order: number;
  readonly picture: Picture;
}

interface TextPart {
  readonly bytes: Buffer;
  readonly charset: string | undefined;
}

/** The part in which HTML forms name the charset of the others (RFC 7578 §4.6). */
const charsetField = "_charset_";

/** The parts of one form, gathered into a request. */
export class FormParts {
  readonly #spool: PictureSpool;
  readonly #limits: FormLimits;
  readonly #charset: string | undefined;
  readonly #texts = new Map<string, TextPart>();
  readonly #names = new Set<string>();
  readonly #uploads: Upload[] = [];
  #files = 0;
  #textBytes = 0;

  /** `charset`: of text parts that name none, as the form's own Content-Type has it. */
  constructor(spool: PictureSpool, limits: FormLimits, charset: string | undefined) {
    this.#spool = spool;
    this.#limits = limits;
    this.#charset = charset;
  }

  /** Begins a part. */
  open(head: PartHead): PartTaker {
    const field = pictureField(head.name);
    if (field !== undefined) return this.#openPicture(head, field);
    return head.filename === undefined ? this.#openText(head) : openUnknownFile(head.name);
  }

  /** The whole form, once all parts have ended. */
  request(): RawRequest {
    // Without a prototype, so that no name (`__proto__`) is anything but a field.
    const fields = Object.create(null) as Record<string, string>;
    const named = this.#texts.get(charsetField)?.bytes.toString("latin1").trim();
    for (const [name, { bytes, charset }] of this.#texts) {
      if (name === charsetField) continue;
      fields[name] = readText(bytes, charset ?? named ?? this.#charset, name);
    }
    const images = this.#uploads
      .filter(({ kind }) => kind === "image")
      .toSorted((a, b) => a.order - b.order)
      .map(({ picture }) => picture);
    const mask = this.#only("mask", "it applies to the first image");
    const markup = this.#only("markup", "it is drawn over the first image");
    return { fields, images, mask, markup, fromForm: true };
  }

  #only(kind: "mask" | "markup", why: string): Picture | undefined {
    const [first, ...others] = this.#uploads.filter((upload) => upload.kind === kind);
    if (others.length === 0) return first?.picture;
    throw new PinholeError("invalid_value", {
      message: `\`${kind}\` must be one file; ${why}.`,
      param: kind,
    });
  }

  #openText({ name, charset, transferEncoding }: PartHead): PartTaker {
    if (this.#names.has(name)) {
      throw new PinholeError("invalid_multipart", {
        message: `\`${name}\` is in the form twice; send it once.`,
        param: name,
      });
    }
    this.#names.add(name);
    const decoder = transferDecoder(transferEncoding, name);
    const chunks: Buffer[] = [];
    const take = (bytes: Buffer): void => {
      this.#textBytes += bytes.length;
      if (this.#textBytes > this.#limits.textBytesMax) {
        throw new PinholeError("string_above_max_length", {
          message: `With \`${name}\` the text of the form is longer than ${this.#limits.textBytesMax} bytes; shorten it.`,
          param: name,
        });
      }
      chunks.push(bytes);
    };
    return {
      write: (chunk) => take(decoder.write(chunk)),
      end: () => {
        take(decoder.end());
        this.#texts.set(name, { bytes: Buffer.concat(chunks), charset });
      },
    };
  }

  #openPicture(head: PartHead, { kind, index }: PictureField): PartTaker {
    const decoder = transferDecoder(head.transferEncoding, head.name);
    // The place is taken now, so that arrival order is kept.
    const order = index ?? this.#files;
    this.#files += 1;
    const begin = (): PictureWriter => this.#spool.begin({ ...this.#limits.picture, param: kind });
    let writer: PictureWriter | undefined;
    const take = (bytes: Buffer): void => {
      if (bytes.length === 0) return;
      if (writer === undefined && head.filename === undefined) refuseAddress(head.name, bytes);
      writer ??= begin();
      writer.write(bytes);
      release(bytes);
    };
    return {
      write: (chunk) => take(decoder.write(chunk)),
      end: () => {
        take(decoder.end());
        // A browser's file field in which no file was chosen.
        if (writer === undefined && (head.filename ?? "") === "") return;
        writer ??= begin();
        this.#uploads.push({ kind, order, picture: writer.end() });
      },
    };
  }
}

/** `image`, `image[]` and `image[3]` are images; `mask` and `markup` are one picture each, in the same spellings. */
function pictureField(name: string): PictureField | undefined {
  const match = /^(image|mask|markup)(?:\[(\d{0,4})\])?$/.exec(name);
  const [, kind, index] = match ?? [];
  if (kind !== "image" && kind !== "mask" && kind !== "markup") return undefined;
  return { kind, index: index === undefined || index === "" ? undefined : Number(index) };
}

/** A text in a picture's place that is meant as an address says so, instead of being no known picture. */
function refuseAddress(name: string, bytes: Buffer): void {
  if (!/^\s*(https?:|data:)/i.test(bytes.toString("latin1", 0, 64))) return;
  throw new PinholeError("invalid_value", {
    message: `\`${name}\` must be a file part of the form; to send an address or a data URL, send JSON.`,
    param: name,
  });
}

/** A file under a name that takes none; left empty by a browser, it is not there. */
function openUnknownFile(name: string): PartTaker {
  const refuse = (): void => {
    throw new PinholeError("unsupported_parameter", {
      message: `The file part \`${name}\` is not known; images go into \`image\` or \`image[]\`, the mask into \`mask\`.`,
      param: name,
    });
  };
  return { write: refuse, end: () => undefined };
}
