import type { UpstreamContext } from "../../net/egress.ts";
import type { AttemptContext } from "./terms.ts";

/** The time that an upstream has to take work back. */
const takeBackMsMax = 3_000;

/**
 * Tells the upstream to stop a job whose attempt has ended without its result, where it can be told for
 * free. The attempt's own error says what happened, whatever comes of this.
 */
export async function takeBack(
  { parts }: Pick<AttemptContext, "parts">,
  upstream: UpstreamContext | undefined,
  job: string | undefined,
): Promise<void> {
  if (upstream === undefined || job === undefined) return;
  const { provider, settings } = upstream;
  if (provider.cancel === undefined) return;
  const http = parts.egress.upstream({
    ...upstream,
    // The attempt's own is aborted, or its time is over.
    signal: new AbortController().signal,
    deadline: parts.now() + takeBackMsMax,
    relay: undefined,
  });
  await provider.cancel({ settings, http, job }).catch(() => undefined);
}
