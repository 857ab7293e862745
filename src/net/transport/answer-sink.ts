import type { IncomingHttpHeaders } from "node:http";

/** Status and headers of an answer; names in lower case, repeated headers joined with `, `. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Takes an answer's body in. Everything is synchronous; reading pauses only where `congested` says so. */
export interface AnswerSink<T> {
  /** False: has seen enough, the rest is not wanted. May throw. */
  write(chunk: Buffer): boolean;
  /** May throw. */
  end(): T;
  /** Called instead of `end`, and after a throw. */
  abort(): void;
  /** True where what came is whole by its own form, so that a broken end of the transport loses nothing. */
  readonly complete: boolean;
  /** True where nothing is lost if a small answer is written only when all of it has come. */
  readonly patient?: boolean;
  /** True where reading should wait until `resume` is called; asked after a `write` that was not the last. */
  congested?(resume: () => void): boolean;
}

/** How long a body its head says it is, bytes; undefined where it does not. */
export function announcedLength({ headers }: AnswerHead): number | undefined {
  const length = headers["content-length"];
  const isSaid = length !== undefined && /^\d+$/.test(length);
  return isSaid && headers["transfer-encoding"] === undefined ? Number(length) : undefined;
}

/** Node's headers with one value a name. */
export function flatHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}
