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
