import { PinholeError } from "../core/errors.ts";

/** Why a JSON document was refused. */
export type JsonFaultReason =
  | "syntax"
  | "truncated"
  | "trailing"
  | "duplicate_key"
  | "utf8"
  | "number"
  | "depth"
  | "size"
  | "picture";

export interface JsonFaultFields {
  readonly reason: JsonFaultReason;
  /** The place in the document, dotted: `images.0.image_url`. Empty: at the top. */
  readonly path: string;
  /** Byte in the body at which it was noticed, from 0; undefined where only the place in the document is known. */
  readonly offset: number | undefined;
  /** The end of a sentence that says what is wrong. */
  readonly problem: string;
  readonly cause?: unknown;
}

/**
 * A JSON document that cannot be taken. Internal to the gateway: whoever read it says what it means,
 * since a client's bad document is a 400 and an upstream's a 502.
 */
export class JsonFault extends Error {
  override readonly name = "JsonFault";
  readonly reason: JsonFaultReason;
  readonly path: string;
  readonly offset: number | undefined;
  readonly problem: string;

  constructor(fields: JsonFaultFields) {
    const place = fields.path === "" ? "" : ` in \`${fields.path}\``;
    super(
      `${fields.problem}${place}${fields.offset === undefined ? "" : ` at byte ${fields.offset}`}`,
      fields.cause === undefined ? undefined : { cause: fields.cause },
    );
    this.reason = fields.reason;
    this.path = fields.path;
    this.offset = fields.offset;
    this.problem = fields.problem;
  }

  /** The error for the client who sent the document: invalid_json, or for a picture in it its own error under the field's name. */
  asCallerError(): PinholeError {
    const { cause, path, reason } = this;
    if (reason === "size") {
      return new PinholeError("request_too_large", {
        message:
          "The JSON body holds more text than this gateway takes; send less beside the images.",
        cause: this,
      });
    }
    if (reason !== "picture") {
      return new PinholeError("invalid_json", {
        message: `The body is no valid JSON document: ${this.message}.`,
        param: path === "" ? undefined : path,
        cause: this,
      });
    }
    if (cause instanceof PinholeError) {
      return new PinholeError(cause.code, {
        message: cause.message,
        param: path,
        detail: cause.detail,
        cause,
      });
    }
    return new PinholeError("invalid_image", {
      message: `The image in \`${path}\` must be a data URL with base64 content or an https URL: ${this.problem}.`,
      param: path,
      cause: this,
    });
  }
}
