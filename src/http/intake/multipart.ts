import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { asPinholeError, PinholeError } from "../../core/errors.ts";
import type { Picture, PictureLimits, PictureSpool } from "../../core/picture.ts";
import { release } from "../../runtime/release.ts";
import type { RawRequest } from "../../gateway/intake/parse-request.ts";

/** Bounds of one form. Bytes and counts. */
export interface MultipartLimits {
  readonly bodyBytesMax: number;
  readonly picture: PictureLimits;
  /** Text of one part. */
  readonly fieldBytesMax: number;
  readonly partsMax: number;
  /** Told of bytes as they come. What it throws ends the reading. */
  readonly onBytes: (count: number) => void;
}

/** The longest boundary: RFC 2046 allows 70 characters, and longer ones have hung parsers. */
const boundaryLengthMax = 70;

interface Upload {
  readonly name: string;
  /** Place in the client's order: the index of `image[3]`, else the order of arrival. */
  readonly order: number;
  readonly picture: Picture;
}

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
  const parser = openParser(headers, limits);
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  const uploads: Upload[] = [];
  await new Promise<void>((resolve, reject) => {
    let over = false;
    const stop = (thrown: unknown): void => {
      if (over) return;
      over = true;
      body.unpipe(parser);
      body.resume();
      parser.destroy();
      reject(asMultipartFault(thrown));
    };
    const guarded = (step: () => void): void => {
      if (over) return;
      try {
        step();
      } catch (thrown) {
        stop(thrown);
      }
    };
    let received = 0;
    body.on("data", (chunk: Buffer) => {
      received += chunk.length;
      if (received > limits.bodyBytesMax) stop(bodyTooLarge(limits.bodyBytesMax));
      guarded(() => limits.onBytes(chunk.length));
    });
    parser.on("field", (name, value, _nameTruncated, valueTruncated) =>
      guarded(() => addField(fields, name, value, valueTruncated, limits)),
    );
    parser.on("file", (name, stream) =>
      guarded(() => takeFile(name, stream, uploads, spool, limits, stop)),
    );
    for (const event of ["partsLimit", "filesLimit", "fieldsLimit"] as const) {
      parser.on(event, () =>
        stop(
          new PinholeError("invalid_multipart", {
            message: `The form has more than ${limits.partsMax} parts; send fewer.`,
          }),
        ),
      );
    }
    parser.on("error", stop);
    parser.on("finish", () => {
      if (!over) resolve();
      over = true;
    });
    body.on("error", stop);
    body.on("close", () => {
      if (!body.readableEnded)
        stop(new Error("the client closed the connection in the middle of the form"));
    });
    body.pipe(parser);
  });
  return assemble(fields, uploads);
}

function openParser(headers: IncomingHttpHeaders, limits: MultipartLimits): BusboyInstance {
  const type = headers["content-type"] ?? "";
  const boundary = /;\s*boundary=(?:"([^"]*)"|([^\s;]*))/i.exec(type);
  const word = boundary?.[1] ?? boundary?.[2] ?? "";
  if (word === "" || word.length > boundaryLengthMax) {
    throw new PinholeError("invalid_multipart", {
      message: `The Content-Type of a form needs a boundary of 1 to ${boundaryLengthMax} characters; let your HTTP library write the header.`,
    });
  }
  return Busboy({
    headers: { ...headers, "content-type": type },
    limits: {
      fieldSize: limits.fieldBytesMax,
      fieldNameSize: 100,
      parts: limits.partsMax,
      headerPairs: 32,
    },
  });
}

function addField(
  fields: Record<string, string>,
  name: string,
  value: string,
  truncated: boolean,
  limits: MultipartLimits,
): void {
  if (truncated) {
    throw new PinholeError("string_above_max_length", {
      message: `\`${name}\` is longer than ${limits.fieldBytesMax} bytes; shorten it.`,
      param: name,
    });
  }
  if (pictureField(name) !== undefined) {
    throw new PinholeError("invalid_value", {
      message: `\`${name}\` must be a file part of the form; to send an address or a data URL, send JSON.`,
      param: name,
    });
  }
  if (name in fields) {
    throw new PinholeError("invalid_multipart", {
      message: `\`${name}\` is in the form twice; send it once.`,
      param: name,
    });
  }
  fields[name] = value;
}

/** `image`, `image[]` and `image[3]` are images; `mask` is the mask. */
function pictureField(
  name: string,
): { readonly kind: "image" | "mask"; readonly index: number | undefined } | undefined {
  if (name === "mask") return { kind: "mask", index: undefined };
  const match = /^image(?:\[(\d{0,4})\])?$/.exec(name);
  if (match === null) return undefined;
  return {
    kind: "image",
    index: match[1] === undefined || match[1] === "" ? undefined : Number(match[1]),
  };
}

function takeFile(
  name: string,
  stream: BusboyFileStream,
  uploads: Upload[],
  spool: PictureSpool,
  limits: MultipartLimits,
  stop: (thrown: unknown) => void,
): void {
  const field = pictureField(name);
  if (field === undefined) {
    stream.resume();
    throw new PinholeError("unsupported_parameter", {
      message: `The file part \`${name.slice(0, 100)}\` is not known; images go into \`image\` or \`image[]\`, the mask into \`mask\`.`,
      param: name.slice(0, 100),
    });
  }
  const place = uploads.length;
  const writer = spool.begin({ ...limits.picture, param: field.kind });
  const fail = (thrown: unknown): void => {
    writer.abort();
    stop(thrown);
  };
  // The slot is taken now so that arrival order is kept however the streams interleave.
  const order = field.index ?? place;
  stream.on("data", (chunk: Buffer) => {
    try {
      writer.write(chunk);
      release(chunk);
    } catch (thrown) {
      fail(thrown);
    }
  });
  stream.on("error", fail);
  stream.on("end", () => {
    try {
      uploads.push({ name: field.kind, order, picture: writer.end() });
    } catch (thrown) {
      fail(thrown);
    }
  });
}

function assemble(fields: Record<string, string>, uploads: readonly Upload[]): RawRequest {
  const images = uploads
    .filter((upload) => upload.name === "image")
    .toSorted((a, b) => a.order - b.order)
    .map((upload) => upload.picture);
  const masks = uploads.filter((upload) => upload.name === "mask");
  if (masks.length > 1) {
    throw new PinholeError("invalid_value", {
      message: "`mask` must be one file; it applies to the first image.",
      param: "mask",
    });
  }
  return { fields, images, mask: masks[0]?.picture, fromForm: true };
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
