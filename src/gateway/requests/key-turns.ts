import { PinholeError } from "../../core/errors.ts";

/**
 * Turns at an Idempotency-Key: of requests that come at once under one key, one looks for the request
 * that it repeats, and begins where there is none, before the next one looks.
 */
export interface KeyTurns {
  /** Does the work in a turn of its own. */
  within<T>(keyId: string, idempotencyKey: string, work: () => Promise<T>): Promise<T>;
}

/** Turns that nobody has taken. */
export function createKeyTurns(): KeyTurns {
  /** The turn that is taken at each key. */
  const taken = new Map<string, Promise<void>>();
  return {
    async within(keyId, idempotencyKey, work) {
      const name = `${keyId} ${idempotencyKey}`;
      for (let turn = taken.get(name); turn !== undefined; turn = taken.get(name)) await turn;
      const { promise, resolve } = Promise.withResolvers<void>();
      taken.set(name, promise);
      try {
        return await work();
      } finally {
        taken.delete(name);
        resolve();
      }
    },
  };
}

/** The error where another process has begun a request with the key since this one looked. */
export function keyJustTaken(holder: string): PinholeError {
  return new PinholeError("overloaded", {
    message: "A request with this Idempotency-Key has just begun; send it again to wait for it.",
    detail: `request ${holder} has the key`,
    retryAfterSeconds: 1,
  });
}
