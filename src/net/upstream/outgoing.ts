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
