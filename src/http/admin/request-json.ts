import { consoleKeyPrefix } from "../../core/key.ts";
import type { Scope } from "../../core/role.ts";
import { usdText } from "../../core/money.ts";
import type { PictureRecord, RequestRecord, RequestStatistics } from "../../gateway/gateway.ts";
import { concealedParts, concealedTrace } from "./concealed.ts";

/** The way in which somebody sees requests. */
export interface RequestView {
  readonly scope: Scope;
  /** Names of keys by their ids. */
  readonly names: ReadonlyMap<string, string>;
  /** The requests whose prompts and pictures are for these eyes. */
  readonly seen: {
    has(made: Pick<RequestRecord, "keyId" | "personId">): boolean;
    isOwn(made: Pick<RequestRecord, "keyId" | "personId">): boolean;
  };
  /** The path at which a picture can be seen; undefined where it rests nowhere, or is not for these eyes. */
  pathOf(picture: PictureRecord): string | undefined;
}

/** A request record as the admin API shows it, to those who see all or to whose it is. */
export function requestJson(record: RequestRecord, view: RequestView): Record<string, unknown> {
  const { scope, names, pathOf } = view;
  const concealed = !view.seen.has(record);
  const whole = {
    id: record.id,
    key_id: record.keyId,
    key_name: names.get(record.keyId) ?? null,
    person_id: record.personId,
    person_name: personName(record.personId, names),
    client_request_id: record.clientRequestId,
    operation: record.operation,
    model: record.model,
    served_model: record.servedModel,
    n: record.n,
    state: record.state,
    error:
      record.errorCode === null ? null : { code: record.errorCode, message: record.errorMessage },
    fields: JSON.parse(record.fields) as unknown,
    usage: record.usage,
    warnings: record.warnings,
    pictures: record.pictures.map((picture, at) => ({
      index: picture.index,
      blob_id: picture.blobId,
      format: picture.format,
      width: picture.width,
      height: picture.height,
      bytes: picture.byteLength,
      revised_prompt: picture.revisedPrompt,
      seed: record.answer?.pictures[at]?.seed ?? null,
      colour: picture.colour ?? null,
      path: record.deletedAt === null ? (pathOf(picture) ?? null) : null,
    })),
    attempts: record.attempts.map((one) => {
      const shown = scope.of === "all" ? attemptJson(one) : ownAttemptJson(one);
      return concealed && "detail" in shown ? { ...shown, detail: null } : shown;
    }),
    price: record.answer?.price ?? null,
    price_versions: record.prices,
    cost_usd: record.costNano === null ? null : usdText(record.costNano),
    hold: record.hold === null ? null : holdJson(record.hold),
    created_at: isoTime(record.createdAt),
    finished_at: record.finishedAt === null ? null : isoTime(record.finishedAt),
    concealed,
  };
  return concealed ? { ...whole, ...concealedParts(record) } : whole;
}

/** One request record with what a list leaves out: when what happened, and what was sent upstream. */
export function wholeRequestJson(
  record: RequestRecord,
  view: RequestView,
): Record<string, unknown> {
  return { ...requestJson(record, view), trace: traceJson(record, view) };
}

/** The name of the person who made a request in the console; null: a program did, or the person is gone. */
export function personName(
  personId: string | null,
  names: ReadonlyMap<string, string>,
): string | null {
  return personId === null ? null : (names.get(consoleKeyPrefix + personId) ?? null);
}

function traceJson(record: RequestRecord, { scope, seen }: RequestView): unknown {
  const { trace } = record;
  if (trace === null) return null;
  const isConcealed = !seen.has(record);
  // Which accounts there are, and what they were asked, is the operator's.
  return JSON.parse(trace, (name, value: unknown) => {
    if (scope.of !== "all" && operatorsAlone.has(name)) return undefined;
    return isConcealed ? concealedTrace(name, value) : value;
  });
}

const operatorsAlone: ReadonlySet<string> = new Set([
  "unfit",
  "passed_over",
  "upstream",
  "credential",
]);

function holdJson(hold: NonNullable<RequestRecord["hold"]>): Record<string, unknown> {
  return {
    usd: usdText(hold.nano),
    state: hold.state,
    settled_usd: hold.settledNano === null ? null : usdText(hold.settledNano),
  };
}

/** An attempt without what is the operator's: which account was asked, what it said and what it costs. */
function ownAttemptJson(attempt: RequestRecord["attempts"][number]): Record<string, unknown> {
  const all = attemptJson(attempt);
  const shown = ["id", "call", "attempt", "state", "error_code", "evidence", "started_at"];
  return Object.fromEntries([...shown, "finished_at"].map((name) => [name, all[name]]));
}

function attemptJson(attempt: RequestRecord["attempts"][number]): Record<string, unknown> {
  return {
    id: attempt.id,
    call: attempt.call,
    attempt: attempt.attempt,
    channel: attempt.channelId,
    provider: attempt.providerId,
    upstream_model: attempt.upstreamModel,
    state: attempt.state,
    error_code: attempt.errorCode,
    evidence: attempt.evidence,
    detail: attempt.detail,
    provider_usd: attempt.providerNano === null ? null : usdText(attempt.providerNano),
    started_at: isoTime(attempt.startedAt),
    finished_at: attempt.finishedAt === null ? null : isoTime(attempt.finishedAt),
  };
}

/** Numbers of requests as the admin API shows them. Which accounts there are is the operator's. */
export function statisticsJson(
  { timeZone, start, end, step, pieces, details }: RequestStatistics,
  names: ReadonlyMap<string, string>,
  scope: Scope,
): Record<string, unknown> {
  const totals = { running: 0, succeeded: 0, partial: 0, failed: 0, lost: 0 };
  for (const { states } of pieces) {
    totals.running += states.running;
    totals.succeeded += states.succeeded;
    totals.partial += states.partial;
    totals.failed += states.failed;
    totals.lost += states.lost;
  }
  return {
    object: "request_statistics",
    time_zone: timeZone,
    start: isoTime(start),
    end: isoTime(end),
    step,
    pieces: pieces.map((one) => ({
      start: isoTime(one.start),
      end: isoTime(one.end),
      states: one.states,
    })),
    totals,
    details:
      details === undefined
        ? null
        : {
            images: details.images,
            durations_ms: details.durations ?? null,
            errors: details.errors,
            keys: details.keys.map((one) => ({ ...one, title: names.get(one.name ?? "") ?? null })),
            models: details.models,
            channels: scope.of === "all" ? details.channels : [],
          },
  };
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
