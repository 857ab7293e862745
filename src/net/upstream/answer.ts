import type { PictureLimits, PictureSpool, PictureWriter } from "../../core/picture.ts";
import { releaseSoon } from "../../runtime/release.ts";
import type { WireAnswer, WireError } from "../../core/wire.ts";
import type { AnswerHead, PromptSink } from "../transport/answer-sink.ts";
import { createJsonReader, JsonFault, type JsonReader } from "../../json/reader.ts";

/** Bytes of an upstream's JSON beside its lifted pictures: room for picture URLs that are data URLs. */
export const answerTextBytesMax = 32 * 1024 * 1024;
const answerDepthMax = 64;
/** Pictures that are taken out of one answer: several times as many as can be asked for, since one may stand at two places. */
const answerPicturesMax = 64;
/** Bytes of one answer, pictures and all: ten pictures of 100 MB as base64. */
const answerBytesMax = 2 * 1024 * 1024 * 1024;
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

export interface AnswerOptions {
  readonly lift: readonly string[];
  readonly liftInside?: readonly string[] | undefined;
  readonly spool: PictureSpool;
  readonly limits: PictureLimits;
}

/**
 * Reads a 2xx answer as JSON with its pictures lifted out, or as a picture. Throws `UnreadableAnswer`,
 * and the `PinholeError` of a picture's writer. `mayRelease`: nobody else has the chunks that are written,
 * so that their memory is given back as soon as they are read.
 */
export function answerSink(
  head: AnswerHead,
  options: AnswerOptions,
  mayRelease = true,
): ReadingSink {
  return new ReadingSink(head, options, mayRelease);
}

class ReadingSink implements PromptSink<WireAnswer> {
  readonly patient = true;
  readonly #head: AnswerHead;
  readonly #options: AnswerOptions;
  /** The beginning of the answer: its first chunk itself where that is short and until there is a second, so that most are never copied. */
  #excerpt: Buffer | undefined;
  #isCopied = false;
  #reader: JsonReader | undefined;
  #writer: PictureWriter | undefined;
  #received = 0;
  readonly #mayRelease: boolean;

  constructor(head: AnswerHead, options: AnswerOptions, mayRelease: boolean) {
    this.#head = head;
    this.#options = options;
    this.#mayRelease = mayRelease;
  }

  write(chunk: Buffer): boolean {
    this.#received += chunk.length;
    if (this.#received > answerBytesMax) throw this.#tooLong();
    this.#keepExcerpt(chunk);
    const first = chunk[0];
    if (first !== undefined && this.#reader === undefined && this.#writer === undefined) {
      this.#begin(first);
    }
    this.#writer?.write(chunk);
    try {
      this.#reader?.write(chunk);
    } catch (thrown) {
      throw this.#unreadable(thrown);
    }
    if (this.#mayRelease && this.#excerpt !== chunk) releaseSoon(chunk);
    return true;
  }

  end(): WireAnswer {
    const { status, headers } = this.#head;
    let json: unknown;
    try {
      json = this.#reader?.end();
    } catch (thrown) {
      throw this.#unreadable(thrown);
    }
    return { status, headers, json, picture: this.#writer?.end() };
  }

  abort(): void {
    this.#reader?.abort();
    this.#writer?.abort();
  }

  /** The part of a JSON document that has been read so far; undefined where there is none. */
  document(): unknown {
    return this.#reader?.partial;
  }

  get complete(): boolean {
    return this.#reader?.complete ?? false;
  }

  /** True while the pictures read so far are standard base64 that was written without escapes. */
  get isPlain(): boolean {
    return this.#reader?.isPlain ?? true;
  }

  #begin(first: number): void {
    const { spool, limits, lift, liftInside } = this.#options;
    if (isPicture(this.#head, first)) {
      this.#writer = spool.begin(limits);
      return;
    }
    this.#reader = createJsonReader({
      lift,
      liftInside,
      spool,
      limits,
      textBytesMax: answerTextBytesMax,
      depthMax: answerDepthMax,
      lenient: true,
      picturesMax: answerPicturesMax,
    });
  }

  #keepExcerpt(chunk: Buffer): void {
    const kept = this.#excerpt;
    if (kept === undefined) {
      // A copy of a long one, whose memory is given back.
      this.#isCopied = chunk.length > excerptBytesMax;
      this.#excerpt = this.#isCopied ? Buffer.from(chunk.subarray(0, excerptBytesMax)) : chunk;
    } else if (!this.#isCopied || kept.length < excerptBytesMax) {
      const room = Math.max(0, excerptBytesMax - kept.length);
      this.#excerpt = Buffer.concat([kept.subarray(0, excerptBytesMax), chunk.subarray(0, room)]);
      this.#isCopied = true;
    }
  }

  #tooLong(): UnreadableAnswer {
    const problem = `the answer has more than ${answerBytesMax} bytes`;
    const fault = new JsonFault({ reason: "size", path: "", offset: undefined, problem });
    return new UnreadableAnswer(fault, { ...this.#head, json: undefined, text: "" });
  }

  #unreadable(thrown: unknown): unknown {
    if (!(thrown instanceof JsonFault)) return thrown;
    const text = this.#excerpt?.toString("utf8", 0, excerptBytesMax) ?? "";
    return new UnreadableAnswer(thrown, { ...this.#head, json: undefined, text });
  }
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
export function errorSink(head: AnswerHead): PromptSink<WireError> {
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
