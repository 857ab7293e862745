import { describe, expect, test } from "vitest";
import { type ErrorCode, PinholeError } from "../../../src/core/errors.ts";
import {
  attemptsMax,
  chargeOf,
  imagesSpent,
  nextStep,
  type Standing,
  verdictOf,
} from "../../../src/gateway/attempts/decision.ts";
import type { Failure } from "../../../src/gateway/attempts/terms.ts";
import type { Plan } from "../../../src/gateway/fit/terms.ts";
import { callOf, made } from "../delivery/made.ts";
import { card, plan, type TargetFields } from "../fit/fitting.ts";

type Evidence = NonNullable<PinholeError["evidence"]>;

function failure(evidence: Evidence | undefined, code: ErrorCode = "upstream_failed"): Failure {
  const error = new PinholeError(code, { message: "It failed.", evidence });
  return { error, cancelled: false };
}

const standing: Standing = { attempts: 1, now: 10, deadline: 20, wanted: true };

function planAt(retryUnknown: boolean, to: TargetFields = {}): Plan {
  const one = plan({}, to);
  const channel = { ...one.target.channel, retryUnknown };
  return { ...one, target: { ...one.target, channel } };
}

const cautious = planAt(false);

describe("after a failure", () => {
  test.each([
    ["never_sent", "free"],
    ["refused", "budgeted"],
    ["unknown", "stop"],
    ["produced", "stop"],
    ["caller", "stop"],
  ] as const)("with the evidence %s what follows is: %s", (evidence, step) => {
    expect(nextStep(failure(evidence), cautious, standing)).toBe(step);
  });

  test("of which nothing is known, another target is tried only where operator or card say so", () => {
    const unknown = failure("unknown");
    expect(nextStep(unknown, planAt(true), standing)).toBe("budgeted");
    const step = (failures_billed: boolean) =>
      nextStep(unknown, planAt(false, { card: card({ failures_billed }) }), standing);
    expect(step(false)).toBe("budgeted");
    expect(step(true)).toBe("stop");
    for (const evidence of ["produced", "caller"] as const)
      expect(nextStep(failure(evidence), planAt(true), standing)).toBe("stop");
  });

  test.each([
    [{ attempts: attemptsMax }, "stop"],
    [{ attempts: attemptsMax - 1 }, "free"],
    [{ now: 20 }, "stop"],
    [{ now: 19 }, "free"],
    [{ wanted: false }, "stop"],
  ] as const)("a call that stands at %j may do: %s", (change, step) => {
    expect(nextStep(failure("never_sent"), cautious, { ...standing, ...change })).toBe(step);
  });

  test("from outside nothing follows", () => {
    const cancelled = { ...failure("never_sent"), cancelled: true };
    expect(nextStep(cancelled, cautious, standing)).toBe("stop");
  });

  test("a call is tried three times", () => {
    expect(attemptsMax).toBe(3);
  });
});

describe("a failure's word about its channel", () => {
  const verdict = (code: ErrorCode, seconds?: number, cancelled = false) => {
    const error = new PinholeError(code, {
      message: "It failed.",
      ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
    });
    return verdictOf({ error, cancelled });
  };
  const neutral = { verdict: { kind: "neutral" }, scope: "channel" };

  test("is none where it came from outside, or from this gateway", () => {
    expect(verdict("upstream_failed", undefined, true)).toEqual(neutral);
    expect(verdict("internal_error")).toEqual(neutral);
    expect(verdict("storage_full")).toEqual(neutral);
  });

  test("is good where the caller was wrong", () => {
    for (const code of ["moderation_blocked", "invalid_value"] as const)
      expect(verdict(code)).toEqual({ verdict: { kind: "good" }, scope: "channel" });
  });

  test("is bad of the channel where it failed, whatever was seen", () => {
    for (const code of ["upstream_failed", "upstream_timeout", "upstream_unreachable"] as const)
      expect(verdict(code, 5)).toEqual({
        verdict: { kind: "failed", why: code, isUnreachable: code === "upstream_unreachable" },
        scope: "channel",
      });
  });

  test("is a refusal, for as long as the upstream said, of what it speaks about", () => {
    const refused = (why: ErrorCode, scope: string, retryAfterMs?: number) => ({
      verdict: { kind: "refused", why, retryAfterMs },
      scope,
    });
    expect(verdict("upstream_busy")).toEqual(refused("upstream_busy", "channel"));
    expect(verdict("upstream_busy", 7)).toEqual(refused("upstream_busy", "channel", 7000));
    expect(verdict("upstream_credentials")).toEqual(refused("upstream_credentials", "credential"));
    expect(verdict("upstream_rate_limited", 2)).toEqual(
      refused("upstream_rate_limited", "credential", 2000),
    );
    expect(verdict("upstream_model_missing")).toEqual(refused("upstream_model_missing", "model"));
  });
});

describe("a failure's charge", () => {
  test.each([
    ["never_sent", 0],
    ["refused", 0],
    ["caller", 0],
    ["unknown", null],
    ["produced", null],
  ] as const)("with the evidence %s is: %s", (evidence, charge) => {
    expect(chargeOf(failure(evidence), cautious)).toBe(charge);
    const spent = charge === null ? 4 : 0;
    expect(imagesSpent({ failure: failure(evidence) }, cautious, 4)).toBe(spent);
  });

  test("is nothing where the vendor bills no failures, unless something was made", () => {
    const free = planAt(false, { card: card({ failures_billed: false }) });
    expect(chargeOf(failure("unknown"), free)).toBe(0);
    expect(chargeOf(failure("produced"), free)).toBeNull();
    const billed = planAt(false, { card: card() });
    expect(chargeOf(failure("unknown"), billed)).toBeNull();
  });

  test("of a call that made something is what it made, or all where it broke behind", () => {
    const result = callOf([made(0), made(1)], 4);
    expect(imagesSpent({ result }, cautious, 4)).toBe(2);
    const broken = { ...result, fault: failure("unknown").error };
    expect(imagesSpent({ result: broken }, cautious, 4)).toBe(4);
  });
});
