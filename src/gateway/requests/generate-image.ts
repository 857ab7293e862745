import { PinholeError, asPinholeError } from "../../core/errors.ts";
import type { ImageRequest } from "../../core/request.ts";
import { runCalls } from "../attempts/calls.ts";
import { createInputs, uprightInputs } from "../attempts/inputs.ts";
import type { Relay } from "../attempts/terms.ts";
import { rulingCard } from "../catalog/serving.ts";
import { type DeliveryForm, deliveryOf } from "../delivery/form.ts";
import { startLive } from "../delivery/live.ts";
import type { ImageOutcome } from "../delivery/outcome.ts";
import { type RelayClient, createRelay } from "../delivery/relay.ts";
import { startTaking } from "../delivery/take.ts";
import type { Plan } from "../fit/terms.ts";
import type { RequestParts } from "./parts.ts";
import { authorize } from "../keys/access.ts";
import type { ImageCall } from "./image-call.ts";
import { outcomeOf } from "./outcome-of.ts";
import { openJob } from "./record.ts";
import type { RunControl } from "./registry.ts";
import { type OpenCall, cancelCalls, openCalls } from "../routing/dispatch.ts";
import { planTargets } from "../routing/route.ts";

/** A request, top to bottom (DESIGN §2); `deliver` makes the answer of what it returns. Throws `PinholeError`. */
export async function generateImage(
  parts: RequestParts,
  call: ImageCall,
  fingerprint: string,
  run: RunControl,
): Promise<ImageOutcome> {
  const { key, request } = call;
  authorize(key, request.model, request.operation);
  return parts.keyLimits.within(key, request.n, () => makeImages(parts, call, fingerprint, run));
}

async function makeImages(
  parts: RequestParts,
  call: ImageCall,
  fingerprint: string,
  run: RunControl,
): Promise<ImageOutcome> {
  const { key, spool, signal } = call;
  const request = await uprightInputs(parts.converter, call.request, spool);
  const entry = parts.catalog().find(request.model);
  const strict = call.strict || key.strict || parts.policy.strict;
  const route = planTargets(parts, entry, request, strict);
  const deadline = parts.now() + route.totalMs;
  await parts.kept.ensureRoom(route.roomBytes);
  const open = await openCalls({ parts, signal, deadline }, route, request.n);
  refuseAbsent(run, open);
  const job = openJob(parts, { call, request, fingerprint, deadline }, route, open);
  let begunAt = parts.now();
  const recorded = job.recorded.then(() => {
    run.begun();
    begunAt = parts.now();
  });
  // Whoever needs it is told; a call may still be waiting for its channel then.
  recorded.catch(() => undefined);
  const upstreamMs = (): number => parts.now() - begunAt;
  try {
    const live = call.live === undefined ? undefined : startLive(parts, request, call.live);
    const taking = startTaking(parts, call, live);
    const context = {
      parts,
      spool,
      inputs: createInputs(parts.converter, spool),
      signal,
      deadline,
      wanted: () => !run.clientGone(),
      attempts: () => job.attempts(),
      // While the disk is waited for, the calls are made ready.
      recorded,
      relay: relayOf(parts, call.relay, request, upstreamMs),
      onMade: taking.take,
      onPartial: live?.hooks.onPartial,
      onEnded: live?.hooks.onEnded,
    };
    const calls = await runCalls(context, job.book, route, open);
    const waitedMs = upstreamMs();
    const kept = await taking.kept();
    await live?.told();
    const outcome = outcomeOf(parts, call, calls, kept, job.attempts(), waitedMs);
    run.settling(job.finish(outcome));
    return outcome;
  } catch (thrown) {
    await recorded;
    const error = asPinholeError(thrown);
    run.settling(job.fail(error));
    throw error;
  }
}

function relayOf(
  parts: RequestParts,
  client: RelayClient | undefined,
  request: ImageRequest,
  upstreamMs: () => number,
): Relay | undefined {
  if (client === undefined) return undefined;
  const formOf = ({ target }: Plan): DeliveryForm =>
    deliveryOf(request, parts, rulingCard(target)?.delivery ?? "url");
  return createRelay(client, request, formOf, upstreamMs);
}

/** What nobody waits for and no upstream has heard of need not be paid for. */
function refuseAbsent(run: RunControl, calls: readonly OpenCall[]): void {
  if (!run.clientGone()) return;
  cancelCalls(calls);
  throw new PinholeError("request_timeout", {
    message: "The connection was closed before anything was attempted; send the request again.",
  });
}
