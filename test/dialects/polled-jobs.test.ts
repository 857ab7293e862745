import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/core/errors.ts";
import { afterAccepted, followJob, onceAccepted } from "../../src/dialects/polled-jobs.ts";
import { errorOf, failed, fakeTools } from "./fake-tools.ts";

/** Follows a job whose reads come from a script; a number is a state, a code a failed read. */
function follow(script: readonly (number | ErrorCode)[], done: number) {
  const tools = fakeTools([]);
  const left = [...script];
  let reads = 0;
  const result = followJob({
    tools,
    read: async () => {
      reads += 1;
      const step = left.shift();
      if (typeof step === "number") return step;
      throw failed(step ?? "internal_error", step === "upstream_rate_limited" ? 7 : undefined);
    },
    judge: (state) => (state === done ? `state ${state}` : undefined),
  });
  return { result, tools, reads: () => reads };
}

describe("following a job", () => {
  test("reads until the judge has a result", async () => {
    const job = follow([0, 1, 2], 2);
    expect(await job.result).toBe("state 2");
    expect(job.reads()).toBe(3);
  });

  test.each<ErrorCode>([
    "upstream_failed",
    "upstream_unreachable",
    "upstream_busy",
    "upstream_timeout",
    "upstream_model_missing",
    "upstream_bad_answer",
  ])("a read that fails with %s is read again", async (code) => {
    expect(await follow([0, code, code, code, code, 1], 1).result).toBe("state 1");
  });

  test("a rate-limited read waits as long as it was told to", async () => {
    const job = follow(["upstream_rate_limited", 1], 1);
    await job.result;
    expect(job.tools.sleeps).toEqual([7000]);
  });

  test("five failures in a row end it; the count starts again after a good read", async () => {
    const five = Array<ErrorCode>(5).fill("upstream_failed");
    expect((await errorOf(follow(five, 1).result)).code).toBe("upstream_failed");
    const four = five.slice(1);
    expect(await follow([...four, 0, ...four, 1], 1).result).toBe("state 1");
  });

  test.each<ErrorCode>(["upstream_credentials", "invalid_value", "moderation_blocked"])(
    "%s on a read ends it at once, as an unknown outcome",
    async (code) => {
      const job = follow([0, code, 1], 1);
      const error = await errorOf(job.result);
      expect(error.code).toBe("upstream_failed");
      expect(error.detail).toContain(code);
      expect(job.reads()).toBe(2);
    },
  );

  test("what the judge throws is thrown as it is", async () => {
    const verdict = failed("moderation_blocked");
    const result = followJob({
      tools: fakeTools([]),
      read: async () => 0,
      judge: () => {
        throw verdict;
      },
    });
    expect(await errorOf(result)).toBe(verdict);
  });
});

describe("after the job was accepted", () => {
  test.each<ErrorCode>(["upstream_unreachable", "upstream_model_missing", "upstream_rate_limited"])(
    "%s never says that another target is free to try",
    async (code) => {
      const work = onceAccepted(async () => {
        throw failed(code);
      });
      expect((await errorOf(work)).code).toBe("upstream_failed");
    },
  );

  test("errors that are unknown already, or the gateway's own, stay as they are", () => {
    for (const code of ["upstream_timeout", "storage_full", "internal_error"] as const) {
      const error = failed(code);
      expect(afterAccepted(error)).toBe(error);
    }
    const foreign = new TypeError("a bug");
    expect(afterAccepted(foreign)).toBe(foreign);
  });
});
