/** The part of a request that one upstream call is to make. */
export interface CallPart {
  /** Images to make. */
  readonly count: number;
  /** Place of the first of them in the answer; also what is added to the seed. */
  readonly offset: number;
}

/** Splits n images into upstream calls of at most `perCall`. */
export function splitCalls(n: number, perCall: number): CallPart[] {
  const calls: CallPart[] = [];
  for (let offset = 0; offset < n; offset += perCall) {
    calls.push({ count: Math.min(perCall, n - offset), offset });
  }
  return calls;
}
