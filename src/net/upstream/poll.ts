import { setTimeout } from "node:timers/promises";
import { PinholeError } from "../../core/errors.ts";
import type { ProviderTools } from "../../core/provider.ts";

export interface PacingOptions {
  readonly signal: AbortSignal;
  /** Unix milliseconds. */
  readonly deadline: number;
  readonly now: () => number;
  /** Waits so many milliseconds; rejects when the signal is aborted. The platform's timer unless given. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const firstMsDefault = 500;
const maxMsDefault = 5000;
const growth = 1.5;
/** Reads of one job. At the default pace more than half a day. */
const pollsMax = 10_000;

/** The waiting that providers do: it ends with the request and at the deadline, which they cannot forget. */
export function createPacing(
  options: PacingOptions,
): Pick<ProviderTools, "poll" | "sleep" | "alongside"> {
  const { signal, deadline, now } = options;
  const pause = options.sleep ?? platformSleep;
  const sleep = async (ms: number): Promise<void> => {
    throwIfCancelled(signal);
    const left = deadline - now();
    try {
      if (left > 0) await pause(Math.min(ms, left), signal);
    } catch (thrown) {
      throwIfCancelled(signal);
      throw thrown;
    }
    throwIfCancelled(signal);
    if (ms >= left) throw deadlinePassed();
  };
  return {
    sleep,
    async poll(read, pace) {
      const longest = pace?.maxMs ?? maxMsDefault;
      let wait = Math.min(pace?.firstMs ?? firstMsDefault, longest);
      for (let polls = 0; polls < pollsMax; polls += 1) {
        throwIfCancelled(signal);
        const found = await read();
        if (found !== undefined) return found;
        await sleep(wait);
        wait = Math.min(wait * growth, longest);
      }
      throw deadlinePassed();
    },
    alongside: (work, look, everyMs) =>
      lookAlongside(work, look, (over) => pause(everyMs, AbortSignal.any([signal, over]))),
  };
}

/** `wait` rejects when there is no reason to wait any more. */
async function* lookAlongside<T, E>(
  work: () => Promise<T>,
  look: () => Promise<E | undefined>,
  wait: (over: AbortSignal) => Promise<void>,
): AsyncGenerator<E, T, void> {
  const over = new AbortController();
  const running = work().finally(() => over.abort());
  const ended = running.then(
    () => undefined,
    () => undefined,
  );
  const quiet = async (): Promise<E | undefined> => look().catch(() => undefined);
  try {
    while ((await waited(wait(over.signal))) && !over.signal.aborted) {
      const found = await Promise.race([quiet(), ended]);
      if (found !== undefined && !over.signal.aborted) yield found;
    }
    return await running;
  } finally {
    over.abort();
  }
}

/** False where the waiting was broken off. */
async function waited(waiting: Promise<void>): Promise<boolean> {
  return waiting.then(
    () => true,
    () => false,
  );
}

async function platformSleep(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal });
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled(signal);
}

/** The error of a request that was cancelled after something may have been sent; the canceller's own reason where it gave one. */
export function cancelled(signal: AbortSignal): PinholeError {
  if (signal.reason instanceof PinholeError) return signal.reason;
  return new PinholeError("upstream_failed", {
    message: "The request was cancelled while the upstream worked on it; it may have been billed.",
    detail: "cancelled",
  });
}

/** The end of a request whose deadline passes while its upstream works. */
export function deadlinePassed(): PinholeError {
  return new PinholeError("upstream_timeout", {
    message: "The upstream did not finish in time; the request may have been billed.",
    detail: "the deadline passed while waiting for the upstream's job",
  });
}
