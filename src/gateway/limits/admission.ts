import { PinholeError } from "../../core/errors.ts";

/** The bounds on work that is taken in at the same time. */
export interface AdmissionLimits {
  /** Image requests, from their head until their answer has left and their work is done. */
  readonly requestsMax: number;
  /** Bytes of pictures held for requests, in memory and in spool files, and of bodies still to come. */
  readonly bytesMax: number;
  /** The delay of timers on average, in milliseconds, above which nothing more is admitted. */
  readonly eventLoopDelayMsMax: number;
}

export interface AdmissionParts {
  readonly limits: AdmissionLimits;
  /** Bytes of pictures that requests hold now. */
  readonly spooledBytes: () => number;
  readonly eventLoopDelayMs: () => number;
  /** Files and sockets that the process may still open. */
  readonly filesLeft: () => number;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** Leave to work on one request. */
export interface Ticket {
  /** So many bytes of the body have come. Throws `overloaded` where a body of unsaid length is too much. */
  received(bytes: number): void;
  /** No more of the body will come. */
  bodyRead(): void;
  /** The request is over. A second call changes nothing. */
  leave(): void;
}

/** The gate before all work: refused early, a request has cost nothing and may be sent again. */
export interface Admission {
  /** `bodyBytes`: what the head announces; undefined where it does not say. Throws `overloaded`. */
  enter(bodyBytes: number | undefined): Ticket;
  /** Throws `overloaded` where a request would be refused for want of files. */
  checkFiles(): void;
}

/** Files and sockets of one request that may not be open yet: connections to upstreams, spools, what is put away. */
const filesPerRequest = 2;
/** Files and sockets that are left to all others: health checks, hosted images, the database. */
const filesSpare = 16;

/** Seconds over which refused requests are spread when they come back. */
const retrySpreadSeconds = 4;

/** A gate with nobody inside. */
export function createAdmission(parts: AdmissionParts): Admission {
  const { limits, spooledBytes, eventLoopDelayMs, filesLeft, random } = parts;
  let requests = 0;
  let expectedBytes = 0;
  const refuse = (detail: string): never => {
    throw new PinholeError("overloaded", {
      message: "The gateway is at its limit and has not begun this request; send it again later.",
      detail,
      retryAfterSeconds: 1 + Math.floor(random() * retrySpreadSeconds),
    });
  };
  const checkBytes = (more: number): void => {
    const held = spooledBytes() + expectedBytes;
    // Alone, a request may be larger than the limit: refused, it could never be served.
    if (requests > 0 && held + more > limits.bytesMax) {
      refuse(`${held} bytes are in flight and ${more} would come; admission.bytes_max`);
    }
  };
  const checkFiles = (): void => {
    const left = filesLeft();
    if (left < filesSpare + (requests + 1) * filesPerRequest)
      refuse(`${left} more files or connections can be opened; raise the limit of open files`);
  };
  return {
    checkFiles,
    enter(bodyBytes) {
      if (requests >= limits.requestsMax) {
        refuse(`${requests} requests are in flight; admission.requests_max`);
      }
      checkBytes(bodyBytes ?? 0);
      checkFiles();
      const delay = eventLoopDelayMs();
      if (delay > limits.eventLoopDelayMsMax) {
        refuse(`timers are ${Math.round(delay)} ms late; admission.event_loop_delay_max`);
      }
      requests += 1;
      let toCome = bodyBytes ?? 0;
      expectedBytes += toCome;
      const bodyRead = (): void => {
        expectedBytes -= toCome;
        toCome = 0;
      };
      let inside = true;
      return {
        received(bytes) {
          if (bodyBytes === undefined && requests > 1) checkBytes(bytes);
          const counted = Math.min(bytes, toCome);
          toCome -= counted;
          expectedBytes -= counted;
        },
        bodyRead,
        leave() {
          if (!inside) return;
          inside = false;
          requests -= 1;
          bodyRead();
        },
      };
    },
  };
}
