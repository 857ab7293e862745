import { asPinholeError, type PinholeError } from "../core/errors.ts";
import type { AttemptOutcome, NewAttempt } from "../store/types.ts";
import {
  attempt,
  type AttemptContext,
  type CallPart,
  type CallResult,
  mayTryNext,
} from "./attempt.ts";
import type { Plan } from "./fit.ts";

/** Tries of one upstream call over all targets (DESIGN §6). */
export const attemptsMax = 3;

/** Writes attempts to the request's record as they happen. */
export interface AttemptBook {
  /** The attempt for this part, written before its socket opens: the first one of a call was written with the request itself. */
  open(call: number, attempt: number, plan: Plan): Promise<NewAttempt>;
  close(attempt: NewAttempt, outcome: Omit<AttemptOutcome, "id" | "finishedAt">): void;
}

/** Splits n images into upstream calls of at most `perCall`. */
export function splitCalls(n: number, perCall: number): CallPart[] {
  const calls: CallPart[] = [];
  for (let offset = 0; offset < n; offset += perCall) {
    calls.push({ count: Math.min(perCall, n - offset), offset });
  }
  return calls;
}

export interface CallsResult {
  readonly results: readonly CallResult[];
  /** Faults of calls that made nothing, and of calls that made less than asked. */
  readonly faults: readonly PinholeError[];
}

/** Runs all calls of a request in parallel. Throws the first fault where none of them made a picture. */
export async function runCalls(
  context: AttemptContext,
  book: AttemptBook,
  plans: readonly [Plan, ...Plan[]],
  n: number,
): Promise<CallsResult> {
  const calls = splitCalls(n, plans[0].perCall);
  const run = { context, book };
  const outcome = await gather(calls.map((part, call) => runCall(run, plans, part, call, 1)));
  const [firstFault] = outcome.faults;
  if (outcome.results.length === 0 && firstFault !== undefined) throw firstFault;
  return outcome;
}

/** Waits for all; a call that threw becomes a fault beside the others' results. */
async function gather(calls: readonly Promise<CallsResult>[]): Promise<CallsResult> {
  const results: CallResult[] = [];
  const faults: PinholeError[] = [];
  for (const outcome of await Promise.allSettled(calls)) {
    if (outcome.status === "rejected") faults.push(asPinholeError(outcome.reason));
    else {
      results.push(...outcome.value.results);
      faults.push(...outcome.value.faults);
    }
  }
  return { results, faults };
}

interface Run {
  readonly context: AttemptContext;
  readonly book: AttemptBook;
}

/** One call: the first plan, then the next as long as the evidence allows it and tries are left. */
async function runCall(
  run: Run,
  plans: readonly Plan[],
  part: CallPart,
  call: number,
  tryNumber: number,
): Promise<CallsResult> {
  const [plan, ...others] = plans;
  if (plan === undefined) return { results: [], faults: [] };
  if (part.count > plan.perCall) return runSmaller(run, plans, part, call, tryNumber);
  const { context, book } = run;
  const opened = await book.open(call, tryNumber, plan);
  try {
    const result = await attempt(context, plan, part);
    book.close(opened, {
      state: result.fault === undefined ? "succeeded" : "failed",
      errorCode: result.fault?.code ?? null,
      evidence: null,
      detail: result.fault?.detail ?? result.fault?.message ?? null,
      providerNano: result.charge ?? null,
    });
    return { results: [result], faults: result.fault === undefined ? [] : [result.fault] };
  } catch (thrown) {
    const error = asPinholeError(thrown);
    const evidence = error.evidence ?? null;
    const free = evidence === "never_sent" || evidence === "refused" || evidence === "caller";
    book.close(opened, {
      state: "failed",
      errorCode: error.code,
      evidence,
      detail: error.detail ?? error.message,
      providerNano: free ? 0 : null,
    });
    if (tryNumber >= attemptsMax || others.length === 0 || !mayTryNext(error, plan)) throw error;
    if (context.signal.aborted) throw error;
    return runCall(run, others, part, call, tryNumber + 1);
  }
}

/** The next target makes fewer images a call than the first one did: its share is split again. */
async function runSmaller(
  run: Run,
  plans: readonly Plan[],
  part: CallPart,
  call: number,
  tryNumber: number,
): Promise<CallsResult> {
  const pieces = splitCalls(part.count, plans[0]?.perCall ?? 1);
  const outcome = await gather(
    pieces.map((piece) => {
      const offset = part.offset + piece.offset;
      return runCall(run, plans, { count: piece.count, offset }, call, tryNumber);
    }),
  );
  const [firstFault] = outcome.faults;
  if (outcome.results.length === 0 && firstFault !== undefined) throw firstFault;
  return outcome;
}
