import { readdirSync, readFileSync, statSync } from "node:fs";

/** The system's words about the files and sockets of this process. */
export interface DescriptorFacts {
  /** The number that may be open at once; Infinity where the system does not tell. */
  max(): number;
  /** The number that is open now. */
  open(): number;
}

/** A measurement of how many files and sockets this process may still open. */
export interface DescriptorWatch {
  /** The number that may be open at once; Infinity where the system does not tell. */
  readonly max: number;
  /** The number of further ones that it may open, as of a moment ago. */
  left(): number;
}

/** Time for which a count is believed, milliseconds. */
const freshMs = 10;

/** Reads Linux's folder of this process; elsewhere nothing is told. */
const linuxFacts: DescriptorFacts = {
  max() {
    try {
      const limits = readFileSync("/proc/self/limits", "latin1");
      const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
      return soft === undefined ? Infinity : Number(soft);
    } catch {
      return Infinity;
    }
  },
  open() {
    // The folder's size is the count since Linux 6.2; before, it is 0.
    const { size } = statSync("/proc/self/fd");
    return size > 0 ? size : readdirSync("/proc/self/fd").length;
  },
};

/** Begins to watch. `now` in milliseconds. */
export function watchDescriptors(
  now: () => number,
  facts: DescriptorFacts = linuxFacts,
): DescriptorWatch {
  const max = facts.max();
  let at = Number.NEGATIVE_INFINITY;
  let left = max;
  return {
    max,
    left() {
      if (max === Infinity || Math.abs(now() - at) < freshMs) return left;
      at = now();
      left = max - countOpen(facts, max);
      return left;
    },
  };
}

/** All of them, where not even counting is possible any more. */
function countOpen(facts: DescriptorFacts, max: number): number {
  try {
    return facts.open();
  } catch {
    return max;
  }
}
