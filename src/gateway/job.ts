import { asPinholeError, errorRow, PinholeError } from "../core/errors.ts";
import type { Nano } from "../core/money.ts";
import type { ImageRequest, Usage, Warning } from "../core/request.ts";
import type {
  AnswerRecord,
  AttemptOutcome,
  KeyRecord,
  NewAttempt,
  PictureRecord,
  RequestOutcome,
} from "../store/types.ts";
import type { AttemptBook } from "./calls.ts";
import { cancelCalls, type OpenCall } from "./dispatch.ts";
import type { Plan } from "./fit-terms.ts";
import type { GatewayParts } from "./parts.ts";
import { recordFields, type Route } from "./plan.ts";

/** The request's record while it runs: opened with one commit, closed with one. */
export interface Job {
  readonly book: AttemptBook;
  /** Attempts written so far. */
  attempts(): number;
  /** Writes the outcome and settles the hold. The answer does not wait for it; `settled` of the gateway does. */
  finish(outcome: JobOutcome): Promise<void>;
  fail(error: PinholeError): Promise<void>;
}

export interface JobOutcome {
  readonly state: "succeeded" | "partial";
  readonly costNano: Nano;
  readonly usage: Usage | undefined;
  readonly warnings: readonly Warning[];
  readonly pictures: readonly PictureRecord[];
  readonly servedModel: string;
  readonly answer: AnswerRecord;
}

/** Beyond the deadline, how long a hold outlives its request before the sweeper may void it. */
const leaseGraceMs = 60_000;

/** How long an idempotency key stands for its request (CONTRACT "Client gone, client retrying"). */
export const idempotencyMs = 24 * 60 * 60_000;

/**
 * Writes record, idempotency claim, hold and the first attempt of every call that has its target in one commit, before
 * any upstream is called. The hold covers the dearest target that may be tried. Where it throws, the
 * calls have given back what they held.
 */
export async function openJob(
  parts: GatewayParts,
  call: {
    readonly requestId: string;
    readonly clientRequestId: string | undefined;
    readonly key: KeyRecord;
    readonly request: ImageRequest;
    readonly fingerprint: string;
    readonly idempotencyKey: string | undefined;
  },
  { holdNano }: Route,
  calls: readonly OpenCall[],
  deadline: number,
): Promise<Job> {
  const { request, requestId } = call;
  const newAttempt = (callIndex: number, attempt: number, plan: Plan): NewAttempt => ({
    id: parts.newId("att"),
    requestId,
    call: callIndex,
    attempt,
    channelId: plan.target.channel.id,
    providerId: plan.target.channel.provider.id,
    upstreamModel: plan.target.model.upstream,
    startedAt: parts.now(),
  });
  const first = calls.flatMap(({ first: chosen }, index) =>
    chosen === undefined ? [] : [newAttempt(index, 1, chosen.plan)],
  );
  const begun = parts.store.requests.begin(
    {
      id: requestId,
      keyId: call.key.id,
      clientRequestId: call.clientRequestId ?? null,
      operation: request.operation,
      model: request.model,
      n: request.n,
      fields: recordFields(request),
      createdAt: parts.now(),
      holdNano,
      holdLeaseUntil: deadline + leaseGraceMs,
      idempotencyKey: call.idempotencyKey ?? null,
      fingerprint: call.fingerprint,
    },
    first,
    parts.now() - idempotencyMs,
  );
  const holder = await begun.catch((thrown: unknown) => {
    cancelCalls(calls);
    throw thrown;
  });
  if (holder !== undefined) {
    cancelCalls(calls);
    throw keyJustTaken(holder);
  }
  return runningJob(parts, requestId, first, newAttempt);
}

/** Another process has begun a request with the key since this one looked. */
function keyJustTaken(holder: string): PinholeError {
  return new PinholeError("overloaded", {
    message: "A request with this Idempotency-Key has just begun; send it again to wait for it.",
    detail: `request ${holder} has the key`,
    retryAfterSeconds: 1,
  });
}

function runningJob(
  parts: GatewayParts,
  requestId: string,
  first: readonly NewAttempt[],
  newAttempt: (call: number, attempt: number, plan: Plan) => NewAttempt,
): Job {
  const outcomes: AttemptOutcome[] = [];
  let written = first.length;
  const finish = async (
    outcome: Omit<RequestOutcome, "id" | "attempts" | "finishedAt">,
  ): Promise<void> => {
    try {
      await parts.store.requests.finish({
        ...outcome,
        id: requestId,
        attempts: outcomes,
        finishedAt: parts.now(),
      });
    } catch (thrown) {
      const error = asPinholeError(thrown);
      // The hold stays with its lease, so the sweeper will void it: nobody is charged for a lost record.
      parts.log.error(
        { request_id: requestId, detail: error.detail ?? error.message },
        "the outcome of a request could not be written",
      );
    }
  };
  return {
    attempts: () => written,
    book: {
      async open(call, attempt, plan) {
        const prepared = attempt === 1 ? first.find((one) => one.call === call) : undefined;
        if (prepared !== undefined) return prepared;
        const opened = newAttempt(call, attempt, plan);
        written += 1;
        await parts.store.requests.addAttempt(opened, undefined);
        return opened;
      },
      close(opened, outcome) {
        outcomes.push({ ...outcome, id: opened.id, finishedAt: parts.now() });
      },
    },
    finish: (outcome) =>
      finish({
        ...outcome,
        usage: outcome.usage ?? null,
        errorCode: null,
        errorMessage: null,
        errorParam: null,
        replayable: true,
      }),
    fail: (error) =>
      finish({
        state: "failed",
        errorCode: error.code,
        errorMessage: error.message,
        errorParam: error.param ?? null,
        answer: null,
        replayable: !errorRow(error.code).shouldRetry,
        costNano: 0,
        usage: null,
        warnings: [],
        pictures: [],
        servedModel: null,
      }),
  };
}
