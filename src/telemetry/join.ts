import type { AttemptObserver, Observer, RequestObserver } from "../core/observer.ts";

/** One observer that tells several; undefined where there are none. */
export function joinObservers(observers: readonly Observer[]): Observer | undefined {
  const [first] = observers;
  if (observers.length < 2) return first;
  return {
    request: (begun) => joinRequests(observers.map((one) => one.request(begun))),
    answered: (answer) => observers.forEach((one) => one.answered(answer)),
    command: (times) => observers.forEach((one) => one.command(times)),
    stored: (done) => observers.forEach((one) => one.stored(done)),
    healthChanged: (change) => observers.forEach((one) => one.healthChanged(change)),
  };
}

function joinRequests(listeners: readonly RequestObserver[]): RequestObserver {
  const each = <T>(of: (one: RequestObserver) => (end: T) => void): ((end: T) => void) => {
    const ends = listeners.map(of);
    return (end) => ends.forEach((tell) => tell(end));
  };
  return {
    asked: (asked) => listeners.forEach((one) => one.asked(asked)),
    step(step) {
      const over = each<void>((one) => one.step(step));
      return () => over();
    },
    attempt: (begun) => joinAttempts(listeners.map((one) => one.attempt(begun))),
    held: (nano) => each((one) => one.held(nano)),
    made: (made) => listeners.forEach((one) => one.made(made)),
    outcome: (end) => listeners.forEach((one) => one.outcome(end)),
    over: () => listeners.forEach((one) => one.over()),
  };
}

function joinAttempts(listeners: readonly AttemptObserver[]): AttemptObserver {
  return {
    exchange(kind) {
      const exchanges = listeners.map((one) => one.exchange(kind));
      return {
        headers: Object.assign({}, ...exchanges.map(({ headers }) => headers)) as Record<
          string,
          string
        >,
        end: (status) => exchanges.forEach((one) => one.end(status)),
      };
    },
    end: (end) => listeners.forEach((one) => one.end(end)),
  };
}
