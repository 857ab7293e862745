import { asPinholeError, PinholeError } from "../core/errors.ts";
import type { Nano } from "../core/money.ts";
import type { PictureSpool } from "../core/picture.ts";
import type { ImageRequest, Warning } from "../core/request.ts";
import type { JsonBody } from "../net/json-writer.ts";
import type { KeyRecord } from "../store/types.ts";
import { runCalls, type CallsResult } from "./calls.ts";
import { deliver, sumUsage } from "./deliver.ts";
import type { Plan } from "./fit.ts";
import { createInputs } from "./inputs.ts";
import { type Job, openJob } from "./job.ts";
import { authorize } from "./keys.ts";
import type { GatewayParts } from "./parts.ts";
import { expectedSize, planTargets } from "./plan.ts";
import { priceOf } from "./price.ts";
import { takePictures, type Taken } from "./take.ts";

/** One request for images, parsed and authenticated. */
export interface ImageCall {
  readonly requestId: string;
  readonly clientRequestId: string | undefined;
  readonly key: KeyRecord;
  readonly request: ImageRequest;
  /** Asked for by header; the key's and the operator's settings are added here. */
  readonly strict: boolean;
  /** Scheme and host that URLs in the answer begin with. */
  readonly origin: string;
  /** Holds the request's pictures; the caller disposes it when the answer has been sent. */
  readonly spool: PictureSpool;
  /** Aborted only when the gateway itself must stop: a client that goes away does not stop a paid call. */
  readonly signal: AbortSignal;
}

export interface ImageAnswer {
  readonly body: JsonBody;
  readonly warnings: readonly Warning[];
  /** The model that really ran, in the client's words. */
  readonly servedModel: string;
  readonly channelId: string;
  readonly attempts: number;
  /** Undefined where the model has no price. */
  readonly costNano: Nano | undefined;
  /** Time spent waiting for upstreams. */
  readonly upstreamMs: number;
  /** Resolves when the outcome has been written. The answer does not wait for it. */
  readonly settled: Promise<void>;
}

/** A request, top to bottom (DESIGN §2). Throws `PinholeError`. */
export async function generateImage(parts: GatewayParts, call: ImageCall): Promise<ImageAnswer> {
  const { request, key, spool } = call;
  authorize(key, request.model, request.operation);
  refuseStream(request);
  const entry = parts.catalog().find(request.model);
  const strict = call.strict || key.strict || parts.policy.strict;
  const plans = planTargets(parts, entry, request, strict);
  const deadline = parts.now() + plans[0].target.channel.timeout.totalMs;
  await parts.blobs.ensureRoom(roomFor(plans[0], request.n));
  const job = await openJob(parts, call, plans, deadline);
  const started = parts.now();
  try {
    const inputs = createInputs(parts.converter, spool);
    const context = { parts, spool, inputs, signal: call.signal, deadline };
    const outcome = await runCalls(context, job.book, plans, request.n);
    const upstreamMs = parts.now() - started;
    return await answer(parts, call, job, outcome, upstreamMs);
  } catch (thrown) {
    const error = asPinholeError(thrown);
    void job.fail(error);
    throw error;
  }
}

async function answer(
  parts: GatewayParts,
  call: ImageCall,
  job: Job,
  outcome: CallsResult,
  upstreamMs: number,
): Promise<ImageAnswer> {
  const { request } = call;
  const made = outcome.results
    .flatMap((result) => result.made)
    .toSorted((a, b) => a.index - b.index);
  const taken = await takePictures(parts, made, call.spool);
  const usage = sumUsage(outcome.results.map((result) => result.usage));
  const delivery = await deliver(parts, request, taken, usage, call.origin);
  const costNano = costOf(request, outcome);
  const warnings = collectWarnings(request, outcome, taken);
  const plan = (taken[0] ?? made[0])?.plan;
  const servedModel = plan?.target.model.name ?? request.model;
  const settled = job.finish({
    state: taken.length < request.n ? "partial" : "succeeded",
    costNano: costNano ?? 0,
    usage,
    warnings,
    pictures: delivery.pictures,
    servedModel,
  });
  return {
    body: delivery.body,
    warnings,
    servedModel,
    channelId: plan?.target.channel.id ?? "",
    attempts: job.attempts(),
    costNano,
    upstreamMs,
    settled,
  };
}

function refuseStream(request: ImageRequest): void {
  if (!request.stream) return;
  throw new PinholeError("unsupported_parameter", {
    message:
      "`stream` is not supported by this version; leave it out to get the whole answer at once.",
    param: "stream",
  });
}

/** Bytes to have free before a paid call: what the pictures may take, at two bytes a pixel. */
function roomFor(plan: Plan, n: number): number {
  const size = expectedSize(plan);
  return n * size.width * size.height * 2;
}

/** What the customer owes: each call's pictures at its own model's price. Undefined where one has none. */
function costOf(request: ImageRequest, outcome: CallsResult): Nano | undefined {
  let total = 0;
  for (const result of outcome.results) {
    const { model } = result.plan.target;
    const cost = priceOf(model.price ?? model.card?.price, {
      operation: request.operation,
      quality: result.made[0]?.quality,
      pictures: result.made.map(({ picture }) => picture),
      usage: result.usage,
      charge: result.charge,
    });
    if (cost === undefined) return undefined;
    total += cost;
  }
  return total;
}

function collectWarnings(
  request: ImageRequest,
  outcome: CallsResult,
  taken: readonly Taken[],
): Warning[] {
  const plans = new Set(taken.map((one) => one.plan));
  const warnings = [...plans].flatMap((plan) => plan.warnings);
  warnings.push(...taken.flatMap((one) => one.warnings));
  if (taken.length < request.n) {
    const cause = outcome.faults[0]?.message ?? "the provider returned fewer.";
    warnings.push({
      param: "n",
      code: "partial_result",
      message: `${taken.length} of ${request.n} images were made and charged: ${cause}`,
    });
  }
  return warnings;
}
