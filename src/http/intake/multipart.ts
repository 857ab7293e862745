import { Dicer } from "@fastify/busboy";
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { asPinholeError, PinholeError } from "../../core/errors.ts";
import type { PictureLimits, PictureSpool } from "../../core/picture.ts";
import type { RawRequest } from "../../gateway/intake/parse-request.ts";
import { FormParts, type PartTaker } from "./form-parts.ts";
import { readParameters, readPartHead } from "./part-head.ts";

/** Bounds of one form. Bytes and counts. */
export interface MultipartLimits {
  readonly bodyBytesMax: number;
  readonly picture: PictureLimits;
  /** All text parts together. */
  readonly textBytesMax: number;
  readonly partsMax: number;
  /** Told of bytes as they come. What it throws ends the reading. */
  readonly onBytes: (count: number) => void;
}

/** The longest boundary: RFC 2046 allows 70 characters, and longer ones have hung parsers. */
const boundaryLengthMax = 70;

/**
 * Reads a multipart form as a stream, in any part order: files go to the spool as they arrive, their
 * type is read from their bytes. Throws `PinholeError`; the spool holds what was read until then.
 * The body's chunks are emptied: nobody else may have them.
 */
export async function readMultipart(
  body: Readable,
  headers: IncomingHttpHeaders,
  spool: PictureSpool,
  limits: MultipartLimits,
): Promise<RawRequest> {
  const { boundary, charset } = readFormType(headers["content-type"] ?? "");
  const form = new FormParts(spool, limits, charset);
  await new Promise<void>((resolve, reject) => {
    const reading = new FormReading(body, boundary, form, limits, (thrown) =>
      thrown === undefined ? resolve() : reject(asMultipartFault(thrown)),
    );
    reading.start();
  });
  return form.request();
}

/** Most headers that a part may have. */
const partHeadersMax = 32;

/** One form on its way from the body through the parser to its parts. Ends once, with a fault or without. */
class FormReading {
  readonly #body: Readable;
  readonly #parser: Dicer;
  readonly #form: FormParts;
  readonly #limits: MultipartLimits;
  readonly #onOver: (thrown?: unknown) => void;
  #over = false;
  #received = 0;
  #partsSeen = 0;
  #partsOpen = 0;
  #parsed = false;

  constructor(
    body: Readable,
    boundary: string,
    form: FormParts,
    limits: MultipartLimits,
    onOver: (thrown?: unknown) => void,
  ) {
    this.#body = body;
    this.#parser = new Dicer({ boundary, maxHeaderPairs: partHeadersMax });
    this.#form = form;
    this.#limits = limits;
    this.#onOver = onOver;
  }

  start(): void {
    const body = this.#body;
    body.on("data", (chunk: Buffer) => this.#guarded(() => this.#count(chunk.length)));
    body.on("error", this.#stop);
    body.on("close", () => {
      if (!body.readableEnded)
        this.#stop(new Error("the client closed the connection in the middle of the form"));
    });
    this.#parser.on("part", (part) => this.#guarded(() => this.#readPart(part)));
    this.#parser.on("error", this.#stop);
    this.#parser.on("finish", () => {
      this.#parsed = true;
      this.#settle();
    });
    body.pipe(this.#parser);
  }

  #count(bytes: number): void {
    const { bodyBytesMax, onBytes } = this.#limits;
    this.#received += bytes;
    if (this.#received > bodyBytesMax) throw bodyTooLarge(bodyBytesMax);
    onBytes(bytes);
  }

  #readPart(part: Dicer.PartStream): void {
    this.#partsOpen += 1;
    this.#partsSeen += 1;
    let taker: PartTaker | undefined;
    part.on("error", this.#stop);
    part.on("header", (headers) => {
      // The parser gives lists by names in lower case.
      const fields = headers as Readonly<Record<string, unknown>>;
      this.#guarded(() => (taker = this.#form.open(readPartHead(fields))));
    });
    part.on("data", (chunk: Buffer) => this.#guarded(() => taker?.write(chunk)));
    part.on("end", () => {
      this.#partsOpen -= 1;
      // Of a head that broke off nothing was told; read as an empty one it is refused.
      this.#guarded(() => (taker === undefined ? readPartHead({}) : taker.end()));
      this.#settle();
    });
    if (this.#partsSeen > this.#limits.partsMax) throw tooManyParts(this.#limits.partsMax);
  }

  /** Runs a step, of which nothing is done once the reading is over. */
  #guarded(step: () => unknown): void {
    if (this.#over) return;
    try {
      step();
    } catch (thrown) {
      this.#stop(thrown);
    }
  }

  readonly #stop = (thrown: unknown): void => {
    if (this.#over) return;
    this.#over = true;
    this.#body.unpipe(this.#parser);
    this.#body.resume();
    this.#parser.destroy();
    this.#onOver(thrown);
  };

  #settle(): void {
    if (this.#over || !this.#parsed || this.#partsOpen > 0) return;
    this.#over = true;
    this.#onOver();
  }
}

function readFormType(contentType: string): {
  readonly boundary: string;
  readonly charset: string | undefined;
} {
  const { parameters } = readParameters(contentType);
  const boundary = parameters.get("boundary") ?? "";
  if (boundary === "" || boundary.length > boundaryLengthMax) {
    throw new PinholeError("invalid_multipart", {
      message: `The Content-Type of a form needs a boundary of 1 to ${boundaryLengthMax} characters; let your HTTP library write the header.`,
    });
  }
  return { boundary, charset: parameters.get("charset") };
}

function tooManyParts(partsMax: number): PinholeError {
  return new PinholeError("invalid_multipart", {
    message: `The form has more than ${partsMax} parts; send fewer.`,
  });
}

export function bodyTooLarge(bodyBytesMax: number): PinholeError {
  return new PinholeError("request_too_large", {
    message: `The body is larger than ${bodyBytesMax} bytes, the most that this gateway takes.`,
  });
}

function asMultipartFault(thrown: unknown): PinholeError {
  if (thrown instanceof PinholeError) return thrown;
  return new PinholeError("invalid_multipart", {
    message: "The body is no whole multipart/form-data document; let your HTTP library build it.",
    detail: asPinholeError(thrown).detail,
    cause: thrown,
  });
}
