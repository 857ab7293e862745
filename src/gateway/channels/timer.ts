/** A timer that calls `work` after so many milliseconds, unless what it returns is called before. */
export type Timer = (ms: number, work: () => void) => () => void;

/** The timer of the platform. */
export const platformTimer: Timer = (ms, work) => {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
};
