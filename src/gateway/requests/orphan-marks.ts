/** Marks in the database that a request's client has gone, or is answered again, while they are being written. */
export interface OrphanMarks {
  /** Notes a mark on a request of the key with this fingerprint until it is written, or cannot be. */
  writing(keyId: string, fingerprint: string, mark: Promise<unknown>): void;
  /** Resolves when those marks are over that were being written; undefined: there are none. Never rejects. */
  written(keyId: string, fingerprint: string): Promise<unknown> | undefined;
}

/** Marks of one process. Reads of the database overtake its writes, so whoever looks for a mark waits for those under way. */
export function createOrphanMarks(): OrphanMarks {
  const under = new Map<string, Promise<unknown>>();
  const nameOf = (keyId: string, fingerprint: string): string => `${keyId} ${fingerprint}`;
  return {
    writing(keyId, fingerprint, mark) {
      const name = nameOf(keyId, fingerprint);
      const all = Promise.allSettled([under.get(name), mark]);
      under.set(name, all);
      void all.then(() => {
        if (under.get(name) === all) under.delete(name);
      });
    },
    written: (keyId, fingerprint) =>
      under.size === 0 ? undefined : under.get(nameOf(keyId, fingerprint)),
  };
}
