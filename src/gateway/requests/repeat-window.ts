import type { PinholeError } from "../../core/errors.ts";

/** A request that equal ones repeat within the window, by its id. */
export interface RecentEnd {
  /** The error that it ended in, which may have been billed; undefined where only its client left. */
  readonly failed: { readonly id: string; readonly error: PinholeError } | undefined;
  /** True where a client left without its answer: there may be a request to attach to. */
  readonly hasLeft: boolean;
}

/**
 * The memory of this process for clients that repeat a request without saying so (`policy.repeat_window`):
 * requests that ended in an error that may have been billed, and those whose client left. It holds
 * nothing of requests that end well, which are nearly all.
 */
export interface RepeatWindow {
  /** Notes an error that may have been billed. */
  failed(keyId: string, fingerprint: string, id: string, error: PinholeError): void;
  /** Notes that a client left without its answer. */
  left(keyId: string, fingerprint: string): void;
  /** The requests whose errors are remembered. */
  failedIds(): readonly string[];
  /** Forgets the error of a request. */
  forget(id: string): void;
  /** The end that an equal request of the key repeats; undefined: none. */
  find(keyId: string, fingerprint: string): RecentEnd | undefined;
}

/** The ends of equal requests, each until its time has passed. */
interface Noted {
  failed: { readonly id: string; readonly error: PinholeError; readonly until: number } | undefined;
  leftUntil: number;
}

/** A window in which nothing has happened. `uptime`: milliseconds that never go back. */
export function createRepeatWindow(windowMs: () => number, uptime: () => number): RepeatWindow {
  /** Ends by key and fingerprint; the ones noted last stand last. */
  const noted = new Map<string, Noted>();
  const isPast = ({ failed, leftUntil }: Noted): boolean =>
    Math.max(failed?.until ?? 0, leftUntil) <= uptime();
  const note = (name: string, change: Partial<Noted>): void => {
    if (windowMs() === 0) return;
    const before = noted.get(name) ?? { failed: undefined, leftUntil: 0 };
    noted.delete(name);
    noted.set(name, { ...before, ...change });
    for (const [oldest, one] of noted) {
      if (!isPast(one)) break;
      noted.delete(oldest);
    }
  };
  const nameOf = (keyId: string, fingerprint: string): string => `${keyId} ${fingerprint}`;
  return {
    failed: (keyId, fingerprint, id, error) =>
      note(nameOf(keyId, fingerprint), { failed: { id, error, until: uptime() + windowMs() } }),
    left: (keyId, fingerprint) =>
      note(nameOf(keyId, fingerprint), { leftUntil: uptime() + windowMs() }),
    failedIds: () => [...noted.values()].flatMap(({ failed }) => (failed ? [failed.id] : [])),
    forget(id) {
      for (const one of noted.values()) if (one.failed?.id === id) one.failed = undefined;
    },
    find(keyId, fingerprint) {
      if (noted.size === 0) return undefined;
      const found = noted.get(nameOf(keyId, fingerprint));
      if (found === undefined || isPast(found)) return undefined;
      const { failed, leftUntil } = found;
      const isFailed = failed !== undefined && failed.until > uptime();
      return { failed: isFailed ? failed : undefined, hasLeft: leftUntil > uptime() };
    },
  };
}
