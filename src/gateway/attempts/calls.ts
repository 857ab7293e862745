import { asPinholeError, type PinholeError } from "../../core/errors.ts";
import type { AttemptObserver } from "../../core/observer.ts";
import type { NewAttempt } from "../../store/request-records.ts";
import { attempt } from "./attempt.ts";
import type { AttemptBook, AttemptContext, AttemptEnd, CallResult, Failure } from "./terms.ts";
import type { CallPart } from "../routing/call-part.ts";
import type { AttemptTrace } from "./trace.ts";
import { providerCharge } from "./cost.ts";
import { chargeOf, imagesSpent, nextStep, verdictOf, withWait } from "./decision.ts";
import type { Lease } from "../channels/lease.ts";
import type { Plan } from "../fit/terms.ts";
import type { Chosen } from "../routing/choose.ts";
import { chooseTarget, type OpenCall, targetsOf } from "../routing/dispatch.ts";
import { splitCalls } from "../routing/call-part.ts";
import { noChannel } from "../routing/route.ts";
import type { Route } from "../routing/terms.ts";
import type { Tried } from "../routing/tried.ts";

/** The results of all upstream calls of a request. */
export interface CallsResult {
  readonly results: readonly CallResult[];
  /** Faults of calls that made nothing, and of calls that made less than asked. */
  readonly faults: readonly PinholeError[];
}

/** All upstream calls of one request. */
interface Calls {
  readonly context: AttemptContext;
  readonly route: Route;
  /** The number of the next call that a split makes. */
  nextCall: number;
}

/** The state of one upstream call. */
interface CallState {
  readonly call: number;
  readonly part: CallPart;
  readonly tried: Tried;
  /** Attempts made so far. */
  attempts: number;
}

/** Runs all calls of a request in parallel. Throws the first fault where none of them made a picture. */
export function runCalls(
  context: AttemptContext,
  route: Route,
  open: readonly OpenCall[],
): Promise<CallsResult> {
  const calls: Calls = { context, route, nextCall: open.length };
  const [first] = open;
  if (first !== undefined && open.length === 1) return beginCall(calls, first, 0);
  return gather(open.map((one, call) => beginCall(calls, one, call)));
}

function beginCall(
  calls: Calls,
  { part, tried, first }: OpenCall,
  call: number,
): Promise<CallsResult> {
  return runCall(calls, { call, part, tried, attempts: 0 }, first);
}

/** Waits for all; a call that threw becomes a fault beside the others' results. */
async function gather(outcomes: readonly Promise<CallsResult>[]): Promise<CallsResult> {
  const results: CallResult[] = [];
  const faults: PinholeError[] = [];
  for (const outcome of await Promise.allSettled(outcomes)) {
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

/** Runs one call: its first target, then the next as long as the evidence, the time and the budget allow it. */
async function runCall(
  calls: Calls,
  state: CallState,
  first: Chosen | undefined,
): Promise<CallsResult> {
  const { context, route } = calls;
  const { parts } = context;
  parts.routing.retryBudget.call(parts.uptime());
  let chosen = first ?? (await chooseTarget(context, route, state.tried, state.part.count));
  let failed = noChannel(1000);
  for (;;) {
    if (chosen === undefined) throw failed;
    if (state.part.count > chosen.plan.perCall) return runSmaller(calls, state, chosen);
    const end = await tryOnce(calls, state, chosen);
    if (end === undefined) {
      chosen = await chooseOther(calls, state, chosen);
    } else if ("result" in end) {
      const { fault } = end.result;
      return { results: [end.result], faults: fault === undefined ? noFaults : [fault] };
    } else {
      failed = end.failure.error;
      chosen = await chooseNext(calls, state, chosen, end.failure);
    }
  }
}

const noFaults: readonly PinholeError[] = [];
const served: ReturnType<typeof verdictOf> = { verdict: { kind: "good" }, scope: "channel" };

/** The next target where the budgets of one's channel do not cover the call; undefined: there is none. */
function chooseOther(
  { context, route }: Calls,
  { tried, part }: CallState,
  { plan }: Chosen,
): Promise<Chosen | undefined> {
  for (const member of targetsOf(route, new Set([plan.target.channel.id]))) tried.add(member);
  return chooseTarget(context, route, tried, part.count);
}

/**
 * Makes one attempt, with its line in the record and its word about the channel's health. Undefined: the budgets of the
 * channel do not cover it, so nothing was begun.
 */
async function tryOnce(
  calls: Calls,
  state: CallState,
  chosen: Chosen,
): Promise<AttemptEnd | undefined> {
  const { context } = calls;
  const { record } = context;
  const { plan, lease } = chosen;
  state.attempts += 1;
  let opened: NewAttempt | undefined;
  try {
    opened = await record.open(state.call, state.attempts, plan, state.part.count);
  } catch (thrown) {
    lease.cancel();
    throw thrown;
  }
  if (opened === undefined) {
    state.attempts -= 1;
    lease.cancel();
    return undefined;
  }
  const observer = observed(context, plan, state.attempts);
  const trace = traced(context, state, chosen);
  const own = { observer, trace };
  const end = await attempt(context, plan, lease.credential, state.part, own);
  trace?.ended();
  if ("failure" in end) await recordedOrCancel(record, lease);
  const fault = "result" in end ? end.result.fault : undefined;
  const failure: Failure | undefined =
    "failure" in end
      ? end.failure
      : fault === undefined
        ? undefined
        : { error: fault, cancelled: context.signal.aborted || fault.code === "request_stopped" };
  const { verdict, scope } = failure === undefined ? served : verdictOf(failure);
  const coolsMs = lease.end(verdict, scope);
  const evidence = fault === undefined ? failure?.error.evidence : "produced";
  const providerNano = "result" in end ? (end.result.charge ?? null) : chargeOf(end.failure, plan);
  record.close(opened, {
    state: failure === undefined ? "succeeded" : "failed",
    errorCode: failure?.error.code ?? null,
    evidence: evidence ?? null,
    detail: failure?.error.detail ?? failure?.error.message ?? null,
    providerNano,
    charge: providerCharge(end, plan, opened.boundNano, context.charge),
  });
  observer?.end({ code: failure?.error.code, evidence, providerNano });
  context.spend(imagesSpent(end, plan, state.part.count));
  return "result" in end ? end : { failure: withWait(end.failure, coolsMs) };
}

function observed(
  { observer }: AttemptContext,
  { target }: Plan,
  attempt: number,
): AttemptObserver | undefined {
  const { channel, model } = target;
  return observer?.attempt({
    channelId: channel.id,
    providerId: channel.provider.id,
    upstreamModel: model.upstream,
    attempt,
  });
}

function traced(
  { trace }: AttemptContext,
  { call, attempts }: CallState,
  { plan, lease, passedOver = [] }: Chosen,
): AttemptTrace | undefined {
  const { channel } = plan.target;
  const begun = trace?.attempt(call, attempts, channel.id);
  if (begun === undefined) return undefined;
  begun.passedOver = passedOver;
  if (channel.credentials.length > 1) begun.credential = lease.credential;
  return begun;
}

/** Throws where the request has no record: the attempt was never begun then, and says nothing about the channel. */
async function recordedOrCancel({ recorded }: AttemptBook, lease: Lease): Promise<void> {
  try {
    await recorded;
  } catch (thrown) {
    lease.cancel();
    throw thrown;
  }
}

/** The next target after a failure; undefined where nothing more may be tried. */
async function chooseNext(
  calls: Calls,
  state: CallState,
  { plan, member, lease }: Chosen,
  failure: Failure,
): Promise<Chosen | undefined> {
  const { context, route } = calls;
  const { parts, deadline } = context;
  const standing = (): Parameters<typeof nextStep>[2] => ({
    attempts: state.attempts,
    now: parts.uptime(),
    deadline,
    wanted: context.isWanted(),
  });
  if (nextStep(failure, plan, standing()) === "stop") return undefined;
  remember(state.tried, { plan, member, lease }, verdictOf(failure).scope === "credential");
  const next = await chooseTarget(context, route, state.tried, state.part.count);
  if (next === undefined) return undefined;
  // Asked again, since waiting in a queue takes time.
  const step = nextStep(failure, plan, standing());
  if (step === "free") return next;
  if (step === "budgeted" && parts.routing.retryBudget.tryRetry(parts.uptime())) return next;
  next.lease.cancel();
  return undefined;
}

/** Keeps a call from what has failed it; another credential of the same channel is another target. */
function remember(tried: Tried, { member, lease }: Chosen, isCredentialFault: boolean): void {
  const { id, credentials } = member.target.channel;
  tried.addCredential(id, lease.credential);
  const isSpent = tried.credentials(id).size >= credentials.length;
  if (!isCredentialFault || isSpent) tried.add(member);
}

/** The target makes fewer images at once than the call asks for: the call is split, the first piece has the target. */
async function runSmaller(calls: Calls, state: CallState, chosen: Chosen): Promise<CallsResult> {
  const { call, part, tried, attempts } = state;
  const pieces = splitCalls(part.count, chosen.plan.perCall);
  return gather(
    pieces.map((piece, index) => {
      const own = { count: piece.count, offset: part.offset + piece.offset };
      const number = index === 0 ? call : calls.nextCall++;
      const copy = { call: number, part: own, tried: tried.copy(), attempts };
      return runCall(calls, copy, index === 0 ? chosen : undefined);
    }),
  );
}
