import { type PinholeError, asPinholeError } from "../../core/errors.ts";
import type { GatewayLog } from "../../core/log.ts";

/** Outcomes that could not be written, for want of room on the disk above all: they are tried again until they are. */
export interface Unwritten {
  /**
   * Resolves with true when `write` has succeeded: at once, or in a later `retry`; with false where the gateway
   * stops before. Never rejects.
   */
  written(requestId: string, write: () => Promise<unknown>): Promise<boolean>;
  /** Tries all again. */
  retry(): Promise<void>;
  /** Tries all a last time; what fails from now on is given up, for the next process to find lost. */
  close(): Promise<void>;
}

/** Tries of one outcome; with one every 5 s, an hour of a full disk. */
const triesMax = 720;

interface Waiting {
  readonly requestId: string;
  readonly write: () => Promise<unknown>;
  readonly done: (isWritten: boolean) => void;
  tries: number;
}

/** A list on which nothing is unwritten yet. */
export function createUnwritten(log: GatewayLog): Unwritten {
  const waiting = new Set<Waiting>();
  let isClosed = false;
  const tell = (requestId: string, { detail, message }: PinholeError): void =>
    log.error(
      { request_id: requestId, detail: detail ?? message },
      "the outcome of a request could not be written",
    );
  const tryAgain = async (one: Waiting): Promise<void> => {
    let isWritten = false;
    try {
      one.tries += 1;
      await one.write();
      isWritten = true;
      log.info(
        { request_id: one.requestId },
        "the outcome of a request has been written after all",
      );
    } catch (thrown) {
      if (one.tries < triesMax && !isClosed) return;
      tell(one.requestId, asPinholeError(thrown));
    }
    waiting.delete(one);
    one.done(isWritten);
  };
  const retry = async (): Promise<void> => {
    await Promise.all([...waiting].map(tryAgain));
  };
  return {
    async written(requestId, write) {
      try {
        await write();
        return true;
      } catch (thrown) {
        tell(requestId, asPinholeError(thrown));
      }
      if (isClosed) return false;
      return new Promise<boolean>((done) => {
        waiting.add({ requestId, write, done, tries: 1 });
      });
    },
    retry,
    async close() {
      isClosed = true;
      await retry();
    },
  };
}
