import { PinholeError } from "../../core/errors.ts";

/** A break of one HTTP exchange, and whether the request had been sent by then. */
export class TransportFault extends Error {
  override readonly name = "TransportFault";
  /** False: not a byte of the request can have reached the other side. */
  readonly sent: boolean;
  readonly kind: "failed" | "timeout" | "cancelled" | "unreadable";

  constructor(sent: boolean, kind: TransportFault["kind"], problem: string) {
    super(problem);
    this.sent = sent;
    this.kind = kind;
  }
}

/** The words of a broken connection's error; an AggregateError (all addresses of a name failed) says nothing itself. */
export function describeBreak(error: Error): string {
  if (!(error instanceof AggregateError)) return error.message;
  return error.errors.map((one) => (one instanceof Error ? one.message : String(one))).join("; ");
}

/** The error where no file was left for a connection: nothing was sent, and it says nothing about the other side. */
export function noConnection(error: Error): PinholeError {
  return new PinholeError("overloaded", {
    message:
      "The gateway can open no more connections at the moment; send the request again later.",
    detail: describeBreak(error),
    retryAfterSeconds: 2,
    evidence: "never_sent",
    cause: error,
  });
}
