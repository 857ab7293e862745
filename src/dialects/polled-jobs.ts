import { errorRow, PinholeError } from "../core/errors.ts";
import type { ProviderTools } from "../core/provider.ts";

/** Reads of a job's state that may fail in a row before the job is given up. */
const readFaultsMax = 5;

/** The longest wait that a rate-limited read may ask for. */
const retryAfterSecondsMax = 30;

/**
 * An error that came after the upstream had accepted the job, as what it is: the job may have been
 * made and billed, whatever a status read or a download answered. A 404 or a refused connection
 * there says nothing about the job, so it must not send the request to another target.
 */
export function afterAccepted(thrown: unknown): unknown {
  if (!(thrown instanceof PinholeError)) return thrown;
  const { evidence } = errorRow(thrown.code);
  if (evidence === undefined || evidence === "unknown") return thrown;
  return new PinholeError("upstream_failed", {
    message:
      "The upstream took the job but its outcome could not be read; it may have been billed.",
    detail: `${thrown.code}: ${thrown.detail ?? thrown.message}`,
    cause: thrown,
  });
}

/** Does what follows an accepted job (a download of its result); errors become those of `afterAccepted`. */
export async function onceAccepted<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw afterAccepted(thrown);
  }
}

/** True for a failed read that the next read may not meet again. Refused credentials will be met again. */
function mayPass(error: PinholeError): boolean {
  const { evidence } = errorRow(error.code);
  if (error.code === "upstream_credentials" || error.code === "upstream_refused") return false;
  return evidence !== undefined && evidence !== "caller";
}

/**
 * Follows an accepted job until it has a result. Reading is free at every upstream, so a failed read
 * is read again, a few times in a row; the job itself is never sent again.
 * `read` fetches the job's state. `judge` returns the result, undefined while the job runs, or throws
 * what the job ended in. Ends with upstream_timeout at the deadline.
 */
export async function followJob<State, Result>(job: {
  readonly tools: Pick<ProviderTools, "poll" | "sleep">;
  readonly read: () => Promise<State>;
  readonly judge: (state: State) => Result | undefined;
  readonly pace?: { readonly firstMs?: number; readonly maxMs?: number };
}): Promise<Result> {
  const { tools, read, judge } = job;
  let faults = 0;
  const attemptRead = async (): Promise<{ readonly state: State } | undefined> => {
    try {
      const state = await read();
      faults = 0;
      return { state };
    } catch (thrown) {
      faults += 1;
      if (!(thrown instanceof PinholeError) || !mayPass(thrown) || faults >= readFaultsMax) {
        throw afterAccepted(thrown);
      }
      if (thrown.retryAfterSeconds !== undefined) {
        await tools.sleep(Math.min(thrown.retryAfterSeconds, retryAfterSecondsMax) * 1000);
      }
      return undefined;
    }
  };
  return tools.poll(async () => {
    const answer = await attemptRead();
    return answer === undefined ? undefined : judge(answer.state);
  }, job.pace ?? {});
}
