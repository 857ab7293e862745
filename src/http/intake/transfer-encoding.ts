import { PinholeError } from "../../core/errors.ts";

/** The bytes behind a Content-Transfer-Encoding, as they arrive. Throws invalid_multipart where they are none. */
export interface TransferDecoder {
  /** The chunk itself where nothing is encoded. */
  write(chunk: Buffer): Buffer;
  /** The bytes that were still incomplete. */
  end(): Buffer;
}

const nothing = Buffer.alloc(0);
const asIs: TransferDecoder = { write: (chunk) => chunk, end: () => nothing };

/** The decoder of a part. RFC 7578 deprecates the header for forms, and old mail libraries still write it. */
export function transferDecoder(encoding: string, part: string): TransferDecoder {
  switch (encoding) {
    case "7bit":
    case "8bit":
    case "binary":
      return asIs;
    case "base64":
      return createDecoder(part, "base64", takeBase64);
    case "quoted-printable":
      return createDecoder(part, "quoted-printable", takeQuotedPrintable);
    default:
      throw new PinholeError("invalid_multipart", {
        message: `The Content-Transfer-Encoding of \`${part}\` must be binary, base64 or quoted-printable; leave it out and send the bytes as they are.`,
        param: part,
      });
  }
}

/** Decoded bytes, and the end of the text that is decoded with what follows; undefined: it is no such text. */
type Taken = readonly [bytes: Buffer, rest: string] | undefined;

function createDecoder(
  part: string,
  encoding: string,
  take: (text: string, isLast: boolean) => Taken,
): TransferDecoder {
  let rest = "";
  const decode = (text: string, isLast: boolean): Buffer => {
    const taken = take(rest + text, isLast);
    if (taken === undefined) {
      throw new PinholeError("invalid_multipart", {
        message: `\`${part}\` is not encoded as its Content-Transfer-Encoding says (${encoding}); send the bytes as they are.`,
        param: part,
      });
    }
    [, rest] = taken;
    return taken[0];
  };
  return {
    write: (chunk) => decode(chunk.toString("latin1"), false),
    end: () => decode("", true),
  };
}

/** The rest of a base64 text whose padding has come: only white space may follow. */
const padded = "=";

/** Groups of four letters; white space between them means nothing. */
function takeBase64(text: string, isLast: boolean): Taken {
  const letters = text.replace(/[\t\n\r ]+/g, "");
  if (letters === padded) return [nothing, padded];
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(letters)) return undefined;
  const left = letters.length % 4;
  if (isLast) return left === 1 ? undefined : [Buffer.from(letters, "base64"), ""];
  if (left === 0) return [Buffer.from(letters, "base64"), letters.endsWith("=") ? padded : ""];
  return [Buffer.from(letters.slice(0, -left), "base64"), letters.slice(-left)];
}

/** `=C3` is a byte, `=` at the end of a line joins it with the next one. */
function takeQuotedPrintable(text: string, isLast: boolean): Taken {
  const open = isLast ? null : /=(?:[0-9A-Fa-f]|\r)?$/.exec(text);
  const whole = open === null ? text : text.slice(0, open.index);
  if (/=(?![0-9A-Fa-f]{2}|\r?\n)/.test(whole)) return undefined;
  const bytes = whole
    .replace(/=\r?\n/g, "")
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return [Buffer.from(bytes, "latin1"), text.slice(whole.length)];
}
