import { asPinholeError, PinholeError } from "../core/errors.ts";
import type { Nano } from "../core/money.ts";
import type { PictureSpool } from "../core/picture.ts";
import type { ImageRequest, Warning } from "../core/request.ts";
import type { KeyRecord } from "../store/types.ts";
import type { CallResult, Made } from "./attempt.ts";
import { runCalls, type CallsResult } from "./calls.ts";
import {
  type Deliverable,
  type DeliveryForm,
  deliveryOf,
  pictureRecord,
  sumUsage,
} from "./deliver.ts";
import { cancelCalls, type OpenCall, openCalls } from "./dispatch.ts";
import type { Plan } from "./fit-terms.ts";
import { answerRecord } from "./replay.ts";
import type { RunControl } from "./request-registry.ts";
import { createInputs, uprightInputs } from "./inputs.ts";
import { type Job, openJob } from "./job.ts";
import { authorize } from "./keys.ts";
import type { GatewayParts } from "./parts.ts";
import { planTargets } from "./plan.ts";
import { costOfCall } from "./price.ts";
import { type Live, type LiveObserver, startLive } from "./live.ts";
import { createRelay, type Relay, type RelayClient } from "./relay.ts";
import { type Kept, takePicture } from "./take.ts";
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
  readonly fingerprint: string;
  readonly idempotencyKey: string | undefined;
  readonly run: RunControl;
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
export async function generateImage(parts: GatewayParts, call: ImageCall): Promise<ImageOutcome> {
  const { key, request } = call;
  authorize(key, request.model, request.operation);
  return parts.keyLimits.within(key, request.n, () => makeImages(parts, call));
}

async function makeImages(parts: GatewayParts, call: ImageCall): Promise<ImageOutcome> {
  const { key, spool, signal } = call;
  const request = await uprightInputs(parts.converter, call.request, spool);
  const entry = parts.catalog().find(request.model);
  const strict = call.strict || key.strict || parts.policy.strict;
  const route = planTargets(parts, entry, request, strict);
  const deadline = parts.now() + route.totalMs;
  await parts.kept.ensureRoom(route.roomBytes);
  const open = await openCalls({ parts, signal, deadline }, route, request.n);
  refuseAbsent(call.run, open);
  const job = await openJob(parts, { ...call, request }, route, open, deadline);
  call.run.begun();
  const started = parts.now();
  try {
    const live = call.live === undefined ? undefined : startLive(parts, request, call.live);
    const taking = startTaking(parts, call, live);
    const inputs = createInputs(parts.converter, spool);
    const { attempts } = job;
    const wanted = (): boolean => !call.run.clientGone();
    const relay = relayOf(parts, call.relay, request);
    const hooks = { onMade: taking.take, ...live?.hooks };
    const context = { parts, spool, inputs, signal, deadline, wanted, attempts, relay, ...hooks };
    const calls = await runCalls(context, job.book, route, open);
    const upstreamMs = parts.now() - started;
    const kept = await taking.kept();
    await live?.told();
    return settle(parts, { ...call, request }, job, calls, kept, upstreamMs);
  } catch (thrown) {
    const error = asPinholeError(thrown);
    call.run.settling(job.fail(error));
    throw error;
  }
}

function relayOf(
  parts: GatewayParts,
  client: RelayClient | undefined,
  request: ImageRequest,
): Relay | undefined {
  if (client === undefined) return undefined;
  const formOf = ({ target }: Plan): DeliveryForm =>
    deliveryOf(request, parts, rulingCard(target)?.delivery ?? "url");
  return createRelay(client, request, formOf, parts.now);
}

/** Takes each picture as it is made, so that converting one does not wait for the others. */
function startTaking(
  parts: GatewayParts,
  call: ImageCall,
  live: Live | undefined,
): {
  readonly take: (made: Made, soFar: CallResult) => void;
  readonly kept: () => Promise<Kept[]>;
} {
  const taking: Promise<Kept>[] = [];
  return {
    take(made, soFar) {
      const delivery = rulingCard(made.plan.target)?.delivery ?? "url";
      const { url } = deliveryOf(call.request, parts, delivery);
      const work = takePicture(parts, made, call.spool, url);
      // A failure is seen by `kept`; without this it would count as unhandled until then.
      work.catch(() => undefined);
      taking.push(work);
      live?.made(made, work, soFar);
    },
    kept: async () => (await Promise.all(taking)).toSorted((a, b) => a.index - b.index),
  };
}

function settle(
  parts: GatewayParts,
  call: ImageCall,
  job: Job,
  calls: CallsResult,
  pictures: readonly Kept[],
  upstreamMs: number,
): ImageOutcome {
  const { request } = call;
  const plan = calls.results[0]?.plan;
  const usage = sumUsage(calls.results.map((result) => result.usage));
  const costNano = costOf(request, calls);
  const warnings = collectWarnings(request, calls, pictures);
  const servedModel = plan === undefined ? request.model : servedName(plan.target);
  const ruling = plan === undefined ? undefined : rulingCard(plan.target);
  const outcome: ImageOutcome = {
    requestId: call.requestId,
    created: Math.floor(parts.now() / 1000),
    pictures,
    usage,
    form: deliveryOf(request, parts, ruling?.delivery ?? "url"),
    shape: ruling?.answer ?? "full",
    warnings,
    servedModel,
    channelId: plan?.target.channel.id ?? "",
    attempts: job.attempts(),
    costNano,
    upstreamMs,
  };
  const settled = job.finish({
    state: pictures.length < request.n ? "partial" : "succeeded",
    costNano: costNano ?? 0,
    usage,
    warnings,
    pictures: pictures.map(pictureRecord),
    servedModel,
    answer: answerRecord(outcome),
  });
  call.run.settling(settled);
  return outcome;
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

function collectWarnings(
  request: ImageRequest,
  calls: CallsResult,
  pictures: readonly Kept[],
): Warning[] {
  const told = new Set(calls.results.map((result) => result.plan.warnings));
  const warnings = [...told].flat();
  warnings.push(...pictures.flatMap((kept) => kept.warnings));
  if (pictures.length < request.n) {
    const cause = calls.faults[0]?.message ?? "the provider returned fewer.";
    warnings.push({
      param: "n",
      code: "partial_result",
      message: `${pictures.length} of ${request.n} images were made and charged: ${cause}`,
    });
  }
  return warnings;
}
