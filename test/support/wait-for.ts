import { vi } from "vitest";

/** The time after which what is waited for will not come any more, milliseconds; a busy machine is no reason to fail. */
const waitMs = 60_000;

/** Looks again and again, every `interval` milliseconds, until nothing is thrown, and gives what was found. */
export function waitFor<T>(look: () => T | Promise<T>, interval = 50): Promise<T> {
  return vi.waitFor(look, { timeout: waitMs, interval });
}
