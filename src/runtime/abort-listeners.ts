import { Slots } from "./slots.ts";

/** Listeners to one signal's abort: a single listener of the signal tells all of them. */
export interface AbortListeners {
  /** The place by which it is taken off again. */
  add(listener: () => void): number;
  remove(place: number): void;
}

const bySignal = new WeakMap<AbortSignal, AbortListeners>();

/** As an event does it: a throw is reported and keeps nobody else from being told. */
function tell(listener: () => void): void {
  try {
    listener();
  } catch (thrown) {
    process.nextTick(() => {
      throw thrown;
    });
  }
}

/** The listeners of a signal that many wait for and that lives long. */
export function abortListeners(signal: AbortSignal): AbortListeners {
  const known = bySignal.get(signal);
  if (known !== undefined) return known;
  const listeners = new Slots<() => void>();
  signal.addEventListener("abort", () => listeners.drain(tell));
  const made: AbortListeners = {
    add: (listener) => listeners.add(listener),
    remove: (place) => void listeners.take(place),
  };
  bySignal.set(signal, made);
  return made;
}
