import { asPinholeError, type PinholeError } from "../../core/errors.ts";
import type { AttemptOutcome, NewAttempt } from "../../store/request-records.ts";
import { attempt } from "./attempt.ts";
import type { AttemptContext, CallResult } from "./terms.ts";
import type { CallPart } from "../routing/call-part.ts";
import { chargeOf, type Failure, nextStep, verdictOf } from "./decision.ts";
import type { Verdict } from "../channels/health.ts";
import type { Lease } from "../channels/lease.ts";
import type { Chosen } from "../routing/choose.ts";
import { chooseTarget, type OpenCall } from "../routing/dispatch.ts";
import { splitCalls } from "../routing/call-part.ts";
import type { Plan } from "../fit/terms.ts";
import { noChannel, type Route } from "../routing/route.ts";
import type { Tried } from "../routing/tried.ts";

/** Writes attempts to the request's record as they happen. */
export interface AttemptBook {
  /** The attempt of this call, written before its socket opens: the first ones may have been written with the request itself. */
  open(call: number, attempt: number, plan: Plan): NewAttempt | Promise<NewAttempt>;
  close(attempt: NewAttempt, outcome: Omit<AttemptOutcome, "id" | "finishedAt">): void;
}

export interface CallsResult {
  readonly results: readonly CallResult[];
  /** Faults of calls that made nothing, and of calls that made less than asked. */
  readonly faults: readonly PinholeError[];
}

interface Run {
  readonly context: AttemptContext;
  readonly book: AttemptBook;
  readonly route: Route;
  /** The number of the next call that a split makes. */
  nextCall: number;
}

/** One upstream call on its way. */
interface Running {
  readonly call: number;
  readonly part: CallPart;
  readonly tried: Tried;
  /** Attempts made so far. */
  attempts: number;
}

/** Runs all calls of a request in parallel. Throws the first fault where none of them made a picture. */
export function runCalls(
  context: AttemptContext,
  book: AttemptBook,
  route: Route,
  calls: readonly OpenCall[],
): Promise<CallsResult> {
  const run: Run = { context, book, route, nextCall: calls.length };
  const [first] = calls;
  if (first !== undefined && calls.length === 1) return beginCall(run, first, 0);
  return gather(calls.map((open, call) => beginCall(run, open, call)));
}

function beginCall(run: Run, { part, tried, first }: OpenCall, call: number): Promise<CallsResult> {
  return runCall(run, { call, part, tried, attempts: 0 }, first);
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
  const [firstFault] = faults;
  if (results.length === 0 && firstFault !== undefined) throw firstFault;
  return { results, faults };
}

/** One call: its first target, then the next as long as the evidence, the time and the budget allow it. */
async function runCall(
  run: Run,
  running: Running,
  first: Chosen | undefined,
): Promise<CallsResult> {
  const { context, route } = run;
  const { parts } = context;
  parts.routing.retryBudget.call(parts.now());
  let chosen = first ?? (await chooseTarget(context, route, running.tried, running.part.count));
  if (chosen === undefined) throw noChannel(1000);
  for (;;) {
    if (running.part.count > chosen.plan.perCall) return runSmaller(run, running, chosen);
    const end = await tryOnce(run, running, chosen);
    if ("result" in end) {
      const { fault } = end.result;
      return { results: [end.result], faults: fault === undefined ? noFaults : [fault] };
    }
    chosen = await chooseNext(run, running, chosen, end.failure);
    if (chosen === undefined) throw end.failure.error;
  }
}

const noFaults: readonly PinholeError[] = [];
const good: Verdict = { kind: "good" };

/** Makes one attempt, with its line in the record and its word about the channel's health. */
async function tryOnce(run: Run, running: Running, chosen: Chosen): ReturnType<typeof attempt> {
  const { context, book } = run;
  const { plan, lease } = chosen;
  running.attempts += 1;
  let opened: NewAttempt;
  try {
    opened = await book.open(running.call, running.attempts, plan);
  } catch (thrown) {
    lease.cancel();
    throw thrown;
  }
  const end = await attempt(context, plan, lease.credential, running.part);
  if ("failure" in end) await recordedOr(context, lease);
  const fault = "result" in end ? end.result.fault : undefined;
  const failure: Failure | undefined =
    "failure" in end
      ? end.failure
      : fault === undefined
        ? undefined
        : { error: fault, cancelled: context.signal.aborted };
  if (failure === undefined) {
    lease.end(good, "channel");
  } else {
    const { verdict, scope } = verdictOf(failure);
    lease.end(verdict, scope);
  }
  book.close(opened, {
    state: failure === undefined ? "succeeded" : "failed",
    errorCode: failure?.error.code ?? null,
    evidence: fault === undefined ? (failure?.error.evidence ?? null) : "produced",
    detail: failure?.error.detail ?? failure?.error.message ?? null,
    providerNano: "result" in end ? (end.result.charge ?? null) : chargeOf(end.failure),
  });
  return end;
}

/** What failed because the request has no record was never begun, and says nothing about the channel. */
async function recordedOr({ recorded }: AttemptContext, lease: Lease): Promise<void> {
  try {
    await recorded;
  } catch (thrown) {
    lease.cancel();
    throw thrown;
  }
}

/** The next target after a failure; undefined where nothing more may be tried. */
async function chooseNext(
  run: Run,
  running: Running,
  { plan, spot, lease }: Chosen,
  failure: Failure,
): Promise<Chosen | undefined> {
  const { context, route } = run;
  const { parts, signal, deadline } = context;
  const standing = (): Parameters<typeof nextStep>[2] => ({
    attempts: running.attempts,
    now: parts.now(),
    deadline,
    wanted: !signal.aborted && (context.wanted?.() ?? true),
  });
  if (nextStep(failure, plan, standing()) === "stop") return undefined;
  remember(running.tried, { plan, spot, lease }, verdictOf(failure).scope === "credential");
  const next = await chooseTarget(context, route, running.tried, running.part.count);
  if (next === undefined) return undefined;
  // Asked again, since waiting in a queue takes time.
  const step = nextStep(failure, plan, standing());
  if (step === "free") return next;
  if (step === "budgeted" && parts.routing.retryBudget.tryRetry(parts.now())) return next;
  next.lease.cancel();
  return undefined;
}

/** What failed is not tried again by this call; another credential of the same channel is another target. */
function remember(tried: Tried, { spot, lease }: Chosen, isCredentialFault: boolean): void {
  const { id, credentials } = spot.target.channel;
  tried.addCredential(id, lease.credential);
  const isSpent = tried.credentials(id).size >= credentials.length;
  if (!isCredentialFault || isSpent) tried.add(spot);
}

/** The target makes fewer images at once than the call asks for: the call is split, the first piece has the target. */
async function runSmaller(run: Run, running: Running, chosen: Chosen): Promise<CallsResult> {
  const { call, part, tried, attempts } = running;
  const pieces = splitCalls(part.count, chosen.plan.perCall);
  return gather(
    pieces.map((piece, index) => {
      const own = { count: piece.count, offset: part.offset + piece.offset };
      const number = index === 0 ? call : run.nextCall++;
      const copy = { call: number, part: own, tried: tried.copy(), attempts };
      return runCall(run, copy, index === 0 ? chosen : undefined);
    }),
  );
}
