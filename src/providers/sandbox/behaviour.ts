import { PinholeError } from "../../core/errors.ts";
import type { GenerateInput } from "../../core/provider.ts";
import type { Behaviour } from "./cards.ts";
import type { Options, Settings } from "./settings.ts";

/**
 * Ends the call where the model's part is to fail before anything is made; returns where it is to
 * paint. `seed` is the first picture's.
 */
export async function actBefore(
  behaviour: Behaviour,
  input: GenerateInput<Settings, Options>,
  seed: number,
): Promise<void> {
  switch (behaviour) {
    case "moderated":
      throw new PinholeError("moderation_blocked", {
        message:
          "Your request was rejected by the safety system; change the prompt or use another model (sandbox-moderated always rejects).",
        param: "prompt",
      });
    case "rate_limited":
      throw new PinholeError("upstream_rate_limited", {
        message: `The model is rate limited; try again in ${input.settings.retry_after_seconds} seconds (sandbox-rate-limited always is).`,
        retryAfterSeconds: input.settings.retry_after_seconds,
      });
    case "flaky":
      if (seed % 2 !== 0) throw failed("sandbox-flaky fails on odd seeds");
      return;
    case "timeout":
      // Normally the deadline ends this wait with an error of its own.
      await input.sleep(input.settings.timeout_ms);
      throw new PinholeError("upstream_timeout", {
        message: "The model did not answer in time (sandbox-timeout never does).",
      });
    case "plain":
    case "fast":
    case "slow":
    case "partial":
    case "stream_error":
      return;
    default:
      behaviour satisfies never;
  }
}

export function failed(detail: string): PinholeError {
  return new PinholeError("upstream_failed", {
    message: "The model failed while it was making the picture.",
    detail,
  });
}

/** The number of pictures that the model makes of those asked for: sandbox-partial one fewer, but never none. */
export function countMade(behaviour: Behaviour, asked: number): number {
  return behaviour === "partial" ? Math.max(1, asked - 1) : asked;
}
