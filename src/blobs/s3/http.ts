/** HTTP as this store needs it, which whoever composes hands in: the store opens no connection of its own. */
export interface S3Http {
  /** Resolves with the answer's head, whatever its status; rejects where there is none. */
  open(request: S3HttpRequest): Promise<S3HttpAnswer>;
}

/** One request. Times in milliseconds. */
export interface S3HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: { readonly byteLength: number; chunks(): AsyncIterable<Buffer> } | undefined;
  /** For the connection, TLS included. */
  readonly connectMs: number;
  /** From one chunk sent to the next, and from the last to the answer's head. */
  readonly headMs: number;
  /** For everything, the answer's body included. */
  readonly wholeMs: number;
  /** Never through a proxy. */
  readonly isDirect?: boolean;
}

/** An answer whose body is still to come: it is read once, to its end or until the loop is left. */
export interface S3HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Buffer>;
}

/** Bytes of an answer that is read as text: a page of a listing has some 500 KB. */
const textBytesMax = 4 * 1024 * 1024;

/** A whole body as text. Throws where it breaks off or is far too long. */
export async function wholeText({ body }: S3HttpAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > textBytesMax) throw new Error(`the answer is longer than ${textBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
