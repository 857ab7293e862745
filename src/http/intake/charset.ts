import { PinholeError } from "../../core/errors.ts";

/**
 * The decoder for a charset's name, which throws on bytes that are no such text; undefined for UTF-8 and
 * for ASCII, which is a part of it. Throws `unsupported_media_type` where the name is not known.
 */
export function decoderOf(charset: string | undefined): TextDecoder | undefined {
  if (charset === undefined || /^(utf-?8|(us-)?ascii)?$/i.test(charset)) return undefined;
  try {
    const decoder = new TextDecoder(charset, { fatal: true });
    return decoder.encoding === "utf-8" ? undefined : decoder;
  } catch (cause) {
    throw new PinholeError("unsupported_media_type", {
      message: `The charset ${charset.slice(0, 50)} is not known here; send UTF-8.`,
      cause,
    });
  }
}

/** A whole text of a form's part in the charset that it names. Throws invalid_multipart where it is none. */
export function readText(bytes: Buffer, charset: string | undefined, part: string): string {
  const decoder = decoderOf(charset) ?? new TextDecoder("utf-8", { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new PinholeError("invalid_multipart", {
      message: `\`${part}\` is no valid ${decoder.encoding} text; send UTF-8, or name the charset in the part's Content-Type.`,
      param: part,
      cause,
    });
  }
}

/** Chunks in a charset, as UTF-8. */
export interface Transcoder {
  write(chunk: Buffer): Buffer;
  /** The bytes of a character that has only begun; throws invalid_json on them. */
  end(): Buffer;
}

/** Turns a document into UTF-8 while it arrives; undefined where it is UTF-8 already. */
export function transcoderOf(charset: string | undefined): Transcoder | undefined {
  const decoder = decoderOf(charset);
  if (decoder === undefined) return undefined;
  const decode = (chunk: Buffer | undefined): Buffer => {
    try {
      return Buffer.from(decoder.decode(chunk, { stream: chunk !== undefined }), "utf8");
    } catch (cause) {
      throw new PinholeError("invalid_json", {
        message: `The body is no valid ${decoder.encoding} text, as its Content-Type says that it is; send UTF-8.`,
        cause,
      });
    }
  };
  return { write: decode, end: () => decode(undefined) };
}
