import type { IncomingHttpHeaders } from "node:http";

/** Status and headers of an answer; names in lower case, repeated headers joined with `, `. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The hold that a sink which works on after its writes has on its exchange. */
export interface SinkControl {
  /** Ends the exchange with this error. */
  fail(thrown: unknown): void;
  /** Ends the exchange well: the rest of the answer is not wanted. */
  finish(): void;
}

/** Takes an answer's body in. Writing is synchronous; reading pauses only where `congested` says so. */
export interface AnswerSink<T> {
  /** Called once before the first `write`. */
  attach?(control: SinkControl): void;
  /** False: has seen enough, the rest is not wanted. May throw. */
  write(chunk: Buffer): boolean;
  /** May throw. Only a sink that still works on what was written answers later. */
  end(): T | PromiseLike<T>;
  /** Called instead of `end`, and after a throw. */
  abort(): void;
  /** True where what came is whole by its own form, so that a broken end of the transport loses nothing. */
  readonly complete: boolean;
  /** True where nothing is lost if a small answer is written only when all of it has come. */
  readonly patient?: boolean;
  /** True where reading should wait until `resume` is called; asked after a `write` that was not the last. */
  congested?(resume: () => void): boolean;
}

/** A sink that is done with what was written when `write` returns. */
export interface PromptSink<T> extends AnswerSink<T> {
  end(): T;
}

/** The length of a body as its head announces it, bytes; undefined where it does not. */
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
