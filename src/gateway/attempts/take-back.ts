import type { TakenBack } from "../../core/provider.ts";
import type { UpstreamContext } from "../../net/egress.ts";
import type { AttemptContext } from "./terms.ts";

/** The time that an upstream has to take work back. */
const takeBackMsMax = 3_000;

/**
 * Tells the upstream to stop a job that is wanted no more, where it can be told, and says what came of it. One that does not
 * answer, or cannot be told, goes on.
 */
export async function takeBack(
  { parts }: Pick<AttemptContext, "parts">,
  upstream: UpstreamContext | undefined,
  job: string | undefined,
): Promise<TakenBack> {
  if (upstream === undefined || job === undefined) return "kept";
  const { provider, settings } = upstream;
  if (provider.cancel === undefined) return "kept";
  const http = parts.egress.upstream({
    ...upstream,
    // The attempt's own is aborted, or its time is over.
    signal: new AbortController().signal,
    deadline: parts.now() + takeBackMsMax,
    relay: undefined,
  });
  return provider.cancel({ settings, http, job }).catch((): TakenBack => "kept");
}
