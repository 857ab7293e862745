import { contentTypes } from "../../core/picture.ts";
import { expired } from "../files/file-chunks.ts";
import type { StoredBlob } from "../types.ts";
import type { S3Client, S3Reply } from "./client.ts";
import { unavailable } from "./standing.ts";

/** A part of an object: `start` inclusive, `end` exclusive. */
interface Part {
  readonly start: number;
  readonly end: number;
}

/** Breaks of one reading after which it goes on from where it stood. */
const breaksMax = 3;

/**
 * The bytes of a part of an object. An answer that breaks off is gone on with where it stopped. Throws
 * result_expired where the object is gone, and storage_unavailable.
 */
export async function* objectChunks(
  client: S3Client,
  blob: StoredBlob,
  { start, end }: Part,
): AsyncGenerator<Buffer, void, void> {
  let at = start;
  for (let breaks = 0; at < end;) {
    const { body, headers } = await askPart(client, blob, { start: at, end });
    const isOther = isOtherThan(end - at, headers);
    try {
      for await (const chunk of body) {
        if (isOther) throw new Error("another answer came than the object");
        if (at + chunk.length > end) throw new Error("more came than was asked for");
        at += chunk.length;
        yield chunk;
      }
      if (at < end) throw new Error("less came than was asked for");
    } catch (thrown) {
      breaks += 1;
      const problem = thrown instanceof Error ? thrown.message : String(thrown);
      if (breaks > breaksMax) throw unavailable(`an object could not be read: ${problem}`, thrown);
    }
  }
}

async function askPart(client: S3Client, blob: StoredBlob, part: Part): Promise<S3Reply> {
  const isWhole = part.start === 0 && part.end === blob.byteLength;
  const reply = await client.ask({
    method: "GET",
    key: blob.id,
    headers: isWhole ? {} : { range: `bytes=${part.start}-${part.end - 1}` },
    isStream: true,
  });
  if (reply.status === 404) throw expired(undefined);
  if (reply.error !== undefined)
    throw unavailable(`an object could not be read: ${reply.error.code} ${reply.error.message}`);
  return reply;
}

/** True where an answer is none of an object, such as an error under a good status. */
function isOtherThan(length: number, headers: S3Reply["headers"]): boolean {
  const said = headers["content-length"];
  const isXml = /\bxml\b/.test(headers["content-type"] ?? "") && !isSvg(headers);
  return isXml || (said !== undefined && Number(said) !== length);
}

function isSvg(headers: S3Reply["headers"]): boolean {
  return headers["content-type"] === contentTypes.svg;
}
