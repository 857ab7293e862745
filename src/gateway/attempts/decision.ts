import { errorRow, type PinholeError } from "../../core/errors.ts";
import type { Verdict } from "../channels/health.ts";
import type { FaultScope } from "../channels/lease.ts";
import type { Plan } from "../fit/terms.ts";

/** Tries of one upstream call over all targets (DESIGN §6). */
export const attemptsMax = 3;

/** The failure of an attempt that delivered nothing. */
export interface Failure {
  /** The evidence is `produced` where a picture, a preview or a link to a picture was seen. */
  readonly error: PinholeError;
  /** True where the attempt was ended from outside, so that it says nothing about the upstream. */
  readonly cancelled: boolean;
}

/** The standing of a call after a failure. */
export interface Standing {
  /** Attempts made, this one included. */
  readonly attempts: number;
  readonly now: number;
  /** Over all attempts. Unix milliseconds. */
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
  if (evidence !== "refused") return { verdict: { kind: "failed", why }, scope: "channel" };
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

/** The provider's charge for a failure: nothing, or unknown. */
export function chargeOf({ error }: Failure): 0 | null {
  const { evidence } = error;
  return evidence === "never_sent" || evidence === "refused" || evidence === "caller" ? 0 : null;
}
