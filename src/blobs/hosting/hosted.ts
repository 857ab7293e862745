import { contentTypes, thumbnailWidths } from "../../core/picture.ts";
import { readRange, type ByteRange } from "./byte-range.ts";
import { extensions, type Signer } from "./sign.ts";
import type { BlobStore, OpenBlob } from "../types.ts";

/** The parts of a request that matter here. Header names in lower case. */
export interface HostedRequest {
  readonly method: string;
  /** As it came, undecoded, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** An answer without a body but with status 404 or 410 gets the error envelope from whoever sends it. */
export interface HostedAnswer {
  readonly status: 200 | 206 | 302 | 304 | 404 | 410 | 412 | 416;
  readonly headers: Readonly<Record<string, string>>;
  /** Chunks are lent: each is only valid until the next one is asked for. */
  readonly body?: AsyncIterable<Buffer>;
}

export interface HostedParts {
  readonly signer: Signer;
  readonly blobs: BlobStore;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** A URL at which the picture can be read for so many seconds at most, without this gateway. Absent: there are none. */
  /** A small WebP of a picture; undefined: it is shown itself. */
  readonly thumbnail: (blob: OpenBlob, width: number) => Promise<Buffer | undefined>;
  readonly lead?: ((id: string, secondsMax: number) => Promise<string>) | undefined;
}

/** An image is made to be shown anywhere, and must never act as a page of this origin (CONTRACT, Delivery). */
const everywhereHeaders: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; sandbox",
  "cross-origin-resource-policy": "cross-origin",
  "referrer-policy": "no-referrer",
  "access-control-allow-origin": "*",
};
const refusedHeaders = { ...everywhereHeaders, "cache-control": "no-store" };

/** Answers GET and HEAD for a hosted image. Whatever was not signed here is a 404, all alike; what was and is gone is a 410. */
export async function hostedAnswer({
  signer,
  blobs,
  now,
  thumbnail,
  lead,
  request,
}: HostedParts & { readonly request: HostedRequest }): Promise<HostedAnswer> {
  const verdict = signer.verify(request.path, request.query);
  const width = widthOf(request.query["w"]);
  if (width === "unknown") return { status: 404, headers: refusedHeaders };
  if (verdict.kind === "unknown" || !["GET", "HEAD"].includes(request.method))
    return { status: 404, headers: refusedHeaders };
  if (verdict.kind === "expired") return { status: 410, headers: refusedHeaders };
  const blob = await blobs.open(verdict.id);
  if (blob === undefined) return { status: 410, headers: refusedHeaders };
  // A picture may be kept longer than this URL is good for.
  const restMs = Math.min(blob.expiresAt, verdict.expiresAtMs) - now();
  const small = width === undefined ? undefined : await thumbnail(blob, width);
  if (small !== undefined) return answer(smallBlob(blob, small, width), request, restMs);
  const whole = answer(blob, request, restMs);
  return lead === undefined ? whole : leadAway(whole, request, () => lead(blob.id, restMs / 1_000));
}

/** A width that was asked for beside the signature; `unknown`: one that no picture is made in. */
function widthOf(text: unknown): number | undefined | "unknown" {
  if (text === undefined) return undefined;
  return thumbnailWidths.find((width) => String(width) === text) ?? "unknown";
}

/** The small picture as if it rested in the store, as long as the whole one. */
function smallBlob(
  { id, expiresAt }: OpenBlob,
  bytes: Buffer,
  width: number | undefined,
): OpenBlob {
  return {
    id: `${id}-${String(width)}`,
    format: "webp",
    byteLength: bytes.length,
    expiresAt,
    async *chunks(start = 0, end = bytes.length) {
      yield bytes.subarray(start, end);
    },
    reader: () => undefined,
  };
}

/**
 * The same answer, or where it would send bytes, the way to them. A page of this origin, such as the console, is not led
 * away: its pictures come from here, as its content security policy says.
 */
async function leadAway(
  whole: HostedAnswer,
  { headers }: HostedRequest,
  lead: () => Promise<string>,
): Promise<HostedAnswer> {
  if (whole.body === undefined || text(headers["sec-fetch-site"]) === "same-origin") return whole;
  try {
    const location = await lead();
    // Asked for again each time: until the picture is deleted, and no longer.
    return { status: 302, headers: { ...refusedHeaders, location } };
  } catch {
    // Whatever is in the way of a URL, such as credentials that are about to end, the bytes can be sent from here.
    return whole;
  }
}

function answer(blob: OpenBlob, { method, headers }: HostedRequest, restMs: number): HostedAnswer {
  // The bytes of an id never change.
  const tag = `"${blob.id}"`;
  const seconds = Math.max(0, Math.floor(restMs / 1_000));
  const kept = {
    ...everywhereHeaders,
    etag: tag,
    "cache-control": `private, max-age=${seconds}`,
    "accept-ranges": "bytes",
  };
  const ifMatch = text(headers["if-match"]);
  if (ifMatch !== undefined && !matches(ifMatch, tag, false)) return { status: 412, headers: kept };
  const ifNoneMatch = text(headers["if-none-match"]);
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, tag, true))
    return { status: 304, headers: kept };

  const ifRange = text(headers["if-range"]);
  const rangeCounts = method === "GET" && (ifRange === undefined || ifRange.trim() === tag);
  const range = rangeCounts ? readRange(text(headers["range"]), blob.byteLength) : "whole";
  if (range === "unsatisfiable")
    return { status: 416, headers: { ...kept, "content-range": `bytes */${blob.byteLength}` } };
  const part: ByteRange = range === "whole" ? { start: 0, end: blob.byteLength } : range;
  const described = {
    ...kept,
    "content-type": contentTypes[blob.format],
    "content-length": String(part.end - part.start),
    "content-disposition": disposition(blob),
    ...(range === "whole"
      ? {}
      : { "content-range": `bytes ${part.start}-${part.end - 1}/${blob.byteLength}` }),
  };
  return {
    status: range === "whole" ? 200 : 206,
    headers: described,
    ...(method === "HEAD" ? {} : { body: blob.chunks(part.start, part.end, true) }),
  };
}

/** SVG can hold scripts: the sandbox stops them, and nobody needs to see one opened from here as a page. */
function disposition({ id, format }: OpenBlob): string {
  const kind = format === "svg" ? "attachment" : "inline";
  return `${kind}; filename="${id}.${extensions[format]}"`;
}

/** RFC 9110 §8.8.3.2: weak comparison takes `W/"x"` for `"x"`; our own tag is strong. */
function matches(header: string, tag: string, weak: boolean): boolean {
  return header.split(",").some((part) => {
    const given = part.trim();
    return given === "*" || given === tag || (weak && given === `W/${tag}`);
  });
}

function text(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.join(", ");
}
