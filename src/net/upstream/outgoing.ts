import { createHash, randomUUID } from "node:crypto";
import { contentTypes } from "../../core/picture.ts";
import { EncodedPicture, type WireJson, type WireRequest } from "../../core/wire.ts";
import { jsonBody, type OutgoingBody } from "../../json/writer.ts";
import { formBody } from "./form-writer.ts";

/** A request's body as it goes to an upstream. */
export interface Outgoing {
  readonly body: OutgoingBody | undefined;
  /** Of the body; undefined where there is none. */
  readonly contentType: string | undefined;
}

/** The body that a provider described, whose bytes are the same however often they are written. */
export function outgoingOf(request: WireRequest): Outgoing {
  if (request.json !== undefined) {
    return { body: jsonBody(request.json), contentType: "application/json" };
  }
  if (request.form !== undefined) {
    const body = formBody(request.form, `pinhole-${randomUUID()}`);
    return { body, contentType: body.contentType };
  }
  if (request.body === undefined) return { body: undefined, contentType: undefined };
  const { bytes, format } = request.body;
  const { byteLength } = bytes;
  const body = { byteLength, chunks: () => bytes.chunks(0, undefined, true), whole: undefined };
  return { body, contentType: contentTypes[format] };
}

/** Whether a body holds pictures, files and those inside JSON alike. */
export function holdsPictures({ json, form, body }: WireRequest): boolean {
  return (
    body !== undefined ||
    (form ?? []).some(({ value }) => typeof value !== "string") ||
    holdsEncoded(json)
  );
}

function holdsEncoded(value: WireJson): boolean {
  if (value instanceof EncodedPicture) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsEncoded);
}

/**
 * A function that gives the body's SHA-256 in hexadecimal. Nothing is computed before the first call, and
 * nothing twice: only signatures need it, and a body with pictures has to be written once more for it.
 */
export function lazySha256(body: OutgoingBody | undefined): () => Promise<string> {
  let digest: Promise<string> | undefined;
  return () => (digest ??= sha256(body));
}

async function sha256(body: OutgoingBody | undefined): Promise<string> {
  const hash = createHash("sha256");
  if (body?.whole !== undefined) hash.update(body.whole);
  else if (body !== undefined) for await (const chunk of body.chunks(true)) hash.update(chunk);
  return hash.digest("hex");
}

/** The headers of a request; names in lower case. */
export function headersOf(
  userAgent: string,
  request: WireRequest,
  contentType: string | undefined,
  authorization: Readonly<Record<string, string>>,
): Record<string, string> {
  const headers: Record<string, string> = {
    "user-agent": userAgent,
    accept: "application/json, image/*",
    // Lifting reads bytes as they come, and base64 of a picture does not compress.
    "accept-encoding": "identity",
  };
  if (contentType !== undefined) headers["content-type"] = contentType;
  if (request.headers !== undefined) putAll(headers, request.headers);
  putAll(headers, authorization);
  return headers;
}

/** The same headers, their names in lower case. */
export function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lower: Record<string, string> = {};
  putAll(lower, headers);
  return lower;
}

function putAll(headers: Record<string, string>, more: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(more)) headers[name.toLowerCase()] = value;
}
