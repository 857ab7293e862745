import type { Picture, PictureLimits, PictureSpool, PictureWriter } from "../core/picture.ts";
import type { WireError } from "../core/wire.ts";
import type { AnswerHead, AnswerSink } from "./exchange.ts";
import { createJsonReader, JsonFault, type JsonReader } from "./json-reader.ts";

/** Bytes of an upstream's JSON beside its lifted pictures: room for picture URLs that are data URLs. */
export const answerTextBytesMax = 32 * 1024 * 1024;
const answerDepthMax = 64;
/** Bytes kept of an error's body. */
const errorBytesMax = 64 * 1024;
/** Bytes kept of a good answer, in case that it turns out to be none. */
const excerptBytesMax = 2048;

/** A 2xx answer that cannot be read. */
export class UnreadableAnswer extends Error {
  override readonly name = "UnreadableAnswer";
  readonly fault: JsonFault;
  /** As much of it as was kept. */
  readonly error: WireError;

  constructor(fault: JsonFault, error: WireError) {
    super(fault.message);
    this.fault = fault;
    this.error = error;
  }
}

/** A 2xx answer's body. */
export interface AnswerBody {
  readonly json: unknown;
  readonly picture: Picture | undefined;
}

export interface AnswerOptions {
  readonly lift: readonly string[];
  readonly liftInside?: readonly string[] | undefined;
  readonly spool: PictureSpool;
  readonly limits: PictureLimits;
}

/**
 * Reads a 2xx answer as JSON with its pictures lifted out, or as a picture. Throws `UnreadableAnswer`,
 * and the `PinholeError` of a picture's writer.
 */
export function answerSink(
  head: AnswerHead,
  options: AnswerOptions,
): AnswerSink<AnswerBody> & {
  /** What of a JSON document has been read so far; undefined where there is none. */
  readonly document: () => unknown;
} {
  let excerpt = Buffer.alloc(0);
  let reader: JsonReader | undefined;
  let writer: PictureWriter | undefined;
  const begin = (first: number): void => {
    if (isPicture(head, first)) writer = options.spool.begin(options.limits);
    else {
      reader = createJsonReader({
        ...options,
        textBytesMax: answerTextBytesMax,
        depthMax: answerDepthMax,
        lenient: true,
      });
    }
  };
  const read = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      if (!(thrown instanceof JsonFault)) throw thrown;
      const text = excerpt.toString("utf8");
      throw new UnreadableAnswer(thrown, { ...head, json: undefined, text });
    }
  };
  return {
    write(chunk) {
      if (excerpt.length < excerptBytesMax) {
        excerpt = Buffer.concat([excerpt, chunk.subarray(0, excerptBytesMax - excerpt.length)]);
      }
      const first = chunk[0];
      if (first !== undefined && reader === undefined && writer === undefined) begin(first);
      writer?.write(chunk);
      read(() => reader?.write(chunk));
      return true;
    },
    end: () => ({ json: read(() => reader?.end()), picture: writer?.end() }),
    abort() {
      reader?.abort();
      writer?.abort();
    },
    document: () => reader?.partial,
    get complete() {
      return reader?.complete ?? false;
    },
  };
}

/** JSON is known by its first character, a picture by its own or its content type. */
function isPicture(head: AnswerHead, first: number): boolean {
  const type = head.headers["content-type"]?.toLowerCase() ?? "";
  // { and [: no picture begins with them, whatever the header says.
  if (first === 0x7b || first === 0x5b) return false;
  if (type.startsWith("image/")) return true;
  if (type.startsWith("text/") || type.includes("json")) return false;
  // PNG, JPEG, RIFF (WebP), GIF.
  return first === 0x89 || first === 0xff || first === 0x52 || first === 0x47;
}

/** Keeps the beginning of an error's body and reads it as JSON where it is. Never throws. */
export function errorSink(head: AnswerHead): AnswerSink<WireError> {
  const chunks: Buffer[] = [];
  let length = 0;
  return {
    write(chunk) {
      const kept = chunk.subarray(0, errorBytesMax - length);
      chunks.push(Buffer.from(kept));
      length += kept.length;
      return length < errorBytesMax;
    },
    end() {
      const body = Buffer.concat(chunks);
      return { ...head, json: tryJson(body), text: body.toString("utf8") };
    },
    abort() {
      chunks.length = 0;
    },
    // The status has already said what there is to say.
    complete: true,
  };
}

function tryJson(body: Buffer): unknown {
  try {
    const reader = createJsonReader({
      lift: [],
      spool: noSpool,
      limits: { bytesMax: 0, pixelsMax: 0, framesMax: 0 },
      textBytesMax: errorBytesMax,
      depthMax: answerDepthMax,
      lenient: true,
    });
    reader.write(body);
    return reader.end();
  } catch {
    // An error need not be JSON; its text is kept beside.
    return undefined;
  }
}

const noSpool: PictureSpool = {
  begin() {
    throw new Error("an error's body holds no picture");
  },
  dispose() {},
};
