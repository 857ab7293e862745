import { asPinholeError, PinholeError } from "../core/errors.ts";
import type { Nano } from "../core/money.ts";
import type { PictureSpool } from "../core/picture.ts";
import type { ImageRequest, Usage, Warning } from "../core/request.ts";
import type { KeyRecord } from "../store/types.ts";
import { runCalls, type CallsResult } from "./calls.ts";
import { type Deliverable, type DeliveryForm, deliveryOf, sumUsage } from "./deliver.ts";
import { cancelCalls, type OpenCall, openCalls } from "./dispatch.ts";
import type { Plan } from "./fit-terms.ts";
import type { RunControl } from "./request-registry.ts";
import { createInputs, uprightInputs } from "./inputs.ts";
import { openJob } from "./job.ts";
import { authorize } from "./keys.ts";
import type { GatewayParts } from "./parts.ts";
import { planTargets } from "./plan.ts";
import { costOfCall } from "./price.ts";
import { type LiveObserver, startLive } from "./live.ts";
import { createRelay, type Relay, type RelayClient } from "./relay.ts";
import { type Kept, startTaking } from "./take.ts";
import { rulingCard, servedName } from "./translate-retired.ts";

/** One request for images, parsed and authenticated. */
export interface ImageCall {
  readonly requestId: string;
  readonly clientRequestId: string | undefined;
  readonly key: KeyRecord;
  readonly request: ImageRequest;
  /** Asked for by header; the key's and the operator's settings are added here. */
  readonly strict: boolean;
  /** Holds the request's pictures; the caller disposes it when no answer needs them any more. */
  readonly spool: PictureSpool;
  readonly idempotencyKey: string | undefined;
  /** Aborted only when the gateway itself must stop: a client that goes away does not stop a paid call. */
  readonly signal: AbortSignal;
  /** Told of previews and finished pictures while the request runs, for clients that asked for a stream. */
  readonly live?: LiveObserver | undefined;
  /** Takes an upstream's body as it arrives, where nothing has to change; the outcome is then its record. */
  readonly relay?: RelayClient | undefined;
}

/** What came of a request. It can be delivered more than once, until its spool is disposed. */
export interface ImageOutcome extends Deliverable {
  /** The request that made it; an answer to a retry is another one's outcome. */
  readonly requestId: string;
  readonly warnings: readonly Warning[];
  /** The model that really ran, in the client's words. */
  readonly servedModel: string;
  readonly channelId: string;
  readonly attempts: number;
  /** Undefined where the model has no price. */
  readonly costNano: Nano | undefined;
  /** Time spent waiting for upstreams. */
  readonly upstreamMs: number;
}

/** A request, top to bottom (DESIGN §2); `deliver` makes the answer of what it returns. Throws `PinholeError`. */
export async function generateImage(
  parts: GatewayParts,
  call: ImageCall,
  fingerprint: string,
  run: RunControl,
): Promise<ImageOutcome> {
  const { key, request } = call;
  authorize(key, request.model, request.operation);
  return parts.keyLimits.within(key, request.n, () => makeImages(parts, call, fingerprint, run));
}

async function makeImages(
  parts: GatewayParts,
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
  parts: GatewayParts,
  client: RelayClient | undefined,
  request: ImageRequest,
  upstreamMs: () => number,
): Relay | undefined {
  if (client === undefined) return undefined;
  const formOf = ({ target }: Plan): DeliveryForm =>
    deliveryOf(request, parts, rulingCard(target)?.delivery ?? "url");
  return createRelay(client, request, formOf, upstreamMs);
}

function outcomeOf(
  parts: GatewayParts,
  { request, requestId }: ImageCall,
  calls: CallsResult,
  pictures: readonly Kept[],
  attempts: number,
  upstreamMs: number,
): ImageOutcome {
  const target = calls.results[0]?.plan.target;
  const ruling = target === undefined ? undefined : rulingCard(target);
  return {
    requestId,
    created: Math.floor(parts.now() / 1000),
    pictures,
    usage: usageOf(calls),
    form: deliveryOf(request, parts, ruling?.delivery ?? "url"),
    shape: ruling?.answer ?? "full",
    warnings: collectWarnings(request, calls, pictures),
    servedModel: target === undefined ? request.model : servedName(target),
    channelId: target?.channel.id ?? "",
    attempts,
    costNano: costOf(request, calls),
    upstreamMs,
  };
}

/** What nobody waits for and no upstream has heard of need not be paid for. */
function refuseAbsent(run: RunControl, calls: readonly OpenCall[]): void {
  if (!run.clientGone()) return;
  cancelCalls(calls);
  throw new PinholeError("request_timeout", {
    message: "The connection was closed before anything was attempted; send the request again.",
  });
}

/** What the customer owes: each call's pictures at its own model's price. Undefined where one has none. */
function costOf(request: ImageRequest, calls: CallsResult): Nano | undefined {
  let total = 0;
  for (const result of calls.results) {
    const cost = costOfCall(request, result);
    if (cost === undefined) return undefined;
    total += cost;
  }
  return total;
}

function usageOf({ results }: CallsResult): Usage | undefined {
  const isTold = results.some(({ usage }) => usage !== undefined);
  return isTold ? sumUsage(results.map(({ usage }) => usage)) : undefined;
}

function collectWarnings(
  request: ImageRequest,
  { results, faults }: CallsResult,
  pictures: readonly Kept[],
): Warning[] {
  const warnings: Warning[] = [];
  // Calls of one plan have the same warnings, which are told once.
  const [first] = results;
  if (first !== undefined && results.length === 1) warnings.push(...first.plan.warnings);
  else for (const told of new Set(results.map(({ plan }) => plan.warnings))) warnings.push(...told);
  for (const kept of pictures) warnings.push(...kept.warnings);
  if (pictures.length < request.n) {
    const cause = faults[0]?.message ?? "the provider returned fewer.";
    warnings.push({
      param: "n",
      code: "partial_result",
      message: `${pictures.length} of ${request.n} images were made and charged: ${cause}`,
    });
  }
  return warnings;
}
