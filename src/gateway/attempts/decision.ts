import { errorRow, PinholeError } from "../../core/errors.ts";
import type { Verdict } from "../channels/health.ts";
import type { FaultScope } from "../channels/lease.ts";
import type { Plan } from "../fit/terms.ts";
import type { AttemptEnd, Failure } from "./terms.ts";

/** Tries of one upstream call over all targets (DESIGN §6). */
export const attemptsMax = 3;

/** The standing of a call after a failure. */
export interface Standing {
  /** Attempts made, this one included. */
  readonly attempts: number;
  readonly now: number;
  /** Over all attempts; as `now`, by the process's uptime. */
  readonly deadline: number;
  /** False: the client has gone or the gateway stops, so nothing more is begun. */
  readonly wanted: boolean;
}

/** The step after a failure: nothing more; another target; or one if the retry budget has room. */
export type NextStep = "stop" | "free" | "budgeted";

/** Says what may happen after an attempt that failed (the class table of DESIGN §6). */
export function nextStep(failure: Failure, plan: Plan, standing: Standing): NextStep {
  if (failure.cancelled || !standing.wanted) return "stop";
  if (standing.attempts >= attemptsMax || standing.now >= standing.deadline) return "stop";
  const { evidence } = failure.error;
  if (evidence === "never_sent") return "free";
  if (evidence === "refused") return "budgeted";
  if (evidence !== "unknown") return "stop";
  const { channel, card } = plan.target;
  return channel.retryUnknown || card?.failures_billed === false ? "budgeted" : "stop";
}

/** A failure that its client may try again says when: as the upstream asked, else when what failed has cooled. */
export function withWait(failure: Failure, coolsMs: number): Failure {
  const { code, message, param, detail, evidence, retryAfterSeconds, cause } = failure.error;
  const isUnsaid = errorRow(code).shouldRetry && retryAfterSeconds === undefined;
  if (!isUnsaid || coolsMs === 0 || !Number.isFinite(coolsMs)) return failure;
  const waiting = { message, param, detail, evidence, cause, retryAfterSeconds: coolsMs / 1000 };
  return { ...failure, error: new PinholeError(code, waiting) };
}

/** The verdict of a failure on the channel, on the credential, or on the model there. */
export function verdictOf(failure: Failure): {
  readonly verdict: Verdict;
  readonly scope: FaultScope;
} {
  const { error, cancelled } = failure;
  const { evidence, credentialFault } = errorRow(error.code);
  if (cancelled || evidence === undefined)
    return { verdict: { kind: "neutral" }, scope: "channel" };
  // The upstream answered as it should; the mistake or the prompt was the caller's.
  if (evidence === "caller") return { verdict: { kind: "good" }, scope: "channel" };
  const why = error.code;
  if (evidence !== "refused") {
    const isUnreachable = evidence === "never_sent";
    return { verdict: { kind: "failed", why, isUnreachable }, scope: "channel" };
  }
  const seconds = error.retryAfterSeconds;
  const retryAfterMs = seconds === undefined ? undefined : seconds * 1000;
  return {
    verdict: { kind: "refused", why, retryAfterMs },
    scope:
      credentialFault === true
        ? "credential"
        : error.code === "upstream_model_missing"
          ? "model"
          : "channel",
  };
}

/** True where an attempt that failed may have been billed: the provider did not say no before it worked. */
export function mayBeBilled({ error }: Failure, { target }: Plan): boolean {
  const { evidence } = error;
  if (evidence === "never_sent" || evidence === "refused" || evidence === "caller") return false;
  return evidence !== "unknown" || target.card?.failures_billed !== false;
}

/** The provider's charge for a failure: nothing, or unknown. */
export function chargeOf(failure: Failure, plan: Plan): 0 | null {
  return mayBeBilled(failure, plan) ? null : 0;
}

/** Images of an attempt that were made or may have been billed, of `asked` that the call was for. */
export function imagesSpent(end: AttemptEnd, plan: Plan, asked: number): number {
  if ("failure" in end) return mayBeBilled(end.failure, plan) ? asked : 0;
  const { made, fault } = end.result;
  return fault === undefined ? made.length : asked;
}
