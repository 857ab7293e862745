import type { WireEvent } from "../../core/wire.ts";
import { abortListeners } from "../../runtime/abort-listeners.ts";

/** The time a stream that nobody reads any more may still take to end by itself, so that its connection can be used again. */
const lingerMs = 1_000;

/**
 * Runs `begin` and yields what it pushes, in order; then throws what it rejects with. The pushing side
 * is never paused: the sink that pushes has limits of its own. `over` is aborted when the reader stops early,
 * and with `signal`, for its reason.
 */
export async function* readEvents(
  signal: AbortSignal,
  begin: (push: (event: WireEvent) => void, over: AbortSignal) => Promise<void>,
): AsyncGenerator<WireEvent, void, void> {
  const over = new AbortController();
  const end = (): void => over.abort(signal.reason);
  if (signal.aborted) end();
  const listeners = abortListeners(signal);
  const place = listeners.add(end);
  const waiting: WireEvent[] = [];
  let wake = Promise.withResolvers<void>();
  let ended = false;
  const push = (event: WireEvent): void => {
    waiting.push(event);
    wake.resolve();
  };
  const running = begin(push, over.signal).finally(() => {
    ended = true;
    listeners.remove(place);
    wake.resolve();
  });
  // The reader sees a failure after the events before it; until then it must not count as unhandled.
  running.catch(() => undefined);
  try {
    for (;;) {
      for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) yield event;
      if (ended) break;
      await wake.promise;
      wake = Promise.withResolvers<void>();
    }
    await running;
  } finally {
    // `ended` is set by a callback, which the narrowing above does not see.
    if (!(ended as boolean)) linger(running, over);
  }
}

function linger(running: Promise<void>, over: AbortController): void {
  const timer = setTimeout(() => over.abort(), lingerMs);
  timer.unref();
  void running.then(
    () => clearTimeout(timer),
    () => clearTimeout(timer),
  );
}
