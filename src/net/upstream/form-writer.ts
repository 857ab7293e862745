import { contentTypes, type Picture } from "../../core/picture.ts";
import type { FormField } from "../../core/wire.ts";
import type { OutgoingBody } from "../../json/writer.ts";

/** A multipart/form-data document on its way out. */
export interface FormBody extends OutgoingBody {
  /** The content-type header, boundary included. */
  readonly contentType: string;
}

/**
 * Describes a form that is written while it is sent (RFC 7578, names escaped as browsers do). A
 * picture is a file part whose filename and type come from its true format. `boundary`: 1 to 70
 * letters, digits or hyphens that occur in no part; a random one.
 */
export function formBody(fields: readonly FormField[], boundary: string): FormBody {
  if (!/^[A-Za-z0-9-]{1,70}$/.test(boundary)) throw new TypeError("not a form boundary");
  const parts = fields.map((field) => partOf(field, boundary));
  const end = Buffer.from(`--${boundary}--\r\n`);
  const pictures = parts.some((part) => part.picture !== undefined);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    byteLength: parts.reduce((sum, part) => sum + part.byteLength, end.length),
    whole: pictures ? undefined : Buffer.concat([...parts.map((part) => part.head), end]),
    async *chunks() {
      for (const { head, picture } of parts) {
        yield head;
        if (picture === undefined) continue;
        // A socket takes a whole block or makes its writer wait, so that the next one is asked for after it has gone.
        yield* picture.bytes.chunks(0, undefined, true);
        yield lineEnd;
      }
      yield end;
    },
  };
}

const lineEnd = Buffer.from("\r\n");

interface Part {
  /** The bytes before the picture; of a text part all of it. */
  readonly head: Buffer;
  readonly picture: Picture | undefined;
  readonly byteLength: number;
}

function partOf({ name, value }: FormField, boundary: string): Part {
  const opening = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`;
  if (typeof value === "string") {
    const head = Buffer.from(`${opening}\r\n\r\n${value}\r\n`, "utf8");
    return { head, picture: undefined, byteLength: head.length };
  }
  const { format, bytes } = value;
  const head = Buffer.from(
    `${opening}; filename="${fileStem(name)}.${format}"\r\nContent-Type: ${contentTypes[format]}\r\n\r\n`,
    "utf8",
  );
  return { head, picture: value, byteLength: head.length + bytes.byteLength + lineEnd.length };
}

/** As the HTML standard's multipart/form-data encoding says: the three characters that would end the name. */
function escapeName(name: string): string {
  return name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
}

/** `image[]` is sent as `image.png`. */
function fileStem(name: string): string {
  return /^[A-Za-z0-9_-]+/.exec(name)?.[0] ?? "image";
}
