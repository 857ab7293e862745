import type { PictureFacts, PictureFormat } from "../core/picture.ts";
import { createFeed, type Draft, type Feed, type Patch } from "./feed.ts";
import { invalidImage } from "./picture-fault.ts";
import { readGif } from "./probe-gif.ts";
import { readJpeg } from "./probe-jpeg.ts";
import { readPng } from "./probe-png.ts";
import { createSvgFeed } from "./probe-svg.ts";
import { readWebp } from "./probe-webp.ts";
import { describeStranger, magicBytes, maySniffAsText, sniff } from "./sniff.ts";

/** A picture's facts, and what came after its end (harmless to decoders, but not part of the picture). */
export interface ProbedFacts extends PictureFacts {
  readonly trailingBytes: number;
}

/** Reads what a picture is while its bytes pass by. Keeps at most 64 KiB; decodes no pixel. */
export interface Probe {
  /** Throws invalid_image at the first byte that cannot be right. */
  write(chunk: Uint8Array): void;
  /** The facts known by now; undefined until the header's dimensions are. Frames may still grow. */
  facts(): PictureFacts | undefined;
  /** Throws invalid_image where the file is not whole. */
  end(): ProbedFacts;
  /** The cuts made in the file so far; undefined: it is not yet known for what it is. */
  cutting(): Cutting | undefined;
  /** From now on nothing that was kept is written over: what has to go is blanked where it stands. */
  pin(): void;
}

/** The cuts made in a file, and what is known of the bytes to come. */
export interface Cutting {
  readonly isChanged: boolean;
  /** Bytes that are kept already will be written over at the end. */
  readonly isPatched: boolean;
  /** So many of the bytes that come next stay as they are. */
  readonly sure: number;
  /** Known at the end. */
  readonly patches: readonly Patch[];
}

const names: Readonly<Record<PictureFormat, string>> = {
  png: "PNG",
  jpeg: "JPEG",
  webp: "WebP",
  gif: "GIF",
  svg: "SVG",
};

function openFeed(format: PictureFormat, draft: Draft, put: Put | undefined): Feed {
  switch (format) {
    case "png":
      return createFeed(names.png, readPng(draft), put);
    case "jpeg":
      return createFeed(names.jpeg, readJpeg(draft), put);
    case "webp":
      return createFeed(names.webp, readWebp(draft), put);
    case "gif":
      return createFeed(names.gif, readGif(draft), put);
    case "svg":
      return createSvgFeed(draft, put);
    default:
      return format satisfies never;
  }
}

/** Is handed bytes that it must copy. */
type Put = (bytes: Buffer) => void;

/** A probe for one file. With `put`, what is only said about the picture is cut out of it, and `put` is handed the rest. */
export function createProbe(put?: Put): Probe {
  const draft: Draft = {
    width: 0,
    height: 0,
    alpha: false,
    frames: 1,
    orientation: 1,
    hasExif: false,
    decoding: { held: 0, pixel: 4 },
    patches: [],
    isPatched: false,
    isPinned: false,
  };
  let head = Buffer.alloc(0);
  let byteLength = 0;
  let known: { readonly format: PictureFormat; readonly feed: Feed } | undefined;

  /** Opens the feed as soon as the first bytes decide; the bytes gathered so far go into it first. */
  const recognise = (last: boolean): void => {
    if (!last && head.length < magicBytes) return;
    const format = sniff(head);
    if (format === undefined) {
      if (!last && maySniffAsText(head)) return;
      throw unknownFormat(head);
    }
    known = { format, feed: openFeed(format, draft, put) };
    known.feed.write(head);
    head = Buffer.alloc(0);
  };

  const facts = (): PictureFacts | undefined => {
    if (known === undefined || draft.width === 0) return undefined;
    const { width, height, alpha, frames, orientation, decoding } = draft;
    return { format: known.format, width, height, alpha, frames, orientation, decoding };
  };

  return {
    write(chunk) {
      byteLength += chunk.byteLength;
      if (known !== undefined) {
        known.feed.write(chunk);
        return;
      }
      // Bytes are gathered until they decide: a stream may come one byte at a time.
      head = Buffer.concat([head, chunk]);
      recognise(false);
    },
    facts,
    cutting() {
      if (known === undefined) return undefined;
      const { isPatched, patches } = draft;
      return { isChanged: known.feed.isChanged(), isPatched, sure: known.feed.sure(), patches };
    },
    pin() {
      draft.isPinned = true;
    },
    end() {
      if (byteLength === 0)
        throw invalidImage("The image is empty; send a whole PNG, JPEG or WebP file.");
      if (known === undefined) recognise(true);
      const found = facts();
      if (known === undefined || found === undefined || !known.feed.done()) {
        throw invalidImage(
          `The ${known === undefined ? "image" : `${names[known.format]} file`} is cut short after ${byteLength} bytes; send the whole file.`,
        );
      }
      return { ...found, trailingBytes: known.feed.trailingBytes() };
    },
  };
}

function unknownFormat(head: Buffer): Error {
  const stranger = describeStranger(head);
  return invalidImage(
    stranger === undefined
      ? "The file is no image that can be read here; send a PNG, JPEG or WebP file."
      : `The file is ${stranger}; send a PNG, JPEG or WebP file.`,
  );
}
