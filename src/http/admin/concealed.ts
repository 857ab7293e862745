import { errorRow, type ErrorCode, errorTable } from "../../core/errors.ts";
import type { PictureRecord, RequestRecord } from "../../gateway/gateway.ts";

/** Fields that say how a picture was asked for, and not what it is of. */
const plainFields: ReadonlySet<string> = new Set([
  "model",
  "n",
  "size",
  "quality",
  "background",
  "style",
  "output_format",
  "output_compression",
  "response_format",
  "partial_images",
  "stream",
]);

/** The members of a trace that have what was asked for, or may quote it. */
const tellingMembers: ReadonlySet<string> = new Set(["upstream", "seed", "message"]);

/** The parts of a request record that those see for whom its prompt and pictures are not: that it was, how large, and how it ended. */
export function concealedParts(record: RequestRecord): Record<string, unknown> {
  const { errorCode, warnings } = record;
  return {
    // An upstream may quote the prompt in what it says.
    error: errorCode === null ? null : { code: errorCode, message: meaningOf(errorCode) },
    fields: plainOf(record.fields),
    warnings: warnings.map(({ code, param }) => ({ code, param, message: "" })),
    pictures: record.pictures.map(concealedPicture),
  };
}

function meaningOf(code: string): string {
  return code in errorTable ? errorRow(code as ErrorCode).meaning : "";
}

function plainOf(fields: string): Record<string, unknown> {
  // The gateway wrote it itself, as an object.
  const all = Object.entries(JSON.parse(fields) as object);
  return Object.fromEntries(all.filter(([name]) => plainFields.has(name)));
}

function concealedPicture(picture: PictureRecord): Record<string, unknown> {
  const { index, format, width, height, byteLength, colour = null } = picture;
  const gone = { blob_id: null, revised_prompt: null, seed: null, path: null };
  return { index, format, width, height, bytes: byteLength, colour, ...gone };
}

/** A trace without what was asked for. */
export function concealedTrace(name: string, value: unknown): unknown {
  return tellingMembers.has(name) ? undefined : value;
}
